"""What is done to a real MariaDB server behind the proof's back, and what must be said of it."""

from __future__ import annotations

from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.mariadb import MariaDB
from pytest_kanister._data.workloads.mysql.columns import known_types, quoted
from tests.data.proof.sabotage import mysql
from tests.data.proof.sabotage.mysql_accounts import ACCOUNTS as MYSQLS
from tests.data.proof.sabotage.mysql_accounts import BRIEN
from tests.data.proof.sabotage.mysql_tables import DEFINITIONS, VALUES
from tests.data.proof.sabotage.statements import StatementSuite

__all__ = ["PEOPLE", "SCENE", "SUITE", "reset"]

SCENE = (
    mysql.SCENE
    + """
CREATE SEQUENCE d.numbers START WITH 5 INCREMENT BY 3 CACHE 10;
SELECT NEXTVAL(d.numbers);
CREATE TABLE d.kept (id INT PRIMARY KEY, v VARCHAR(9)) WITH SYSTEM VERSIONING;
INSERT INTO d.kept VALUES (1, 'a'), (2, 'b');
UPDATE d.kept SET v = 'c' WHERE id = 1;
DELETE FROM d.kept WHERE id = 2;
DELIMITER //
SET sql_mode = ORACLE //
CREATE PACKAGE d.pk AS FUNCTION one RETURN INT; END //
CREATE PACKAGE BODY d.pk AS FUNCTION one RETURN INT AS BEGIN RETURN 1; END; END //
CREATE PACKAGE d.bare AS FUNCTION two RETURN INT; END //
SET sql_mode = DEFAULT //
DELIMITER ;
"""
)

PEOPLE = """
CREATE USER reader IDENTIFIED BY 'reads-9' REQUIRE SSL WITH MAX_QUERIES_PER_HOUR 500
  PASSWORD EXPIRE INTERVAL 90 DAY;
CREATE USER 'o''brien'@'10.%' IDENTIFIED BY 'x' ACCOUNT LOCK;
CREATE USER either IDENTIFIED VIA mysql_native_password USING PASSWORD('x') OR unix_socket;
CREATE USER plain IDENTIFIED BY 'plain-1';
CREATE ROLE looks;
CREATE ROLE works;
GRANT works TO looks;
GRANT looks TO reader WITH ADMIN OPTION;
SET DEFAULT ROLE looks FOR reader;
GRANT PROCESS, SELECT ON *.* TO reader;
GRANT BINLOG ADMIN ON *.* TO plain WITH GRANT OPTION;
GRANT INSERT ON d.* TO works;
GRANT ALL ON `d\\_x`.* TO 'o''brien'@'10.%' WITH GRANT OPTION;
GRANT DELETE, TRIGGER ON d.t TO works;
GRANT SELECT (name, parent), UPDATE (name) ON d.t TO works;
GRANT EXECUTE ON PROCEDURE d.p TO works;
GRANT ALL ON FUNCTION d.f TO looks;
SET sql_mode = ORACLE;
GRANT EXECUTE ON PACKAGE d.pk TO works;
SET sql_mode = DEFAULT;
-- Root has no proxy right to give, so the row is written as GRANT PROXY would.
INSERT INTO mysql.proxies_priv VALUES ('%', 'reader', '10.%', 'o''brien', 1, 'root@%', NOW());
FLUSH PRIVILEGES;
"""

_VALUES = {
    "json": ("JSON", "'{\"a\": 1}'", "'{\"a\":1}'"),
    "multipoint": (
        "MULTIPOINT",
        "ST_GeomFromText('MULTIPOINT(0 0,1 1)')",
        "ST_GeomFromText('MULTIPOINT(0 0)')",
    ),
    "inet4": ("INET4", "'10.0.0.1'", "'10.0.0.2'"),
    "inet6": ("INET6", "'::1'", "'::2'"),
    "uuid": (
        "UUID",
        "'123e4567-e89b-12d3-a456-426655440000'",
        "'123e4567-e89b-12d3-a456-426655440001'",
    ),
}

