"""`Settings`: every choice a person can make, once, frozen.

Option `--kanister-X`, ini `kanister_x`, environment `PYTEST_KANISTER_X`, in that order of
precedence, are read at the doors (`_plugin`, `_cli`) from the one table `OPTIONS`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["OPTIONS", "Option", "Settings"]


@dataclass(frozen=True)
class Settings:
    """What a run was asked to do."""

    backend: str = "embedded"
    """Kind of cluster: `embedded`, `containers`, `kind`, or `kubeconfig` for one that exists."""

    kubeconfig: str = ""
    """Backend kubeconfig: its file; empty: `$KUBECONFIG`, else `~/.kube/config`.  Only read."""

    context: str = ""
    """Backend kubeconfig: context in that file.  Never the current one by default."""

    install: str = "none"
    """How Kanister comes into a real cluster: `none` (it runs), `manifests`, `helm`.

    On kind `none` means helm where there is one, else manifests, and `stand-in` our own operator.
    """

    kind_name: str = "pytest-kanister"
    """Backend kind: the cluster's name; one that is there is used."""

    kind_image: str = ""
    """Backend kind: the node image, by tag or digest; empty: kind's own."""

    kind_config: str = ""
    """Backend kind: a file for `kind create cluster --config`."""

    kind_load: str = ""
    """Backend kind: images, by comma, that are loaded into the nodes if the engine has them."""

    release: str = "0.119.0"
    """Release of Kanister that `install` installs: the tag of its images."""

    namespace: str = "kanister"
    """Backend kubeconfig, install none: namespace in which Kanister's controller runs."""

    namespaces: str = ""
    """Backend kubeconfig: existing namespaces to work in, by comma; empty: new ones each run."""

    reach: str = "auto"
    """How Services of a real cluster are reached: `auto`, `portforward`, `exec`."""

    images: str = "auto"
    """Embedded: a container's own image (`pull`), programs of ours (`catalogue`), or `auto`."""

    store: str = "seaweedfs"
    """Object store: `seaweedfs`, `minio`, or `s3` for a bucket that exists."""

    store_image: str = ""
    """Image of the object store; empty: the store's own default."""

    s3_endpoint: str = ""
    """Store s3: URL of the server, as pods reach it too."""

    s3_region: str = "us-east-1"
    """Store s3: its region."""

    s3_bucket: str = ""
    """Store s3: a bucket that exists."""

    s3_prefix: str = "pytest-kanister"
    """Store s3: everything of ours lies below it."""

    s3_profile: str = ""
    """Store s3: `FILE` or `FILE:PROFILE` with the keys; empty: AWS_ACCESS_KEY_ID and so on."""

    strict: bool = False
    """True: a substituted server (MariaDB for MySQL) is an error, not a note."""

    isolation: str = "auto"
    """How embedded pods are kept apart: `auto` probes; `bubblewrap`, `nss_wrapper` insist."""

    keep: bool = False
    """True: leave cluster and folders in place after the run and say where."""

    missing: str = "error"
    """What a missing server means: `error`, or `skip` when the person said so."""

    cache: str = ""
    """Folder for fetched servers; empty: `$XDG_CACHE_HOME/pytest-kanister`."""

    actionset_timeout_s: float = 300.0
    """How long an ActionSet may run.  Five minutes: ours end in seconds, dumps of test data too."""

    ready_timeout_s: float = 120.0
    """How long a pod may take to become ready once its servers are fetched."""

    full_rows: int = 100_000
    """Rows of one table that a snapshot keeps whole, so that a diff shows all of them.

    Larger tables (or over 64 MiB) are kept as digests: found are the same differences, but of
    rows that are gone only the key is known.  Whole rows take some 100 bytes of memory a cell.
    """

    trace: str = ""
    """File that gets one JSON line for each thing that happens, as it happens; empty: none.

    `{"at": seconds since the epoch, "what": "step" or "progress", "text": …}`; appended to.
    """

    report: str = ""
    """File that gets the whole run as JSON when it ends; empty: none."""

    artifacts: str = ""
    """Folder that gets a folder of evidence for each failed scenario.

    Empty: `kanister` in pytest's cache folder, which pytest keeps out of version control.
    """

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            value = getattr(self, name)
            if value not in allowed:
                raise UsageProblem(
                    f"kanister {name}: expected one of {', '.join(allowed)}, found {value!r}"
                )
        if self.full_rows < 0:
            raise UsageProblem(
                f"kanister full_rows: expected a number from 0 on, found {self.full_rows!r}"
            )
        for field in fields(self):
            # Clocks of the system take no more; neither infinity nor what is no number passes.
            if field.name.endswith("_s") and not 0 < getattr(self, field.name) < 1e9:
                raise UsageProblem(
                    f"kanister {field.name}: expected seconds above zero, "
                    f"found {getattr(self, field.name)!r}"
                )

    @classmethod
    def of(cls, texts: Mapping[str, object]) -> Settings:
        """Settings from texts (or already typed values) by field name; absent or None: default.

        Raises:
            UsageProblem: unknown name or a text that its field cannot hold.
        """
        values: dict[str, Any] = {}
        known = {option.name: option for option in OPTIONS}
        for name, text in texts.items():
            if name not in known:
                raise UsageProblem(
                    f"kanister: there is no setting {name!r}; there are: {', '.join(sorted(known))}"
                )
            if text is not None:
                values[name] = known[name].parse(text)
        return cls(**values)


