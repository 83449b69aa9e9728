"""`MariaDB`: one release of a MariaDB server, taken through the circle."""

from __future__ import annotations

from typing import ClassVar

from pytest_kanister._data.workloads.mysql.manifests import Flavour
from pytest_kanister._data.workloads.mysql.workload import MySQL

__all__ = ["MariaDB"]


class MariaDB(MySQL):
    """Implements `Workload` as `MySQL` does; what differs is in this package's other modules.

    Options: `image` (default `mariadb:10.11`), `storage` (`1Gi`).
    """

    kind: ClassVar[str] = "mariadb"

    flavour: ClassVar[Flavour] = Flavour(
        "mariadb", "MariaDB", "mariadb:10.11", "MARIADB_ROOT_PASSWORD"
    )

    not_covered: ClassVar[tuple[str, ...]] = (
        "when an account's password was last changed",
        "logins with passwords that the harness was not told",
        "settings made with SET GLOBAL",
        "plugins, loadable functions and federated servers",
        "statistics that ANALYZE TABLE … PERSISTENT made",
        "whether routines and events still run",
        "an invalid ENUM value against a declared empty one",
        "characters above U+FFFF in the lists of ENUM and SET, which the server shows as `?`",
    )
