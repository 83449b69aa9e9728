"""What is done to a real MySQL server behind the proof's back, and what must be said of it.

A table, with the scene that it alters; `__main__` and the tests of the workload run it.
"""

from __future__ import annotations

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.columns import quoted

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


PEOPLE = """
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

# (column type, value before, value after): as SQL.
VALUES = {
    "null-empty": ("VARCHAR(9)", "NULL", "''"),
    "null-word": ("VARCHAR(9)", "NULL", "'NULL'"),
    "null-zero": ("INT", "NULL", "0"),
    "case": ("VARCHAR(9)", "'a'", "'A'"),
    "accent": ("TEXT", "'e'", "'é'"),
    "trailing-space": ("VARCHAR(9)", "'a'", "'a '"),
    "emoji": ("VARCHAR(9)", "'h😀'", "'h?'"),
    "latin1": ("VARCHAR(9) CHARACTER SET latin1", "'é'", "'è'"),
    "utf16": ("VARCHAR(9) CHARACTER SET utf16", "'é'", "'è'"),
    "binary-zero": ("VARBINARY(9)", "x'00'", "x''"),
    "blob": ("BLOB", "x'ff00'", "x'ff01'"),
    "long-text": ("LONGTEXT", "CONCAT(REPEAT('x', 3000000), 1)", "CONCAT(REPEAT('x', 3000000), 2)"),
    "bigint": ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551614"),
    "decimal": ("DECIMAL(30,10)", "12345678901234567890.0000000001", "12345678901234567890"),
    "float": ("FLOAT", "16777216", "16777200"),
    "float-digits": ("FLOAT", "123456.7890625", "123457"),
    "double": ("DOUBLE", "0.1e0 + 0.2e0", "0.3e0"),
    "double-rounded": ("DOUBLE(30,2)", "1234567890123456.75", "1234567890123456.5"),
    "minus-zero": ("DOUBLE", "-0e0", "0e0"),
    "bit": ("BIT(9)", "b'100000000'", "b'000000000'"),
    "date": ("DATE", "'2026-02-28'", "'2026-03-01'"),
    "zero-date": ("DATE", "'0000-00-00'", "NULL"),
    "microsecond": ("DATETIME(6)", "'2026-01-01 00:00:00.000001'", "'2026-01-01 00:00:00'"),
    "time": ("TIME(3)", "'-838:59:59'", "'838:59:59'"),
    "timestamp": ("TIMESTAMP NULL", "'2026-01-01 00:00:00'", "'2026-01-01 01:00:00'"),
    "year": ("YEAR", "1999", "2099"),
    "json": ("JSON", "'{\"a\": 1}'", "'{\"a\": \"1\"}'"),
    "enum": ("ENUM('a','b')", "'a'", "'b'"),
    "set": ("SET('a','b')", "'a,b'", "'a'"),
    "point": ("POINT", "POINT(1,2)", "POINT(1,3)"),
    "vector": ("VECTOR(2)", "TO_VECTOR('[1,2]')", "TO_VECTOR('[1,3]')"),
    "tinyint": ("TINYINT", "-128", "127"),
    "smallint": ("SMALLINT", "-32768", "32767"),
    "mediumint": ("MEDIUMINT", "-8388608", "8388607"),
    "int": ("INT UNSIGNED ZEROFILL", "4294967295", "0"),
    "char": ("CHAR(3) COLLATE utf8mb4_bin", "'a'", "'b'"),
    "char-binary": ("BINARY(2)", "x'0000'", "x'0020'"),
    "tinytext": ("TINYTEXT", "'a'", "'a\\n'"),
    "mediumtext": ("MEDIUMTEXT", "'\\\\'", "'/'"),
    "tinyblob": ("TINYBLOB", "x'c3a9'", "x'e9'"),
    "mediumblob": ("MEDIUMBLOB", "x'0d0a'", "x'0a'"),
    "longblob": ("LONGBLOB", "REPEAT(x'00', 70000)", "REPEAT(x'00', 69999)"),
    "geometry": ("GEOMETRY", "ST_GeomFromText('POINT(1 2)')", "ST_GeomFromText('POINT(2 1)')"),
    "geometry-srid": ("GEOMETRY", "ST_SRID(POINT(1,2), 4326)", "POINT(1,2)"),
    "linestring": (
        "LINESTRING",
        "ST_GeomFromText('LINESTRING(0 0,1 1)')",
        "ST_GeomFromText('LINESTRING(1 1,0 0)')",
    ),
    "polygon": (
        "POLYGON",
        "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')",
        "ST_GeomFromText('POLYGON((0 0,2 0,1 1,0 0))')",
    ),
    "multipoint": (
        "MULTIPOINT",
        "ST_GeomFromText('MULTIPOINT((0 0),(1 1))')",
        "ST_GeomFromText('MULTIPOINT((0 0))')",
    ),
    "multilinestring": (
        "MULTILINESTRING",
        "ST_GeomFromText('MULTILINESTRING((0 0,1 1))')",
        "ST_GeomFromText('MULTILINESTRING((0 0,1 2))')",
    ),
    "multipolygon": (
        "MULTIPOLYGON",
        "ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))')",
        "ST_GeomFromText('MULTIPOLYGON(((0 0,3 0,1 1,0 0)))')",
    ),
    "geomcollection": (
        "GEOMETRYCOLLECTION",
        "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')",
        "ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')",
    ),
}  # fmt: skip

# (statement, grades, what the diff names)
DEFINITIONS = {
    "column default": ("ALTER TABLE d.t ALTER name SET DEFAULT 'y'", "schema", "column name"),
    "column comment": ("ALTER TABLE d.t MODIFY name VARCHAR(20) DEFAULT 'x'", "schema", "whose"),
    "column type": ("ALTER TABLE d.parts MODIFY id BIGINT", "schema", "column id: int"),
    "column collation": (
        "ALTER TABLE d.t MODIFY name VARCHAR(20) COLLATE utf8mb4_general_ci DEFAULT 'x' "
        "COMMENT 'whose'",
        "schema",
        "utf8mb4_general_ci",
    ),
    "column added": ("ALTER TABLE d.parts ADD more INT", "schema", "column more"),
    "column dropped": ("ALTER TABLE d.t DROP COLUMN twice", "data schema", "the data of twice"),
    "expression": (
        "ALTER TABLE d.t MODIFY twice INT AS (parent * 3)",
        "data schema",
        "`parent` * 3",
    ),
    "index dropped": ("ALTER TABLE d.t DROP KEY by_name", "schema", "key by_name"),
    "index added": ("ALTER TABLE d.parts ADD KEY k (id)", "schema", "key k"),
    "check dropped": ("ALTER TABLE d.t DROP CHECK positive", "schema", "constraint positive"),
    "foreign key": ("ALTER TABLE d.t DROP FOREIGN KEY has_parent", "schema", "has_parent"),
    "counter": ("ALTER TABLE d.t AUTO_INCREMENT = 100", "schema", "AUTO_INCREMENT: 3 -> 100"),
    "table comment": ("ALTER TABLE d.t COMMENT 'other'", "schema", "option COMMENT"),
    "engine": (
        "ALTER TABLE d.parts REMOVE PARTITIONING; ALTER TABLE d.parts ENGINE = MyISAM",
        "schema",
        "option ENGINE: InnoDB -> MyISAM",
    ),
    "partitions": ("ALTER TABLE d.parts REMOVE PARTITIONING", "schema", "partitions"),
    "primary key": (
        "ALTER TABLE d.t DROP PRIMARY KEY, ADD UNIQUE KEY (id)",
        "schema",
        "primary key",
    ),
    "duplicate dropped": ("DELETE FROM d.parts WHERE id = 1 LIMIT 1", "data", "2 before, 1 after"),
    "table emptied": ("TRUNCATE d.parts", "data", "3 rows before, 0 after"),
    "table dropped": ("DROP TABLE d.parts", "data schema", "table d.parts: missing, with 3 rows"),
    "table added": ("CREATE TABLE d.more (id INT)", "extra", "table d.more: extra"),
    "table renamed": ("RENAME TABLE d.parts TO d.other", "data schema extra", "d.other: extra"),
    "database added": ("CREATE DATABASE more", "extra", "database more: extra"),
    "database altered": ("ALTER DATABASE d COLLATE utf8mb4_general_ci", "schema", "collation"),
    "view dropped": ("DROP VIEW d.v", "schema", "view d.v: missing"),
    "view altered": ("ALTER VIEW d.v AS SELECT id FROM d.t", "schema", "view definition"),
    "view security": (
        "ALTER SQL SECURITY INVOKER VIEW d.v AS SELECT name FROM d.t",
        "schema",
        "security type: DEFINER -> INVOKER",
    ),
    "trigger dropped": ("DROP TRIGGER d.before_insert", "code", "trigger d.before_insert: missing"),
    "procedure dropped": ("DROP PROCEDURE d.p", "code", "procedure d.p: missing"),
    "procedure altered": (
        "DROP PROCEDURE d.p; CREATE PROCEDURE d.p() SELECT 3",
        "code",
        "-> SELECT 3",
    ),
    "parameter": (
        "DROP PROCEDURE d.p; CREATE PROCEDURE d.p(a INT) BEGIN SELECT 1; SELECT 2; END",
        "code",
        "parameters",
    ),
    "function dropped": ("DROP FUNCTION d.f", "code", "function d.f: missing"),
    "event enabled": ("ALTER EVENT d.e ENABLE", "code", "status: DISABLED -> ENABLED"),
    "event dropped": ("DROP EVENT d.e", "code", "event d.e: missing"),
    "database dropped": ("DROP DATABASE d", "data schema code", "database d: missing"),
    "view added": ("CREATE VIEW d.w AS SELECT 1 AS a", "extra", "view d.w: extra"),
    "trigger added": (
        "CREATE TRIGGER d.after_insert AFTER INSERT ON d.t FOR EACH ROW SET @a = 1",
        "extra",
        "trigger d.after_insert: extra",
    ),
    "trigger altered": (
        "DROP TRIGGER d.before_insert; CREATE TRIGGER d.before_insert BEFORE INSERT ON d.t "
        "FOR EACH ROW SET NEW.name = LOWER(NEW.name)",
        "code",
        "-> SET NEW.name = LOWER(NEW.name)",
    ),
    "procedure added": ("CREATE PROCEDURE d.q() SELECT 1", "extra", "procedure d.q: extra"),
    "function added": (
        "CREATE FUNCTION d.g() RETURNS INT DETERMINISTIC RETURN 1",
        "extra",
        "function d.g: extra",
    ),
    "function altered": (
        "ALTER FUNCTION d.f SQL SECURITY INVOKER",
        "code",
        "security type: DEFINER -> INVOKER",
    ),
    "event added": (
        "CREATE EVENT d.later ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
        "extra",
        "event d.later: extra",
    ),
}  # fmt: skip

BRIEN = "'o''brien'@'10.%'"

# (statement, what the diff says)
ACCOUNTS = {
    "user dropped": ("DROP USER reader", "user 'reader'@'%': missing"),
    "user added": ("CREATE USER other", "user 'other'@'%': extra"),
    "password": ("ALTER USER reader IDENTIFIED BY 'other'", "password: fingerprint "),
    "plugin": (
        "ALTER USER reader IDENTIFIED WITH sha256_password BY 'reads-9'",
        "plugin: caching_sha2_password -> sha256_password",
    ),
    "unlocked": (f"ALTER USER {BRIEN} ACCOUNT UNLOCK", "account locked: Y -> N"),
    "expired": ("ALTER USER reader PASSWORD EXPIRE", "password expired: N -> Y"),
    "lifetime": ("ALTER USER reader PASSWORD EXPIRE NEVER", "password lifetime: 90 -> 0"),
    "reuse": ("ALTER USER reader PASSWORD HISTORY 5", "Password reuse history:  -> 5"),
    "encryption": ("ALTER USER reader REQUIRE NONE", "ssl type: ANY -> "),
    "limit": (
        "ALTER USER reader WITH MAX_QUERIES_PER_HOUR 501",
        "max questions: 500 -> 501",
    ),
    "comment": ("ALTER USER reader COMMENT 'x'", "who reads"),
    "failed logins": ("ALTER USER reader FAILED_LOGIN_ATTEMPTS 4", '"failed_login_attempts": 4'),
    "second password": (
        "ALTER USER reader IDENTIFIED BY 'next-1' RETAIN CURRENT PASSWORD",
        "attribute additional_password: fingerprint ",
    ),
    "role dropped": ("DROP ROLE works", "role 'works'@'%': missing"),
    "role added": ("CREATE ROLE more", "role 'more'@'%': extra"),
    "role changed": ("ALTER USER works COMMENT 'x'", "role 'works'@'%': changed"),
    "default role lost": (
        "SET DEFAULT ROLE NONE TO reader",
        "default role 'looks'@'%' of 'reader'@'%': missing",
    ),
    "default role added": (
        "GRANT works TO reader; SET DEFAULT ROLE works, looks TO reader",
        "default role 'works'@'%' of 'reader'@'%': extra",
    ),
    "role grant lost": (
        "REVOKE looks FROM reader",
        "role grant 'looks'@'%' to 'reader'@'%': missing",
    ),
    "role grant added": (
        "GRANT works TO reader",
        "role grant 'works'@'%' to 'reader'@'%': extra",
    ),
    "role grant changed": (
        "GRANT works TO looks WITH ADMIN OPTION",
        "ROLE: granted -> granted, with admin option",
    ),
    "global grant lost": ("REVOKE ALL ON *.* FROM reader", "global grant to 'reader'@'%': missing"),
    "global grant added": ("GRANT FILE ON *.* TO works", "global grant to 'works'@'%': extra"),
    "global grant changed": ("REVOKE PROCESS ON *.* FROM reader", "PROCESS: granted"),
    "dynamic grant changed": ("REVOKE BACKUP_ADMIN ON *.* FROM reader", "BACKUP_ADMIN: granted"),
    "grant option": ("GRANT SELECT ON *.* TO reader WITH GRANT OPTION", "GRANT OPTION: granted"),
    "schema grant lost": ("REVOKE INSERT ON d.* FROM works", "schema grant d to 'works'@'%': miss"),
    "schema grant added": ("GRANT SELECT ON d.* TO looks", "schema grant d to 'looks'@'%': extra"),
    "schema grant changed": (
        rf"REVOKE EVENT ON `d\_x`.* FROM {BRIEN}",
        "EVENT: granted",
    ),
    "table grant lost": (
        "REVOKE DELETE, TRIGGER ON d.t FROM works",
        "table grant d.t to 'works'@'%': missing",
    ),
    "table grant added": (
        "GRANT ALL ON d.parts TO works",
        "table grant d.parts to 'works'@'%': extra",
    ),
    "table grant changed": ("REVOKE TRIGGER ON d.t FROM works", "TRIGGER: granted"),
    "column grant lost": (
        "REVOKE SELECT (parent) ON d.t FROM works",
        "column grant d.t.parent to 'works'@'%': missing",
    ),
    "column grant added": (
        "GRANT SELECT (id) ON d.t TO works",
        "column grant d.t.id to 'works'@'%': extra",
    ),
    "column grant changed": ("REVOKE UPDATE (name) ON d.t FROM works", "UPDATE: granted"),
    "routine grant lost": (
        "REVOKE EXECUTE ON PROCEDURE d.p FROM works",
        "routine grant procedure d.p to 'works'@'%': missing",
    ),
    "routine grant added": (
        "GRANT EXECUTE ON FUNCTION d.f TO works",
        "routine grant function d.f to 'works'@'%': extra",
    ),
    "routine grant changed": (
        "REVOKE EXECUTE ON FUNCTION d.f FROM looks",
        "EXECUTE: granted",
    ),
    "proxy grant lost": (
        "DELETE FROM mysql.proxies_priv WHERE User = 'reader'; FLUSH PRIVILEGES",
        "proxy grant 'o'brien'@'10.%' to 'reader'@'%': missing",
    ),
    "proxy grant added": (
        "INSERT INTO mysql.proxies_priv VALUES ('%', 'reader', '%', 'looks', 0, 'root@%', NOW());"
        "FLUSH PRIVILEGES",
        "proxy grant 'looks'@'%' to 'reader'@'%': extra",
    ),
    "proxy grant changed": (
        "UPDATE mysql.proxies_priv SET With_grant = 0 WHERE User = 'reader'; FLUSH PRIVILEGES",
        "PROXY: granted, with grant option -> granted",
    ),
}  # fmt: skip

# Rows of the server's tables, changed behind its back.
UNFLUSHED = {
    "stored only": (
        "INSERT INTO mysql.user (Host, User, ssl_cipher, x509_issuer, x509_subject) "
        "VALUES ('%', 'new', '', '', '')",
        "user 'new'@'%': extra",
    ),
    "in force only": (
        "DELETE FROM mysql.user WHERE User = 'reader'",
        "stored: no; it is still in force, until FLUSH PRIVILEGES",
    ),
    "password": (
        "UPDATE mysql.user SET authentication_string = '' WHERE User = 'reader'",
        "in force: yes -> otherwise than stored, until FLUSH PRIVILEGES: password",
    ),
    "lock": (
        "UPDATE mysql.user SET account_locked = 'N' WHERE User LIKE 'o%'",
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
}

_SERVERS_OWN = ("mysql", "sys", "information_schema", "performance_schema")
_OF_ACCOUNTS = (
    "user", "global_grants", "db", "tables_priv", "columns_priv", "procs_priv", "proxies_priv",
    "password_history",
)  # fmt: skip


def reset(server: MySQL) -> None:
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