_CHOICES = {
    "backend": ("embedded", "containers", "kind", "kubeconfig"),
    "images": ("auto", "pull", "catalogue"),
    "install": ("none", "manifests", "helm", "stand-in"),
    "reach": ("auto", "portforward", "exec"),
    "store": ("seaweedfs", "minio", "s3"),
    "isolation": ("auto", "bubblewrap", "nss_wrapper"),
    "missing": ("error", "skip"),
}

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Option:
    """One setting at the doors: `name` gives all three spellings."""

    name: str
    help: str
    convert: Callable[[str], object] = str

    @property
    def flag(self) -> str:
        """`--kanister-ready-timeout-s`."""
        return "--kanister-" + self.name.replace("_", "-")

    @property
    def ini(self) -> str:
        """`kanister_ready_timeout_s`."""
        return f"kanister_{self.name}"

    @property
    def variable(self) -> str:
        """`PYTEST_KANISTER_READY_TIMEOUT_S`."""
        return f"PYTEST_KANISTER_{self.name.upper()}"

    @property
    def is_switch(self) -> bool:
        """Whether the option is on or off, so that the flag takes no value."""
        return self.convert is _switch

    def parse(self, text: object) -> object:
        """The typed value of a text; values that are typed already pass through."""
        if not isinstance(text, str):
            return text
        try:
            return self.convert(text)
        except ValueError as error:
            raise UsageProblem(f"kanister {self.name}: {error}") from None


def _switch(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"expected true or false, found {text!r}")


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected seconds, found {text!r}") from None


def _count(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"expected a whole number, found {text!r}") from None


OPTIONS = (
    Option("backend", "kind of cluster: embedded, containers, kind or kubeconfig"),
    Option("kubeconfig", "file of a cluster that exists (backend kubeconfig)"),
    Option("context", "its context, always named"),
    Option("install", "who installs Kanister there: none, manifests or helm"),
    Option("kind_name", "the kind cluster's name"),
    Option("kind_image", "its node image"),
    Option("kind_config", "a configuration file for it"),
    Option("kind_load", "images that are loaded into it, by comma"),
    Option("release", "release of Kanister to install"),
    Option("namespace", "namespace of the Kanister that runs there"),
    Option("namespaces", "existing namespaces to work in, by comma"),
    Option("reach", "how its Services are reached: auto, portforward or exec"),
    Option("images", "embedded pods run their own image: auto, pull or catalogue"),
    Option("store", "object store: seaweedfs, minio or s3"),
    Option("store_image", "image of the object store"),
    Option("s3_endpoint", "URL of an existing S3 server (store s3)"),
    Option("s3_region", "its region"),
    Option("s3_bucket", "its bucket"),
    Option("s3_prefix", "what all our keys begin with"),
    Option("s3_profile", "FILE[:PROFILE] with its keys"),
    Option("strict", "a substituted server is an error", _switch),
    Option("isolation", "auto, bubblewrap or nss_wrapper"),
    Option("keep", "leave cluster and folders in place", _switch),
    Option("missing", "a missing server is an 'error' or a 'skip'"),
    Option("cache", "folder for fetched servers"),
    Option("actionset_timeout_s", "seconds an ActionSet may run", _seconds),
    Option("ready_timeout_s", "seconds a pod may take to become ready", _seconds),
    Option("full_rows", "rows of one table that a snapshot keeps whole", _count),
    Option("report", "JSON file that gets the whole run when it ends"),
    Option("artifacts", "folder for the evidence of failed scenarios"),
    Option("trace", "file that gets a JSON line for each thing that happens"),
)