# No SQL of MariaDB makes another routine, package or sequence out of one but CREATE OR REPLACE.
_DEFINITIONS = {
    "check dropped": ("ALTER TABLE d.t DROP CONSTRAINT positive", "schema", "constraint positive"),
    "index hidden": ("ALTER TABLE d.t ALTER INDEX by_name IGNORED", "schema", "IGNORED"),
    "database comment": ("ALTER DATABASE d COMMENT 'x'", "schema", "schema comment:  -> x"),
    "sequence dropped": ("DROP SEQUENCE d.numbers", "schema", "sequence d.numbers: missing"),
    "sequence added": ("CREATE SEQUENCE d.more", "extra", "sequence d.more: extra"),
    "sequence altered": ("ALTER SEQUENCE d.numbers CYCLE", "schema", " nocycle ENGINE"),
    "sequence gone on": (
        "SELECT SETVAL(d.numbers, 500)",
        "schema",
        "next value not in the cache: 35 -> 503",
    ),
    "history lost": (
        "DELETE HISTORY FROM d.kept",
        "data",
        "table d.kept.all versions: 3 rows before, 1 after",
    ),
    "history added": (
        "UPDATE d.kept SET v = 'd'; UPDATE d.kept SET v = 'c'",
        "data",
        "table d.kept.all versions: 3 rows before, 5 after",
    ),
    "history no longer kept": (
        "ALTER TABLE d.kept DROP SYSTEM VERSIONING",
        "data schema",
        "table d.kept.all versions: missing, with 3 rows",
    ),
    "package dropped": (
        "SET sql_mode = ORACLE; DROP PACKAGE d.bare",
        "code",
        "package d.bare: missing",
    ),
    "package body dropped": (
        "SET sql_mode = ORACLE; DROP PACKAGE BODY d.pk",
        "code",
        "package body d.pk: missing",
    ),
    "package added": (
        "DELIMITER //\nSET sql_mode = ORACLE //\n"
        "CREATE PACKAGE d.other AS FUNCTION three RETURN INT; END //",
        "extra",
        "package d.other: extra",
    ),
    "package body added": (
        "DELIMITER //\nSET sql_mode = ORACLE //\n"
        "CREATE PACKAGE BODY d.bare AS FUNCTION two RETURN INT AS BEGIN RETURN 2; END; END //",
        "extra",
        "package body d.bare: extra",
    ),
    "package altered": (
        "DELIMITER //\nSET sql_mode = ORACLE //\n"
        "CREATE OR REPLACE PACKAGE d.bare AS FUNCTION three RETURN INT; END //",
        "code",
        "package d.bare: changed",
    ),
    "package body altered": (
        "DELIMITER //\nSET sql_mode = ORACLE //\n"
        "CREATE OR REPLACE PACKAGE BODY d.pk AS FUNCTION one RETURN INT AS BEGIN RETURN 3; END; "
        "END //",
        "code",
        "package body d.pk: changed",
    ),
}

# Those of MySQL that MariaDB says otherwise or has not.
_LEFT_OUT = {
    "plugin", "reuse", "comment", "failed logins", "second password", "dynamic grant changed",
    "default role lost", "default role added", "role changed", "lifetime", "unlocked", "expired",
    "encryption", "limit", "role grant changed", "login refused", "proxy grant added",
}  # fmt: skip
_ACCOUNTS = {
    case: (statement, named.replace("works'@'%'", "works'@''").replace("looks'@'%'", "looks'@''"))
    for case, (statement, named) in MYSQLS.items()
    if case not in _LEFT_OUT
} | {
    "role added": ("CREATE ROLE more", "role 'more'@'': extra"),
    "plugin": ("ALTER USER plain IDENTIFIED VIA unix_socket", "mysql_native_password -> unix_"),
    "other way": (
        "ALTER USER either IDENTIFIED VIA mysql_native_password USING PASSWORD('x')",
        "ways to log in: mysql_native_password or unix_socket",
    ),
    "unlocked": (f"ALTER USER {BRIEN} ACCOUNT UNLOCK", "account locked: true -> false"),
    "expired": ("ALTER USER plain PASSWORD EXPIRE", "login: let in"),
    "lifetime": ("ALTER USER reader PASSWORD EXPIRE NEVER", "password lifetime: 90 -> 0"),
    "encryption": ("ALTER USER reader REQUIRE NONE", "ssl type: 1 -> 0"),
    "limit": ("ALTER USER reader WITH MAX_QUERIES_PER_HOUR 501", "max questions: 500 -> 501"),
    "role changed": (
        "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.note', 'x') WHERE User = 'works'",
        "role 'works'@'': changed",
    ),
    "default role lost": (
        "SET DEFAULT ROLE NONE FOR reader",
        "default role 'looks'@'' of 'reader'@'%': missing",
    ),
    "default role added": (
        "GRANT works TO plain; SET DEFAULT ROLE works FOR plain",
        "default role 'works'@'' of 'plain'@'%': extra",
    ),
    "role grant changed": (
        "GRANT works TO looks WITH ADMIN OPTION",
        "ROLE: granted -> granted, with admin option",
    ),
    "newer global grant": ("REVOKE BINLOG ADMIN ON *.* FROM plain", "BINLOG ADMIN: granted"),
    "package grant lost": (
        "SET sql_mode = ORACLE; REVOKE EXECUTE ON PACKAGE d.pk FROM works",
        "routine grant package d.pk to 'works'@'': missing",
    ),
    "login refused": (
        "ALTER USER plain ACCOUNT LOCK",
        "login: let in with password 1 as plain@%, roles NONE -> refused: error 4151",
    ),
    "proxy grant added": (
        "INSERT INTO mysql.proxies_priv VALUES ('%', 'plain', '%', 'either', 0, 'root@%', NOW());"
        "FLUSH PRIVILEGES",
        "proxy grant 'either'@'%' to 'plain'@'%': extra",
    ),
}  # fmt: skip

