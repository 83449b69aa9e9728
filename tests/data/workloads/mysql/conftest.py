"""One MySQL server for the tests of this folder, empty at the start of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import quoted
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings


@pytest.fixture(scope="session")
def deployed(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[MySQL]:
    server = MySQL(kube, settings, name="store", namespace=namespace("data-mysql"), options={})
    server.deploy()
    server.wait_ready()
    yield server
    server.remove()


@pytest.fixture
def mysql(deployed: MySQL) -> MySQL:
    for database in deployed.execute("SHOW DATABASES"):
        if database[0] not in ("mysql", "sys", "information_schema", "performance_schema"):
            deployed.execute(f"DROP DATABASE {quoted(database[0])}")
    # By rows, as a test may have left accounts that the server does not know.
    for table in _OF_ACCOUNTS:
        deployed.execute(f"DELETE FROM mysql.{table} WHERE {_NOT_THE_SERVERS}")
    deployed.execute(
        "DELETE FROM mysql.role_edges; DELETE FROM mysql.default_roles; FLUSH PRIVILEGES"
    )
    return deployed


_OF_ACCOUNTS = (
    "user", "global_grants", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv",
    "password_history",
)  # fmt: skip
_NOT_THE_SERVERS = "User NOT LIKE 'mysql.%' AND User <> 'root'"


_SCENE = """
CREATE DATABASE d CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE d.parent (id INT PRIMARY KEY);
CREATE TABLE d.t (
  id INT PRIMARY KEY AUTO_INCREMENT,
  parent INT,
  name VARCHAR(20) DEFAULT 'x' COMMENT 'whose',
  twice INT GENERATED ALWAYS AS (parent * 2) VIRTUAL,
  KEY by_name (name),
  CONSTRAINT positive CHECK (parent > 0),
  CONSTRAINT has_parent FOREIGN KEY (parent) REFERENCES d.parent (id)
) COMMENT 'things';
CREATE TABLE d.parts (id INT) PARTITION BY HASH (id) PARTITIONS 2;
INSERT INTO d.parent VALUES (1);
INSERT INTO d.t (parent, name) VALUES (1, 'a'), (1, 'b');
INSERT INTO d.parts VALUES (1), (1), (2);
CREATE VIEW d.v AS SELECT name FROM d.t;
CREATE TRIGGER d.before_insert BEFORE INSERT ON d.t FOR EACH ROW SET NEW.name = UPPER(NEW.name);
CREATE PROCEDURE d.p() BEGIN SELECT 1; SELECT 2; END;
CREATE FUNCTION d.f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1;
CREATE EVENT d.e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE
  DO DELETE FROM d.parts;
"""


_ACCOUNTS = """
CREATE USER reader IDENTIFIED BY 'reads-9' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 500
  PASSWORD EXPIRE INTERVAL 90 DAY FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 2 COMMENT 'who reads';
CREATE USER 'o''brien'@'10.%' IDENTIFIED BY 'x' ACCOUNT LOCK;
CREATE ROLE looks, works;
GRANT works TO looks;
GRANT looks TO reader WITH ADMIN OPTION;
SET DEFAULT ROLE looks TO reader;
GRANT PROCESS, SELECT ON *.* TO reader;
GRANT BACKUP_ADMIN ON *.* TO reader WITH GRANT OPTION;
GRANT INSERT ON d.* TO works;
GRANT ALL ON `d\\_x`.* TO 'o''brien'@'10.%' WITH GRANT OPTION;
GRANT DELETE, TRIGGER ON d.t TO works;
GRANT SELECT (name, parent), UPDATE (name) ON d.t TO works;
GRANT EXECUTE ON PROCEDURE d.p TO works;
GRANT ALL ON FUNCTION d.f TO looks;
-- Root has no proxy right to give, so the row is written as GRANT PROXY would.
INSERT INTO mysql.proxies_priv VALUES ('%', 'reader', '10.%', 'o''brien', 1, 'root@%', NOW());
FLUSH PRIVILEGES;
"""


@pytest.fixture
def scene() -> str:
    """A database with one of everything that a snapshot looks at."""
    return _SCENE


@pytest.fixture
def accounts() -> str:
    """To run after `scene`: accounts with one of every right."""
    return _ACCOUNTS
