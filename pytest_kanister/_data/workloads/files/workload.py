"""`Files`: a volume with a tree of files, taken through the circle."""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.workloads.damaging import a_text, check_true
from pytest_kanister._data.workloads.datasets import Datasets
from pytest_kanister._data.workloads.files.answers import inside, whole
from pytest_kanister._data.workloads.files.datasets import entries_of
from pytest_kanister._data.workloads.files.manifests import (
    PROGRAM,
    READER,
    claim_name,
    config_name,
    manifests,
)
from pytest_kanister._data.workloads.files.reading import snapshot_of
from pytest_kanister._data.workloads.options import check_options
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    PERSISTENTVOLUMECLAIMS,
    PODS,
)
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["Files"]

# Names and places are those of Kanister's own example, time-log, so that its Blueprint fits.
_DEFAULTS = {
    "image": "ghcr.io/kanisterio/kanister-tools:0.119.0",
    "readerImage": "",
    "container": "test-container",
    "mountPath": "/var/log",
    "storage": "1Gi",
}
_DATASETS = Datasets("files", "yaml")
_READER_IMAGE = "python:3.13-alpine"

_LONGEST_S = 900.0
"""For one look at the volume."""

_MOST_ARGUMENT_BYTES = 96 * 1024
"""Linux takes 128 KiB for one argument."""


