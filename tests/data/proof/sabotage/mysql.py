"""What is done to a real MySQL server behind the proof's back, and what must be said of it.

A table, with the scene that it alters; `__main__` and the tests of the workload run it.
"""

from __future__ import annotations

from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import known_types, quoted
from tests.data.proof.sabotage.mysql_accounts import ACCOUNTS, REVOKES, UNFLUSHED
from tests.data.proof.sabotage.mysql_tables import (
    DEFINITIONS,
    DEFINITIONS_OF_MYSQL,
    VALUES,
    VALUES_OF_MYSQL,
)
from tests.data.proof.sabotage.statements import StatementSuite, word

__all__ = ["PEOPLE", "SCENE", "SUITE", "reset"]

SCENE = """
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
CREATE TABLE d.stray (
  id INT PRIMARY KEY,
  parent INT,
  CONSTRAINT stray_parent FOREIGN KEY (parent) REFERENCES d.parent (id)
);
CREATE TABLE d.parts (id INT) PARTITION BY HASH (id) PARTITIONS 2;
INSERT INTO d.parent VALUES (1);
INSERT INTO d.t (parent, name) VALUES (1, 'a'), (1, 'b');
INSERT INTO d.parts VALUES (1), (1), (2);
SET foreign_key_checks = 0;
INSERT INTO d.stray VALUES (1, 99);
SET foreign_key_checks = 1;
CREATE USER painter IDENTIFIED BY 'paints-1';
GRANT SELECT ON d.* TO painter;
CREATE DEFINER = painter VIEW d.painted AS SELECT id FROM d.parent;
CREATE VIEW d.v AS SELECT name FROM d.t;
CREATE TRIGGER d.before_insert BEFORE INSERT ON d.t FOR EACH ROW SET NEW.name = UPPER(NEW.name);
CREATE PROCEDURE d.p() BEGIN SELECT 1; SELECT 2; END;
CREATE FUNCTION d.f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1;
CREATE EVENT d.e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE
  DO DELETE FROM d.parts;
"""


PEOPLE = """
CREATE USER reader IDENTIFIED BY 'reads-9' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 500
  PASSWORD EXPIRE INTERVAL 90 DAY FAILED_LOGIN_ATTEMPTS 3 PASSWORD_LOCK_TIME 2 COMMENT 'who reads';
CREATE USER 'o''brien'@'10.%' IDENTIFIED BY 'x' ACCOUNT LOCK;
CREATE USER plain IDENTIFIED BY 'plain-1';
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

_SERVERS_OWN = ("mysql", "sys", "information_schema", "performance_schema")
_OF_ACCOUNTS = (
    "user", "global_grants", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv",
    "password_history",
)  # fmt: skip


def reset(server: Workload) -> None:
    """Leaves the server as it was when it was made."""
    for (database,) in server.execute("SHOW DATABASES"):
        if database not in _SERVERS_OWN:
            server.execute(f"DROP DATABASE {quoted(database)}")
    # By rows, as a case may have left accounts that the server does not know.
    server.execute(
        "".join(
            f"DELETE FROM mysql.{table} WHERE User NOT LIKE 'mysql.%' AND User <> 'root';"
            for table in _OF_ACCOUNTS
        )
        + "DELETE FROM mysql.role_edges; DELETE FROM mysql.default_roles; FLUSH PRIVILEGES"
    )


SUITE = StatementSuite(
    workload=MySQL,
    reset=reset,
    scene=SCENE,
    people=PEOPLE,
    values=VALUES | VALUES_OF_MYSQL,
    definitions=DEFINITIONS | DEFINITIONS_OF_MYSQL,
    accounts=ACCOUNTS | {f"unflushed {case}": entry for case, entry in UNFLUSHED.items()},
    apart=REVOKES,
    types=known_types() - {"geometrycollection"},  # its former name
    cannot={("default role", "changed"): "it has nothing but its name"},
    word=lambda column: {"geometrycollection": "geomcollection"}.get(word(column), word(column)),
)
