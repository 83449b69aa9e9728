"""`Redis`: one release of a Redis or Valkey server, taken through the circle."""

from __future__ import annotations

import base64
import secrets
import string
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.workloads.redis.commands import commands
from pytest_kanister._data.workloads.redis.connection import connect
from pytest_kanister._data.workloads.redis.damages import DAMAGES, do_damage
from pytest_kanister._data.workloads.redis.keys import database_sizes
from pytest_kanister._data.workloads.redis.manifests import (
    PASSWORD_KEY,
    PORT,
    claim_name,
    manifests,
    pod_name,
    service_name,
)
from pytest_kanister._data.workloads.redis.snapshots import Expiries, server_facts, take_snapshot
from pytest_kanister._kube.pods import pod_evidence, wait_pod_ready
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
)
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._data.workloads.redis.connection import Server
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["Redis"]

_TEXTS = {"image": "redis:8.0", "storage": "1Gi"}
_TOLERANCE = "ttlToleranceSeconds"
_TOLERANCE_S = 60.0
"""What a backup that keeps the time left may add: the span between backup and restore here."""


class Redis:
    """Implements `Workload`.

    Options: `image` (default `redis:8.0`), `storage` (`1Gi`), `ttlToleranceSeconds` (60).
    """

    kind: ClassVar[str] = "redis"

    not_covered: ClassVar[tuple[str, ...]] = (
        "for how long a key was idle, and how often it was asked for",
        "how a value is held in memory",
        "types of modules: a key of one is unverified",
        "when a consumer was last seen, and a pending entry last delivered",
        "replicas, clusters and what is subscribed to",
    )

    def __init__(
        self,
        kube: KubeClient,
        settings: Settings,
        *,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
    ) -> None:
        known = (*_TEXTS, _TOLERANCE)
        for option, value in options.items():
            if option not in known:
                raise UsageProblem(
                    f"workload redis: it has the options {', '.join(known)}, found {option!r}"
                )
            if option != _TOLERANCE and (not isinstance(value, str) or not value):
                raise UsageProblem(f"workload redis {option}: expected a text, found {value!r}")
        tolerance_s = options.get(_TOLERANCE, _TOLERANCE_S)
        if isinstance(tolerance_s, bool) or not isinstance(tolerance_s, int | float):
            raise UsageProblem(
                f"workload redis {_TOLERANCE}: expected seconds, found {tolerance_s!r}"
            )
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._settings = settings
        self._texts = {key: options.get(key, default) for key, default in _TEXTS.items()}
        self._tolerance_s = float(tolerance_s)
        self._expiries = Expiries(self._tolerance_s)
        self._password: Secret | None = None

    def deploy(self) -> None:
        """Secret, two Services and a StatefulSet; the password is made up unless taken over."""
        alphabet = string.ascii_letters + string.digits  # safe in any shell or configuration file
        made_up = "".join(secrets.choice(alphabet) for _ in range(20))
        self._create(self._password.reveal() if self._password else made_up)

    def take_credentials(self, source: Self) -> None:
        """The password will be the other server's."""
        self._password = source._read_password()

    def wait_ready(self) -> None:
        """Until PING is answered through the Service, to who has the password."""
        deadline = Deadline(self._settings.ready_timeout_s)
        pod = pod_name(self.name)
        wait_pod_ready(self._kube, self.namespace, pod, timeout_s=deadline.left_s)
        last: list[Exception] = []

        def answers() -> bool | None:
            try:
                with self._connect() as server:
                    return bool(server.ask("PING"))
            except (EnvironmentProblem, UsageProblem) as error:
                # While it loads what it kept, it refuses: that counts as "not yet".
                last[:] = [error]
                return None

        if not wait_until(answers, deadline):
            raise EnvironmentProblem(
                f"Redis {self.namespace}/{self.name} did not answer after "
                f"{deadline.timeout_s:.0f} s: {last[0] if last else ''}",
                evidence=pod_evidence(self._kube, self.namespace, pod),
                remedies=[
                    "see what the server says above",
                    "--kanister-ready-timeout-s gives more",
                ],
            )

    def remove(self) -> None:
        """Deletes StatefulSet, pod, volume, Services and Secret."""
        self._remove_server()
        for service in (service_name(self.name), f"{self.name}-headless"):
            self._kube.delete(SERVICES, service, self.namespace)
        self._kube.delete(SECRETS, self.name, self.namespace)
        self._password = None

    @property
    def target(self) -> Target:
        """The StatefulSet, with the labels `instance` and `component` that Blueprints read."""
        return Target("statefulset", service_name(self.name), self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        """`redis`: the one with the key `redis-password`."""
        return {"redis": Target("secret", self.name, self.namespace)}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files."""
        folder = bundled("fixtures", "datasets", "redis")
        return sorted(path.stem for path in folder.glob("*.redis"))

    def seed(self, dataset: str | Path) -> int:
        """Sends a bundled dataset, or a file, line by line; returns how many keys there are more.

        Raises:
            UsageProblem: no such dataset, an unreadable file, or a command that is refused.
        """
        script = self._dataset(dataset)
        try:
            lines = list(commands(script))
        except UsageProblem as error:
            raise UsageProblem(f"dataset {dataset}, {error}") from None
        self._expiries = Expiries(self._tolerance_s)
        with self._connect() as server:
            before = sum(database_sizes(server).values())
            for _ in server.ask_all(lines):
                pass
            return sum(database_sizes(server).values()) - before

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs lines of commands; the last answer, a list's elements as rows of one cell each."""
        answer: Any = None
        with self._connect() as server:
            for words in commands(statement):
                answer = server.ask(*words)
        if isinstance(answer, list):
            return [(element,) for element in answer]
        return [] if answer is None else [(answer,)]

    def damage(self, **how: Any) -> str:
        """`flush=True`, `drop=0`, `deleteKeys="a b"`, `dropUser="u"`, `commands="…"`.

        And `emptyServer=True`: a new server with an empty volume and the same password.
        """
        known = ", ".join((*DAMAGES, "emptyServer"))
        if len(how) != 1:
            found = ", ".join(how) or "none"
            raise UsageProblem(f"damage: expected one of {known}, found {found}")
        ((word, argument),) = how.items()
        if word == "emptyServer":
            return self._replace(argument)
        if word not in DAMAGES:
            raise UsageProblem(f"damage: redis knows {known}, found {word!r}")
        with self._connect() as server:
            return do_damage(server, word, argument)

    def snapshot(self) -> Snapshot:
        """Every key of every database at one moment, functions, users, settings."""
        with self._connect() as server:
            return take_snapshot(server, self._expiries)

    def version(self) -> str:
        """Asks the server: `Redis 8.0.6 (for redis:8.0)`."""
        with self._connect() as server:
            facts = server_facts(server)
        return f"{facts['product']} {facts['version']} (for {self._texts['image']})"

    def _create(self, password: str) -> None:
        as_process = self._kube.capabilities.backend == "embedded"
        for manifest in manifests(
            self.name, self.namespace, password=password, as_process=as_process, **self._texts
        ):
            self._kube.create(manifest, self.namespace)

    def _remove_server(self) -> None:
        pod = pod_name(self.name)
        kube, namespace, wait_s = self._kube, self.namespace, self._settings.ready_timeout_s
        kube.delete(STATEFULSETS, service_name(self.name), namespace, wait_s=wait_s)
        kube.delete(PODS, pod, namespace, wait_s=wait_s, grace_period_s=0)
        kube.delete(PERSISTENTVOLUMECLAIMS, claim_name(self.name), namespace, wait_s=wait_s)

    def _replace(self, argument: Any) -> str:
        if argument is not True:
            raise UsageProblem(f"damage emptyServer: expected true, found {argument!r}")
        password = self._read_password().reveal()
        self.remove()
        self._create(password)
        self.wait_ready()
        return f"replaced {service_name(self.name)} by an empty server"

    @contextmanager
    def _connect(self) -> Iterator[Server]:
        timeout_s = self._settings.ready_timeout_s
        with (
            self._kube.reach(
                self.namespace, service_name(self.name), PORT, timeout_s=timeout_s
            ) as address,
            connect(address, self._read_password()) as server,
        ):
            yield server

    def _read_password(self) -> Secret:
        """From the cluster: what Blueprints read is what we use."""
        if self._password is None:
            secret = self._kube.get(SECRETS, self.name, self.namespace)
            self._password = Secret(base64.b64decode(secret["data"][PASSWORD_KEY]).decode())
        return self._password

    def _dataset(self, dataset: str | Path) -> str:
        if isinstance(dataset, str):
            if dataset not in self.datasets():
                raise UsageProblem(
                    f"redis has the datasets {', '.join(self.datasets())}; found {dataset!r} "
                    "(a file of one's own is given as a path)"
                )
            dataset = bundled("fixtures", "datasets", "redis", f"{dataset}.redis")
        try:
            return dataset.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(f"cannot read the dataset {dataset}: {error}") from None