class Files:
    """Implements `Workload`.

    Options: `image` of the container that owns the volume (kanister-tools, for restic), its name
    `container` (`test-container`), `mountPath` (`/var/log`), `storage` (`1Gi`), and `readerImage`
    of the container that looks, which needs `python3` (default: `python:3.13-alpine`, on the
    embedded cluster `image`).
    """

    kind: ClassVar[str] = "files"

    not_covered: ClassVar[tuple[str, ...]] = (
        "when a file was read, or its properties changed (atime, ctime)",
        "where exactly the holes of a sparse file are",
        "SELinux labels, flags of the file system (chattr), quotas",
    )

    needs_own_bucket: ClassVar[bool] = True
    """Trees are usually backed up by Kanister's restic functions, which know no prefix."""

    def __init__(
        self,
        kube: KubeClient,
        settings: Settings,
        *,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
    ) -> None:
        check_options(self.kind, options, _DEFAULTS)
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._settings = settings
        self._options = {**_DEFAULTS, **options}
        if not self._options["mountPath"].startswith("/") or self._options["mountPath"] == "/":
            raise UsageProblem(
                "workload files mountPath: expected an absolute path below /, found "
                f"{self._options['mountPath']!r}"
            )
        self._token = ""

    def deploy(self) -> None:
        """ConfigMap, claim and Deployment."""
        embedded = self._kube.capabilities.backend == "embedded"
        options = self._options
        reader = options["readerImage"] or (options["image"] if embedded else _READER_IMAGE)
        self._token = secrets.token_hex(16)
        for manifest in manifests(
            self.name,
            self.namespace,
            image=options["image"],
            reader_image=reader,
            container=options["container"],
            mount_path=options["mountPath"],
            storage=options["storage"],
            token=self._token,
        ):
            self._kube.create(manifest, self.namespace)

    def wait_ready(self) -> None:
        """Until the reader has looked at the volume."""
        self._ask("describe")

    def remove(self) -> None:
        """Deletes Deployment, pods, claim and ConfigMap."""
        kube, namespace, wait_s = self._kube, self.namespace, self._settings.ready_timeout_s
        kube.delete(DEPLOYMENTS, self.name, namespace, wait_s=wait_s)
        for pod in kube.list(PODS, namespace, label_selector=f"app={self.name}"):
            name = pod["metadata"]["name"]
            kube.delete(PODS, name, namespace, wait_s=wait_s, grace_period_s=0)
        kube.delete(PERSISTENTVOLUMECLAIMS, claim_name(self.name), namespace, wait_s=wait_s)
        kube.delete(CONFIGMAPS, config_name(self.name), namespace)
        self._token = ""

    @property
    def target(self) -> Target:
        """The Deployment."""
        return Target("deployment", self.name, self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        """None are needed."""
        return {}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files."""
        return _DATASETS.names()

    def seed(self, dataset: str | Path) -> int:
        """Makes a bundled dataset's entries, or a file's; returns how many there are.

        Raises:
            UsageProblem: no such dataset, an entry that is none, or one that may not be made.
        """
        (answer,) = self._ask("seed", entries_of(_DATASETS.file(dataset)))
        return int(answer["entries"])

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs a shell script in the volume; a row for each line of its output, as text."""
        return [
            (answer["line"].encode("latin-1").decode(errors="replace"),)
            for answer in self._ask("shell", statement)
        ]

    def damage(self, **how: Any) -> str:
        """`wipe=True`, `delete="path"`, `flip="path"` (one bit), `command="rm …"`.

        And `emptyVolume=True`: a new volume, and a new pod on it.
        """
        known = ("wipe", "delete", "flip", "command", "emptyVolume")
        if len(how) != 1 or next(iter(how)) not in known:
            found = ", ".join(map(repr, how)) or "none"
            raise UsageProblem(f"damage: files knows one of {', '.join(known)}, found {found}")
        ((word, argument),) = how.items()
        if word in ("wipe", "emptyVolume"):
            check_true(word, argument)
        else:
            a_text(word, argument, "a text")
        if word == "emptyVolume":
            self.remove()
            self.deploy()
            self.wait_ready()
            return f"replaced the volume {claim_name(self.name)} by an empty one"
        if word == "command":
            self._ask("shell", argument)
            return f"ran {' '.join(argument.split())}"
        if word == "wipe":
            (answer,) = self._ask("wipe")
            return f"wiped the volume ({answer['entries']} names)"
        path = inside(word, argument)
        (answer,) = self._ask(word, path.encode().decode("latin-1"))
        if word == "flip":
            return f"flipped a bit of {argument} at byte {answer['offset']}"
        return f"deleted {argument} ({answer['entries']} names)"

    def snapshot(self) -> Snapshot:
        """Every name below the volume, and the volume's own folder, with all that it has.

        A tree of files knows no transactions.  A file that changes while it is read is noticed;
        what else writers do meanwhile is not.

        Raises:
            Unverified: the reader did not come to its end.
        """
        try:
            facts, *entries = self._ask("snapshot")
        except UsageProblem as error:
            raise Unverified(str(error)) from None
        return snapshot_of(entries, facts)

    def version(self) -> str:
        """`Volume on ext4, read by Python 3.11.2 (for ghcr.io/…)`."""
        (facts,) = self._ask("describe")
        return (
            f"Volume on {facts['fileSystem']}, read by Python {facts['python']} "
            f"(for {self._options['image']})"
        )

    def _ask(self, action: str, argument: Any = None) -> list[dict[str, Any]]:
        """The program's answers, all of them.

        Raises:
            UsageProblem: it could not do it, in its own words.
            EnvironmentProblem: there is no pod, or no program in it.
            Unverified: its output was cut.
        """
        words = ["python3", "-I", PROGRAM, self._read_token(), self._options["mountPath"], action]
        if argument is not None:
            packed = base64.b64encode(zlib.compress(json.dumps(argument).encode(), 9)).decode()
            if len(packed) > _MOST_ARGUMENT_BYTES:
                raise UsageProblem(
                    f"files {action}: too much to send at once; use `random` for large contents"
                )
            words.append(packed)
        pod = self._pod()
        done = self._kube.exec(self.namespace, pod, words, container=READER, timeout_s=_LONGEST_S)
        said = done.stderr.decode(errors="replace").strip()
        if done.exit_status in (126, 127):
            raise EnvironmentProblem(
                f"the container {READER} of pod {self.namespace}/{pod} cannot run python3: {said}",
                remedies=["name an image that has Python with the option `readerImage`"],
            )
        if "No such file or directory" in said and PROGRAM in said:
            raise EnvironmentProblem(
                f"pod {self.namespace}/{pod} has no {PROGRAM}: pods here have no root file system "
                "of their own, so the volume's path would be this machine's",
                remedies=["make bubblewrap work (see `pytest-kanister doctor`)"],
                evidence=said,
            )
        if done.exit_status:
            raise UsageProblem(f"files {action}: {said or f'status {done.exit_status}'}")
        return whole(done.stdout, action)

    def _read_token(self) -> str:
        """From the cluster, so that a second object for the same release works."""
        if not self._token:
            found = self._kube.get(CONFIGMAPS, config_name(self.name), self.namespace)
            self._token = str(found["data"]["token"])
        return self._token

    def _pod(self) -> str:
        """The Deployment's ready pod: a restore may have made another than there was."""
        deadline = Deadline(self._settings.ready_timeout_s)

        def only() -> str | None:
            names = [
                pod["metadata"]["name"]
                for pod in self._kube.list(PODS, self.namespace, label_selector=f"app={self.name}")
                if not pod["metadata"].get("deletionTimestamp")
            ]
            return str(names[0]) if len(names) == 1 else None

        name = wait_until(only, deadline)
        if name is None:
            raise EnvironmentProblem(
                f"deployment {self.namespace}/{self.name} has not exactly one pod after "
                f"{deadline.timeout_s:.0f} s",
                remedies=[
                    "a restore that scales it to 0 must scale it back: see the Blueprint",
                    f"see why: `kubectl -n {self.namespace} describe deployment {self.name}`",
                ],
            )
        wait_pod_ready(self._kube, self.namespace, name, timeout_s=deadline.left_s)
        return name
