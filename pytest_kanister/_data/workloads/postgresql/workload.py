"""`PostgreSQL`: one release of a PostgreSQL server, taken through the circle."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.workloads.damaging import a_text, check_true
from pytest_kanister._data.workloads.datasets import Datasets
from pytest_kanister._data.workloads.options import check_options
from pytest_kanister._data.workloads.postgresql.connection import (
    ADMINISTRATOR,
    PORT,
    Login,
    connect,
    driver,
    rows_of,
)
from pytest_kanister._data.workloads.postgresql.damages import (
    OF_THE_POD,
    count_rows,
    do_damage,
)
from pytest_kanister._data.workloads.postgresql.generated import GENERATED, Generated
from pytest_kanister._data.workloads.postgresql.manifests import manifests, names_of
from pytest_kanister._data.workloads.postgresql.snapshots import take_snapshot
from pytest_kanister._data.workloads.release import Release
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from psycopg import Connection

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.settings import Settings

    Connect = Callable[[str], AbstractContextManager[Connection[Any]]]

__all__ = ["PostgreSQL"]

_DEFAULTS = {"image": "postgres:18", "storage": "1Gi"}

# psql, as it knows what a dump is written in: \connect, COPY … FROM stdin, \restrict.
_PSQL = 'PGPASSWORD="$POSTGRES_PASSWORD" exec psql -XqAt -v ON_ERROR_STOP=1 -h "$0" -U "$1"'


class PostgreSQL:
    """Implements `Workload`.  Options: `image` (default `postgres:18`), `storage` (`1Gi`)."""

    kind: ClassVar[str] = "postgresql"

    not_covered: ClassVar[tuple[str, ...]] = (
        "files of the server's configuration; what ALTER SYSTEM wrote is covered",
        "comments and security labels on what the server brings along; security labels at all",
        "of operators, casts, languages, text search, foreign servers and publications anything "
        "but their existence, owner and plain properties",
        "replication slots, origins and statistics",
        "whether functions, views and triggers still run",
        "rows that break a constraint",
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
        check_options(self.kind, options, _DEFAULTS)
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._settings = settings
        self._options = {**_DEFAULTS, **options}
        self._release = Release(kube, settings, namespace, names_of(name), PORT)
        self._datasets = Datasets(self.kind, "sql", (GENERATED,))

    def deploy(self) -> None:
        """Secret, two Services and a StatefulSet.

        The administrator's password is made up unless it was taken over.

        Raises:
            EnvironmentProblem: psycopg is missing: said before anything is made.
        """
        driver()
        password = self._release.new_password()
        self._release.create(
            manifests(self.name, self.namespace, password=password, **self._options)
        )

    def take_credentials(self, source: Self) -> None:
        """The administrator's password will be the other server's."""
        self._release.take_password(source._release.password())

    def wait_ready(self) -> None:
        """Until the administrator's query is answered through the Service."""
        self._release.wait_answers(
            lambda: self.execute("SELECT 1"),
            f"PostgreSQL {self.namespace}/{self.name} did not answer its administrator's query",
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
        """`postgresql`; most public Blueprints find the Secret by its name themselves."""
        return {self.kind: self._release.secret}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files, and `generated`."""
        return self._datasets.names()

    def seed(self, dataset: str | Path) -> int:
        r"""Runs a bundled dataset, or a file, by psql in the pod; how many rows there are more.

        It begins in the database `postgres`; `\connect` leads to others.  `generated:SEED:ROWS`
        is a table made from a seed.

        Raises:
            UsageProblem: no such dataset, an unreadable file, or SQL that the server refuses.
        """
        if isinstance(dataset, str) and dataset.partition(":")[0] == GENERATED:
            made = Generated(dataset)
            with self._connecting() as opened:
                return made.load(opened)
        script = self._datasets.text(dataset)
        with self._connecting() as opened:
            before = count_rows(opened)
            self.run_script(script)
            return count_rows(opened) - before

    def execute(self, statement: str, *, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Runs statements as administrator; rows of the last one that has any.

        Args:
            statement: one, or several that may be in one transaction.
            database: the one to connect to.
        """
        with self._connecting() as opened, opened(database) as connection:
            return rows_of(connection, statement)

    def run_script(self, script: str) -> str:
        """Runs a script by psql in the server's pod, up to the first error; what it printed.

        Raises:
            UsageProblem: the server refused a statement.
        """
        done = self._kube.exec(
            self.namespace,
            self._release.names.pod,
            ["sh", "-c", _PSQL, self._release.names.server, ADMINISTRATOR],
            stdin=script.encode(),
            timeout_s=self._settings.actionset_timeout_s,
        )
        if done.exit_status:
            text = done.stderr.decode(errors="replace").strip()
            raise UsageProblem(f"PostgreSQL refused: {text}")
        return done.stdout.decode(errors="replace")

    def damage(self, **how: Any) -> str:
        r"""Destroys data: one of these.

        `drop="db"`, `dropTable="db.schema.table"`, `deleteRows={"table": …, "where": …}`,
        `changeRows={"table": …, "set": …, "where": …}`, `dropRole="name"` (or `dropUser`),
        `wipeVolume=True` (every file under a stopped server), `emptyServer=True` (a new server
        with a new volume), `sql="…"` (in the database `postgres`; `\connect` leads to others).
        """
        if len(how) == 1 and (kind := next(iter(how))) in OF_THE_POD:
            return self._damage_in_pod(kind, how[kind])
        with self._connecting() as opened:
            return do_damage(opened, how)

    def snapshot(self) -> Snapshot:
        """All databases but template0, and what they share."""
        collector = Collector(RunFile().table, full_rows=self._settings.full_rows)
        with self._connecting() as opened:
            return take_snapshot(opened, collector, self._reopen)

    def version(self) -> str:
        """Asks the server: `PostgreSQL 18.6 (for postgres:18)`."""
        ((version,),) = self.execute("SHOW server_version")
        return f"PostgreSQL {str(version).split()[0]} (for {self._options['image']})"

    def _damage_in_pod(self, kind: str, argument: Any) -> str:
        if kind == "sql":
            self.run_script(a_text(kind, argument, "SQL statements"))
            return f"ran {' '.join(argument.split())}"
        check_true(kind, argument)
        replaced = kind == "emptyServer"
        done = self._release.lose_volume(self._options["image"], replaced=replaced)
        self.wait_ready()
        return done

    @contextmanager
    def _connecting(self) -> Iterator[Connect]:
        """Opens connections to the server's databases, as administrator."""
        with self._release.reach() as address:
            yield partial(connect, Login(address, self._release.password()))

    @contextmanager
    def _reopen(self, database: str) -> Iterator[Connection[Any]]:
        with self._connecting() as opened, opened(database) as connection:
            yield connection