_UNFLUSHED = {
    "stored only": (
        "INSERT INTO mysql.global_priv VALUES ('%', 'new', '{}')",
        "user 'new'@'%': extra",
    ),
    "role stored only": (
        "INSERT INTO mysql.global_priv VALUES ('', 'new', '{\"is_role\": true}')",
        "role 'new'@'': extra",
    ),
    "in force only": (
        "DELETE FROM mysql.global_priv WHERE User = 'plain'",
        "stored: no; it is still in force, until FLUSH PRIVILEGES",
    ),
    "password": (
        "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.authentication_string', '') "
        "WHERE User = 'plain'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: password",
    ),
    "lock": (
        "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.account_locked', false) "
        "WHERE User LIKE 'o%'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: account locked",
    ),
    "right stored only": (
        "UPDATE mysql.db SET Drop_priv = 'Y' WHERE User = 'works'",
        "DROP: stored, but not in force before FLUSH PRIVILEGES",
    ),
    "right in force only": (
        "DELETE FROM mysql.db WHERE User = 'works'",
        "INSERT: granted -> in force, but not stored: gone after FLUSH PRIVILEGES",
    ),
    "global right stored only": (
        "UPDATE mysql.global_priv SET Priv = JSON_SET(Priv, '$.access', 1) WHERE User = 'works'",
        "global grant to 'works'@'': extra",
    ),
}

_SERVERS_OWN = ("mysql", "sys", "information_schema", "performance_schema")
_OF_ACCOUNTS = ("global_priv", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv")


def reset(server: Workload) -> None:
    """Leaves the server as it was when it was made."""
    for (database,) in server.execute("SHOW DATABASES"):
        if database not in _SERVERS_OWN:
            server.execute(f"DROP DATABASE {quoted(database)}")
    # By rows, as a case may have left accounts that the server does not know.
    server.execute(
        "".join(
            f"DELETE FROM mysql.{table} WHERE User NOT IN ('mariadb.sys', 'root');"
            for table in _OF_ACCOUNTS
        )
        + "DELETE FROM mysql.roles_mapping; FLUSH PRIVILEGES"
    )


SUITE = StatementSuite(
    workload=MariaDB,
    reset=reset,
    scene=SCENE,
    people=PEOPLE,
    # MariaDB stores -0.0 as 0.0.
    values={case: entry for case, entry in VALUES.items() if case != "minus-zero"} | _VALUES,
    definitions=DEFINITIONS | _DEFINITIONS,
    accounts=_ACCOUNTS | {f"unflushed {case}": entry for case, entry in _UNFLUSHED.items()},
    types=known_types(is_mariadb=True) - {"vector"},  # from 11.7 on
    cannot={
        ("default role", "changed"): "it has nothing but its name",
        ("partial revoke", "missing"): "MariaDB has none",
        ("partial revoke", "extra"): "MariaDB has none",
        ("partial revoke", "changed"): "MariaDB has none",
    },
)
