"""`Redis`: one release of a Redis or Valkey server, taken through the circle."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytest_kanister._data.workloads.damaging import check_true, the_only
from pytest_kanister._data.workloads.datasets import Datasets
from pytest_kanister._data.workloads.options import check_options
from pytest_kanister._data.workloads.redis.commands import commands
from pytest_kanister._data.workloads.redis.connection import connect
from pytest_kanister._data.workloads.redis.damages import DAMAGES, do_damage
from pytest_kanister._data.workloads.redis.keys import database_sizes
from pytest_kanister._data.workloads.redis.manifests import PORT, manifests, names_of
from pytest_kanister._data.workloads.redis.snapshots import Expiries, server_facts, take_snapshot
from pytest_kanister._data.workloads.release import Release
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._data.workloads.redis.connection import Server
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.settings import Settings

__all__ = ["Redis"]

_TEXTS = {"image": "redis:8.0", "storage": "1Gi"}
_DATASETS = Datasets("redis", "redis")
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
        check_options(self.kind, options, _TEXTS, others=(_TOLERANCE,))
        tolerance_s = options.get(_TOLERANCE, _TOLERANCE_S)
        if isinstance(tolerance_s, bool) or not isinstance(tolerance_s, int | float):
            raise UsageProblem(
                f"workload redis {_TOLERANCE}: expected seconds, found {tolerance_s!r}"
            )
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._texts = {key: options.get(key, default) for key, default in _TEXTS.items()}
        self._tolerance_s = float(tolerance_s)
        self._expiries = Expiries(self._tolerance_s)
        self._release = Release(kube, settings, namespace, names_of(name), PORT)

    def deploy(self) -> None:
        """Secret, two Services and a StatefulSet; the password is made up unless taken over."""
        as_process = self._kube.capabilities.backend == "embedded"
        password = self._release.new_password()
        self._release.create(
            manifests(
                self.name, self.namespace, password=password, as_process=as_process, **self._texts
            )
        )

    def take_credentials(self, source: Self) -> None:
        """The password will be the other server's."""
        self._release.take_password(source._release.password())

    def wait_ready(self) -> None:
        """Until PING is answered through the Service, to who has the password."""
        self._release.wait_answers(self._ping, f"Redis {self.namespace}/{self.name} did not answer")

    def remove(self) -> None:
        """Deletes StatefulSet, pod, volume, Services and Secret."""
        self._release.remove()

    @property
    def target(self) -> Target:
        """The StatefulSet, with the labels `instance` and `component` that Blueprints read."""
        return self._release.target

    @property
    def secrets(self) -> Mapping[str, Target]:
        """`redis`: the one with the key `redis-password`."""
        return {"redis": self._release.secret}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files."""
        return _DATASETS.names()

    def seed(self, dataset: str | Path) -> int:
        """Sends a bundled dataset, or a file, line by line; returns how many keys there are more.

        Raises:
            UsageProblem: no such dataset, an unreadable file, or a command that is refused.
        """
        script = _DATASETS.text(dataset)
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
        word, argument = the_only("redis", (*DAMAGES, "emptyServer"), how)
        if word == "emptyServer":
            return self._replace(argument)
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

    def _ping(self) -> None:
        with self._connect() as server:
            server.ask("PING")

    def _replace(self, argument: Any) -> str:
        check_true("emptyServer", argument)
        password = self._release.password()
        self.remove()
        self._release.take_password(password)
        self.deploy()
        self.wait_ready()
        return f"replaced {self._release.names.server} by an empty server"

    @contextmanager
    def _connect(self) -> Iterator[Server]:
        with (
            self._release.reach() as address,
            connect(address, self._release.password()) as server,
        ):
            yield server
