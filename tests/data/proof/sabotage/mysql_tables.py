"""Alterations of values and definitions that MySQL and MariaDB share, but for a few."""

from __future__ import annotations

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

VALUES_OF_MYSQL = {
    "vector": ("VECTOR(2)", "TO_VECTOR('[1,2]')", "TO_VECTOR('[1,3]')"),
    "geometry-srid": ("GEOMETRY", "ST_SRID(POINT(1,2), 4326)", "POINT(1,2)"),
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
    "view no longer to be selected": (
        "REVOKE SELECT ON d.* FROM painter",
        "schema users",
        "can be selected: yes -> no: error 1356",
    ),
    "view algorithm": (
        "ALTER ALGORITHM = TEMPTABLE VIEW d.v AS SELECT name FROM d.t",
        "schema",
        "algorithm: UNDEFINED -> TEMPTABLE",
    ),
    "parent came": (
        "INSERT INTO d.parent VALUES (99)",
        "data",
        "orphaned key d.stray.stray_parent: missing",
    ),
    "parent lost": (
        "SET foreign_key_checks = 0; UPDATE d.t SET parent = 7 WHERE id = 1",
        "data",
        "orphaned key d.t.has_parent: extra",
    ),
    "another orphan": (
        "SET foreign_key_checks = 0; INSERT INTO d.stray VALUES (2, 98)",
        "data",
        "rows without a parent: 1 -> 2",
    ),
    "event added": (
        "CREATE EVENT d.later ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
        "extra",
        "event d.later: extra",
    ),
}  # fmt: skip

DEFINITIONS_OF_MYSQL = {
    "check dropped": ("ALTER TABLE d.t DROP CHECK positive", "schema", "constraint positive"),
    "index hidden": ("ALTER TABLE d.t ALTER INDEX by_name INVISIBLE", "schema", "INVISIBLE"),
}  # fmt: skip
