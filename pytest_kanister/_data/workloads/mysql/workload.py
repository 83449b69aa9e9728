"""`MySQL`: one release of a MySQL server, taken through the circle."""

from __future__ import annotations

import base64
import secrets
import string
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof.collect import Collector
from pytest_kanister._data.workloads.mysql.connection import Login, connect, rows_of
from pytest_kanister._data.workloads.mysql.damages import OF_THE_VOLUME, count_rows, do_damage
from pytest_kanister._data.workloads.mysql.generated import GENERATED, Generated
from pytest_kanister._data.workloads.mysql.logins import CLASS, LOGINS
from pytest_kanister._data.workloads.mysql.manifests import (
    MYSQL,
    PORT,
    Flavour,
    claim_name,
    manifests,
    pod_name,
)
from pytest_kanister._data.workloads.mysql.snapshots import take_snapshot
from pytest_kanister._data.workloads.volumes import (
    WIPE,
    run_on_volumes,
    start_stateful_set,
    stop_stateful_set,
)
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pymysql.connections import Connection

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._kube import Address, KubeClient
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
        for option, value in options.items():
            if option not in _OPTIONS:
                known = ", ".join(_OPTIONS)
                raise UsageProblem(
                    f"workload {self.kind}: it has the options {known}, found {option!r}"
                )
            if not isinstance(value, str) or not value:
                raise UsageProblem(
                    f"workload {self.kind} {option}: expected a text, found {value!r}"
                )
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._settings = settings
        self._options = {"image": self.flavour.image, "storage": "1Gi", **options}
        self._password: Secret | None = None

    def deploy(self) -> None:
        """Secret, two Services and a StatefulSet; root's password is made up unless taken over."""
        alphabet = string.ascii_letters + string.digits  # safe in any shell, URL or option file
        made_up = "".join(secrets.choice(alphabet) for _ in range(20))
        password = self._password.reveal() if self._password else made_up
        for manifest in manifests(
            self.name, self.namespace, password=password, flavour=self.flavour, **self._options
        ):
            self._kube.create(manifest, self.namespace)

    def take_credentials(self, source: Self) -> None:
        """Root's password will be the other server's."""
        self._password = source._root_password()

    def wait_ready(self) -> None:
        """Until root's query is answered through the Service."""
        deadline = Deadline(self._settings.ready_timeout_s)
        pod = pod_name(self.name)
        wait_pod_ready(self._kube, self.namespace, pod, timeout_s=deadline.left_s)
        last: list[Exception] = []

        def answers() -> bool | None:
            try:
                return bool(self.execute("SELECT 1"))
            except (EnvironmentProblem, UsageProblem) as error:
                # Root's account is made while the server starts: refusals count as "not yet".
                last[:] = [error]
                return None

        if not wait_until(answers, deadline):
            server = f"{self.flavour.product} {self.namespace}/{self.name}"
            raise EnvironmentProblem(
                f"{server} did not answer root's query after "
                f"{deadline.timeout_s:.0f} s: {last[0] if last else ''}",
                evidence=pod_evidence(self._kube, self.namespace, pod),
                remedies=[
                    "see what the server says above",
                    "--kanister-ready-timeout-s gives more",
                ],
            )

    def remove(self) -> None:
        """Deletes StatefulSet, pod, volume, Services and Secret."""
        pod = pod_name(self.name)
        kube, namespace, wait_s = self._kube, self.namespace, self._settings.ready_timeout_s
        kube.delete(STATEFULSETS, self.name, namespace, wait_s=wait_s)
        # MySQL takes 1.5 s to stop in peace; nobody needs what it would write.
        kube.delete(PODS, pod, namespace, wait_s=wait_s, grace_period_s=0)
        kube.delete(PERSISTENTVOLUMECLAIMS, claim_name(self.name), namespace, wait_s=wait_s)
        for service in (self.name, f"{self.name}-headless"):
            kube.delete(SERVICES, service, namespace)
        kube.delete(SECRETS, self.name, namespace)
        self._password = None

    @property
    def target(self) -> Target:
        """The StatefulSet."""
        return Target("statefulset", self.name, self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        """`mysql`, as the tutorial's ActionSet names it."""
        return {self.kind: Target("secret", self.name, self.namespace)}

    def datasets(self) -> Sequence[str]:
        """Names of the bundled files, and `generated`."""
        return [*sorted(path.stem for path in self._bundled("*.sql")), GENERATED]

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
            script = [self._script(dataset)]
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
            if how[kind] is not True:
                raise UsageProblem(f"damage {kind}: expected true, found {how[kind]!r}")
            return self._lose_volume(replaced=kind == "emptyServer")
        with self._connect() as connection:
            return do_damage(connection, how)

    def snapshot(self) -> Snapshot:
        """All databases but the server's own: rows, definitions, views, programs; all accounts.

        Accounts whose passwords are known are logged in.
        """
        with self._reach() as address:
            with connect(Login(address, self._root_password()), raw=True) as connection:
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

    def _lose_volume(self, *, replaced: bool) -> str:
        """Stops the server, empties its volume or deletes the claim, and starts it anew."""
        kube, where, limit_s = self._kube, self.namespace, self._settings.ready_timeout_s
        claim = claim_name(self.name)
        stop_stateful_set(kube, where, self.name, timeout_s=limit_s)
        if replaced:
            kube.delete(PERSISTENTVOLUMECLAIMS, claim, where, wait_s=limit_s)
        else:
            image = self._options["image"]
            run_on_volumes(kube, where, image, {"data": claim}, WIPE, timeout_s=limit_s)
        start_stateful_set(kube, where, self.name)
        self.wait_ready()
        return f"{'replaced' if replaced else 'wiped'} the volume {claim}; the server is empty"

    @contextmanager
    def _connect(self, *, raw: bool = False) -> Iterator[Connection[Any]]:
        with (
            self._reach() as address,
            connect(Login(address, self._root_password()), raw=raw) as connection,
        ):
            yield connection

    def _reach(self) -> AbstractContextManager[Address]:
        timeout_s = self._settings.ready_timeout_s
        return self._kube.reach(self.namespace, self.name, PORT, timeout_s=timeout_s)

    def _root_password(self) -> Secret:
        """From the cluster: what Blueprints read is what we use."""
        if self._password is None:
            secret = self._kube.get(SECRETS, self.name, self.namespace)
            self._password = Secret(
                base64.b64decode(secret["data"][self.flavour.password_key]).decode()
            )
        return self._password

    def _bundled(self, pattern: str) -> Iterable[Path]:
        return bundled("fixtures", "datasets", self.kind).glob(pattern)

    def _script(self, dataset: str | Path) -> str:
        if isinstance(dataset, str):
            if dataset not in self.datasets():
                raise UsageProblem(
                    f"{self.kind} has the datasets {', '.join(self.datasets())}; found "
                    f"{dataset!r} (a file of one's own is given as a path)"
                )
            dataset = bundled("fixtures", "datasets", self.kind, f"{dataset}.sql")
        try:
            return dataset.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(f"cannot read the dataset {dataset}: {error}") from None
