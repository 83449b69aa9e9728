"""`MySQL`: one release of a MySQL server, taken through the circle."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.workloads.damaging import check_true
from pytest_kanister._data.workloads.datasets import Datasets
from pytest_kanister._data.workloads.mysql.connection import Login, connect, rows_of
from pytest_kanister._data.workloads.mysql.damages import OF_THE_VOLUME, count_rows, do_damage
from pytest_kanister._data.workloads.mysql.generated import GENERATED, Generated
from pytest_kanister._data.workloads.mysql.logins import CLASS, LOGINS
from pytest_kanister._data.workloads.mysql.manifests import (
    MYSQL,
    PORT,
    Flavour,
    manifests,
    names_of,
)
from pytest_kanister._data.workloads.mysql.snapshots import take_snapshot
from pytest_kanister._data.workloads.options import check_options
from pytest_kanister._data.workloads.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pymysql.connections import Connection

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.settings import Settings

__all__ = ["MySQL"]

_OPTIONS = ("image", "storage")


class MySQL:
    """Implements `Workload`.

    Options: `image` (default: the flavour's), `storage` (`1Gi`).
    """

    kind: ClassVar[str] = "mysql"

    flavour: ClassVar[Flavour] = MYSQL

    not_covered: ClassVar[tuple[str, ...]] = (
        "when an account's password was last changed, and its former ones",
        "logins with passwords that the harness was not told",
        "settings made with SET GLOBAL or SET PERSIST",
        "plugins, components, loadable functions, libraries and federated servers",
        "tablespaces, resource groups, histograms and own spatial reference systems",
        "whether routines and events still run",
        "an invalid ENUM value against a declared empty one",
        "characters above U+FFFF in the lists of ENUM and SET, which the server shows as `?`",
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
        check_options(self.kind, options, _OPTIONS)
        self.name = name
        self.namespace = namespace
        self._settings = settings
        self._options = {"image": self.flavour.image, "storage": "1Gi", **options}
        names = names_of(name, self.flavour)
        self._release = Release(kube, settings, namespace, names, PORT)
        self._datasets = Datasets(self.kind, "sql", (GENERATED,))

    def deploy(self) -> None:
        """Secret, two Services and a StatefulSet; root's password is made up unless taken over."""
        password = self._release.new_password()
        self._release.create(
            manifests(
                self.name, self.namespace, password=password, flavour=self.flavour, **self._options
            )
        )

    def take_credentials(self, source: Self) -> None:
        """Root's password will be the other server's."""
        self._release.take_password(source._release.password())

    def wait_ready(self) -> None:
        """Until root's query is answered through the Service."""
        server = f"{self.flavour.product} {self.namespace}/{self.name}"
        self._release.wait_answers(
            lambda: self.execute("SELECT 1"), f"{server} did not answer root's query"
        )

    def remove(self) -> None:
        """Deletes StatefulSet, pod, volume, Services and Secret."""
        self._release.remove()

    @property
    def target(self) -> Target:
        """The StatefulSet."""
        return self._release.target

    @property
    def secrets(self) -> Mapping[str, Target]:
        """`mysql`, as the tutorial's ActionSet names it."""
        return {self.kind: self._release.secret}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files, and `generated`."""
        return self._datasets.names()

    def seed(self, dataset: str | Path, *, rows: int | None = None) -> int:
        """Sends a bundled dataset, or a file, whole; returns how many rows there are more.

        Args:
            dataset: a name, a file, or `generated:SEED:ROWS`.
            rows: how many to generate.

        Raises:
            UsageProblem: no such dataset, an unreadable file, or SQL that the server refuses.
        """
        if isinstance(dataset, str) and dataset.partition(":")[0] == GENERATED:
            script: Iterable[str] = Generated(dataset, rows).statements()
        else:
            script = [self._datasets.text(dataset)]
        with self._connect() as connection:
            before = count_rows(connection)
            for part in script:
                rows_of(connection, part)
                LOGINS.learn(part)
            return count_rows(connection) - before

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs statements as root in a session of their own; rows of the last one that has any."""
        with self._connect() as connection:
            rows = rows_of(connection, statement)
        LOGINS.learn(statement)
        return rows

    def damage(self, **how: Any) -> str:
        """Destroys data: one of these.

        `drop="db"`, `dropTable="db.t"`, `deleteRows={"table": …, "where": …}`,
        `changeRows={"table": …, "set": …, "where": …}`, `dropUser="u"` or `"'u'@'host'"`,
        `wipeVolume=True` (every file under a stopped server), `emptyServer=True` (a new server
        with a new volume), `sql="…"`.
        """
        if len(how) == 1 and (kind := next(iter(how))) in OF_THE_VOLUME:
            check_true(kind, how[kind])
            replaced = kind == "emptyServer"
            done = self._release.lose_volume(self._options["image"], replaced=replaced)
            self.wait_ready()
            return done
        with self._connect() as connection:
            return do_damage(connection, how)

    def snapshot(self) -> Snapshot:
        """All databases but the server's own: rows, definitions, views, programs; all accounts.

        Accounts whose passwords are known are logged in.
        """
        with self._release.reach() as address:
            with connect(Login(address, self._release.password()), raw=True) as connection:
                collector = Collector(RunFile().table, full_rows=self._settings.full_rows)
                again = partial(self._connect, raw=True)
                found = take_snapshot(connection, collector, again)
            if not LOGINS:
                return found
            tried = LOGINS.tried(address, found.inventory["user"])
        return replace(found, inventory={**found.inventory, CLASS: tried}) if tried else found

    def version(self) -> str:
        """Asks the server: `MySQL 9.7.4 (for mysql:9.7)`."""
        ((version, comment),) = self.execute("SELECT VERSION(), @@version_comment")
        product = "MariaDB" if "mariadb" in f"{version} {comment}".lower() else "MySQL"
        return f"{product} {str(version).split('-')[0]} (for {self._options['image']})"

    @contextmanager
    def _connect(self, *, raw: bool = False) -> Iterator[Connection[Any]]:
        with (
            self._release.reach() as address,
            connect(Login(address, self._release.password()), raw=raw) as connection,
        ):
            yield connection
