"""What is done to the scene of a PostgreSQL server, and what must be named: a table, hence long."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ADDED", "CHANGED", "LOST", "Alteration"]


class Alteration(NamedTuple):
    """Statements for the database `d` (psql's), and what must be named."""

    statements: str
    kind: str
    name: str
    words: str = ""


D = "d.public."

LOST = {
    "database": Alteration("DROP DATABASE d_lost", "database", "d_lost"),
    "schema": Alteration("DROP SCHEMA s_lost", "schema", "d.s_lost"),
    "extension": Alteration("DROP EXTENSION citext", "extension", "d.citext"),
    "collation": Alteration("DROP COLLATION c_lost", "collation", f"{D}c_lost"),
    "enum": Alteration("DROP TYPE e_lost", "enum", f"{D}e_lost"),
    "type": Alteration("DROP TYPE t_lost", "type", f"{D}t_lost"),
    "domain": Alteration("DROP DOMAIN o_lost", "domain", f"{D}o_lost"),
    "range": Alteration("DROP TYPE r_lost", "range type", f"{D}r_lost"),
    "function": Alteration("DROP FUNCTION f_lost", "function", f"{D}f_lost(a integer)"),
    "procedure": Alteration("DROP PROCEDURE p_lost", "procedure", f"{D}p_lost()"),
    "aggregate": Alteration("DROP AGGREGATE a_lost(int)", "aggregate", f"{D}a_lost(integer)"),
    "rule": Alteration("DROP RULE u_lost ON lost", "rule", f"{D}lost.u_lost"),
    "table": Alteration("DROP TABLE lost", "table", f"{D}lost", "missing, with 1 row"),
    "view": Alteration("DROP VIEW v_lost", "view", f"{D}v_lost"),
    "matview": Alteration("DROP MATERIALIZED VIEW m_lost", "materialized view", f"{D}m_lost"),
    "sequence": Alteration("DROP SEQUENCE q_lost", "sequence", f"{D}q_lost"),
    "trigger": Alteration("DROP TRIGGER g_lost ON changed", "trigger", f"{D}changed.g_lost"),
    "event trigger": Alteration("DROP EVENT TRIGGER h_lost", "event trigger", "d.h_lost"),
    "policy": Alteration("DROP POLICY y_lost ON secured", "policy", f"{D}secured.y_lost"),
    "foreign table": Alteration("DROP FOREIGN TABLE x_lost", "foreign table", f"{D}x_lost"),
    "server": Alteration("DROP SERVER w_lost", "other object", "d.server w_lost"),
    "operator": Alteration(
        "DROP OPERATOR === (int, int)",
        "other object",
        "d.operator public.===(integer,integer)",
    ),
    "cast": Alteration(
        "DROP CAST (t_changed AS text)",
        "other object",
        "d.cast (public.t_changed AS pg_catalog.text)",
    ),
    "publication": Alteration("DROP PUBLICATION pub", "other object", "d.publication pub"),
    "large object": Alteration("SELECT lo_unlink(4712)", "large object", "d.4712"),
    "large object's content": Alteration("", "table", "d.large objects", "- missing  (4712, "),
    "table grant": Alteration(
        "REVOKE SELECT ON changed FROM clerk", "grant", f"{D[:2]}table public.changed to clerk"
    ),
    "column grant": Alteration(
        "REVOKE ALL (name) ON changed FROM boss", "grant", "d.column public.changed.name to boss"
    ),
    "database grant": Alteration(
        "REVOKE CREATE ON DATABASE d FROM clerk", "grant", "database d to clerk"
    ),
    "default privilege": Alteration(
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA s_changed"
        " REVOKE SELECT ON TABLES FROM clerk",
        "default privilege",
        "d.on tables in s_changed of boss to clerk",
    ),
    "comment": Alteration("COMMENT ON TABLE changed IS NULL", "comment", "d.table public.changed"),
    "database comment": Alteration("COMMENT ON DATABASE d IS NULL", "comment", "database d"),
    "role": Alteration("DROP ROLE role_lost", "role", "role_lost"),
    "membership": Alteration("REVOKE boss FROM role_changed", "membership", "boss to role_changed"),
    "setting": Alteration("ALTER ROLE clerk RESET work_mem", "setting", "role clerk"),
    "system setting": Alteration(
        "ALTER SYSTEM RESET log_min_messages; SELECT pg_reload_conf()", "setting", "system"
    ),
}

ADDED = {
    "database": Alteration("CREATE DATABASE d_new", "database", "d_new"),
    "schema": Alteration("CREATE SCHEMA s_new", "schema", "d.s_new"),
    "extension": Alteration("CREATE EXTENSION hstore", "extension", "d.hstore"),
    "collation": Alteration('CREATE COLLATION c_new FROM "C"', "collation", f"{D}c_new"),
    "enum": Alteration("CREATE TYPE e_new AS ENUM ()", "enum", f"{D}e_new"),
    "type": Alteration("CREATE TYPE t_new AS ()", "type", f"{D}t_new"),
    "domain": Alteration("CREATE DOMAIN o_new AS text", "domain", f"{D}o_new"),
    "range": Alteration("CREATE TYPE r_new AS RANGE (subtype = text)", "range type", f"{D}r_new"),
    "function": Alteration(
        "CREATE FUNCTION f_lost(a text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "function",
        f"{D}f_lost(a text)",
    ),
    "procedure": Alteration(
        "CREATE PROCEDURE p_new() LANGUAGE sql AS ''", "procedure", f"{D}p_new()"
    ),
    "aggregate": Alteration(
        "CREATE AGGREGATE a_new(int) (sfunc = int4pl, stype = int)",
        "aggregate",
        f"{D}a_new(integer)",
    ),
    "rule": Alteration(
        "CREATE RULE u_new AS ON INSERT TO lost DO ALSO NOTHING", "rule", f"{D}lost.u_new"
    ),
    "table": Alteration("CREATE TABLE new ()", "table", f"{D}new", "extra"),
    "view": Alteration("CREATE VIEW v_new AS SELECT 2 AS b", "view", f"{D}v_new"),
    "matview": Alteration(
        "CREATE MATERIALIZED VIEW m_new AS SELECT 2 AS b", "materialized view", f"{D}m_new"
    ),
    "sequence": Alteration("CREATE SEQUENCE q_new", "sequence", f"{D}q_new"),
    "trigger": Alteration(
        "CREATE TRIGGER g_new BEFORE UPDATE ON keyless EXECUTE FUNCTION fires()",
        "trigger",
        f"{D}keyless.g_new",
    ),
    "event trigger": Alteration(
        "CREATE EVENT TRIGGER h_new ON sql_drop EXECUTE FUNCTION notes()",
        "event trigger",
        "d.h_new",
    ),
    "policy": Alteration(
        "CREATE POLICY y_new ON secured WITH CHECK (true)", "policy", f"{D}secured.y_new"
    ),
    "foreign table": Alteration(
        "CREATE FOREIGN TABLE x_new (a int) SERVER w_changed", "foreign table", f"{D}x_new"
    ),
    "language": Alteration(
        "CREATE LANGUAGE l_new HANDLER plpgsql_call_handler", "other object", "d.language l_new"
    ),
    "large object": Alteration("SELECT lo_from_bytea(4714, 'new')", "large object", "d.4714"),
    "large object's content": Alteration("", "table", "d.large objects", "+ extra    (4714, "),
    "grant": Alteration("GRANT INSERT ON lost TO clerk", "grant", "d.table public.lost to clerk"),
    "owner's grants": Alteration("", "grant", "d.table public.lost to postgres"),
    "revoked from PUBLIC": Alteration(
        "REVOKE ALL ON TYPE e_lost FROM PUBLIC", "grant", "d.type public.e_lost to postgres"
    ),
    "revoked from the owner": Alteration(
        "REVOKE ALL ON child FROM postgres", "grant", "d.table public.child to nobody"
    ),
    "built-in's grant": Alteration(
        "GRANT EXECUTE ON FUNCTION pg_ls_waldir() TO boss",
        "grant",
        "d.function pg_ls_waldir() to boss",
    ),
    "built-in's others": Alteration("", "grant", "d.function pg_ls_waldir() to postgres"),
    "built-in's monitor": Alteration("", "grant", "d.function pg_ls_waldir() to pg_monitor"),
    "parameter grant": Alteration(
        "GRANT SET ON PARAMETER log_min_messages TO clerk",
        "grant",
        "parameter log_min_messages to clerk",
    ),
    "parameter's owner": Alteration("", "grant", "parameter log_min_messages to postgres"),
    "default privilege": Alteration(
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss GRANT USAGE ON TYPES TO clerk",
        "default privilege",
        "d.on types of boss to clerk",
    ),
    "default privileges' others": Alteration(
        "", "default privilege", "d.on types of boss to PUBLIC"
    ),
    "default privileges' own": Alteration("", "default privilege", "d.on types of boss to boss"),
    "comment": Alteration("COMMENT ON SCHEMA s_lost IS 'x'", "comment", "d.schema s_lost"),
    "role": Alteration("CREATE ROLE role_new", "role", "role_new"),
    "membership": Alteration("GRANT boss TO clerk", "membership", "boss to clerk"),
    "setting": Alteration("ALTER ROLE boss SET lock_timeout = 1", "setting", "role boss"),
}

CHANGED = {
    "database": Alteration(
        "ALTER DATABASE d_changed CONNECTION LIMIT 5",
        "database",
        "d_changed",
        "connection limit: -1 -> 5",
    ),
    "schema": Alteration(
        "ALTER SCHEMA s_changed OWNER TO boss", "schema", "d.s_changed", "owner: postgres -> boss"
    ),
    "extension": Alteration(
        "ALTER EXTENSION pg_trgm UPDATE", "extension", "d.pg_trgm", "version: 1.5 -> 1.6"
    ),
    "collation": Alteration(
        "DROP COLLATION c_changed;"
        "CREATE COLLATION c_changed (provider = icu, locale = 'de', deterministic = false)",
        "collation",
        f"{D}c_changed",
        "deterministic: yes -> no",
    ),
    "enum": Alteration(
        "ALTER TYPE e_changed ADD VALUE 'c' BEFORE 'b'",
        "enum",
        f"{D}e_changed",
        "labels: 'a', 'b' -> 'a', 'c', 'b'",
    ),
    "type": Alteration(
        "ALTER TYPE t_changed ALTER ATTRIBUTE b TYPE varchar(9)",
        "type",
        f"{D}t_changed",
        "character varying(9)",
    ),
    "domain": Alteration(
        "ALTER DOMAIN o_changed DROP CONSTRAINT positive",
        "domain",
        f"{D}o_changed",
        "- schema   constraint positive",
    ),
    "range": Alteration(
        "ALTER TYPE r_changed OWNER TO boss", "range type", f"{D}r_changed", "-> boss"
    ),
    "function": Alteration(
        "CREATE OR REPLACE FUNCTION f_changed(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 2'",
        "function",
        f"{D}f_changed(a integer)",
        "a + 2",
    ),
    "procedure": Alteration(
        "ALTER PROCEDURE p_changed SECURITY DEFINER",
        "procedure",
        f"{D}p_changed()",
        "SECURITY DEFINER",
    ),
    "aggregate": Alteration(
        "DROP AGGREGATE a_changed(int);"
        "CREATE AGGREGATE a_changed(int) (sfunc = int4pl, stype = int, initcond = '1')",
        "aggregate",
        f"{D}a_changed(integer)",
        "initial: 0 -> 1",
    ),
    "rule": Alteration(
        "ALTER TABLE keyless DISABLE RULE u_changed",
        "rule",
        f"{D}keyless.u_changed",
        "fires: origin -> disabled",
    ),
    "view": Alteration(
        "CREATE OR REPLACE VIEW v_changed WITH (security_barrier) AS SELECT name FROM changed",
        "view",
        f"{D}v_changed",
        "options: security_barrier=true",
    ),
    "matview emptied": Alteration(
        "REFRESH MATERIALIZED VIEW m_changed WITH NO DATA",
        "materialized view",
        f"{D}m_changed",
        "populated: yes -> no",
    ),
    "matview's content": Alteration(
        "UPDATE changed SET name = 'B' WHERE id = 2; REFRESH MATERIALIZED VIEW m_stale",
        "materialized view",
        f"{D}m_stale",
        "content: 3 rows, ",
    ),
    "sequence": Alteration(
        "ALTER SEQUENCE q_changed INCREMENT 6 NO CYCLE",
        "sequence",
        f"{D}q_changed",
        "increment: 5 -> 6",
    ),
    "sequence's position": Alteration(
        "SELECT setval('q_moved', 41, false)",
        "sequence",
        f"{D}q_moved",
        "position: 41, used -> 41, to be used next",
    ),
    "identity's position": Alteration(
        "SELECT nextval('changed_id_seq')",
        "sequence",
        f"{D}changed_id_seq",
        "position: 3, used -> 4, used",
    ),
    "trigger": Alteration(
        "ALTER TABLE changed DISABLE TRIGGER g_changed",
        "trigger",
        f"{D}changed.g_changed",
        "fires: origin -> disabled",
    ),
    "event trigger": Alteration(
        "ALTER EVENT TRIGGER h_changed ENABLE ALWAYS",
        "event trigger",
        "d.h_changed",
        "fires: disabled -> always",
    ),
    "policy": Alteration(
        "ALTER POLICY y_changed ON secured TO boss USING (who = 'y')",
        "policy",
        f"{D}secured.y_changed",
        "to: clerk -> boss",
    ),
    "foreign table": Alteration(
        "ALTER FOREIGN TABLE x_changed OPTIONS (SET t 'b')",
        "foreign table",
        f"{D}x_changed",
        "options: t=a -> t=b",
    ),
    "server": Alteration(
        "ALTER SERVER w_changed OPTIONS (SET host 'b')",
        "other object",
        "d.server w_changed",
        "host=a -> host=b",
    ),
    "user mapping": Alteration(
        "ALTER USER MAPPING FOR clerk SERVER w_changed OPTIONS (SET password 'other')",
        "other object",
        "d.user mapping clerk on server w_changed",
        "umoptions: fingerprint ",
    ),
    "large object": Alteration(
        "ALTER LARGE OBJECT 4711 OWNER TO boss", "large object", "d.4711", "owner: postgres -> boss"
    ),
    "large object's content": Alteration(
        "SELECT lo_put(4713, 0, 'S')", "table", "d.large objects", "~ changed  (4713, "
    ),
    "grant": Alteration(
        "GRANT INSERT ON changed TO clerk WITH GRANT OPTION",
        "grant",
        "d.table public.changed to clerk",
        "INSERT: granted by postgres, with grant option",
    ),
    "schema's owner's grants": Alteration(
        "", "grant", "d.schema s_changed to clerk", "USAGE: granted by postgres -> granted by boss"
    ),
    "default privilege": Alteration(
        "ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA s_changed"
        " GRANT INSERT ON TABLES TO clerk",
        "default privilege",
        "d.on tables in s_changed of boss to clerk",
        "INSERT: granted",
    ),
    "comment": Alteration(
        "COMMENT ON COLUMN changed.name IS 'of nothing'",
        "comment",
        "d.table column public.changed.name",
        "text: of things -> of nothing",
    ),
    "role": Alteration(
        "ALTER ROLE role_changed SUPERUSER", "role", "role_changed", "superuser: no -> yes"
    ),
    "password": Alteration(
        "ALTER ROLE clerk PASSWORD 'other'", "role", "clerk", "password: fingerprint "
    ),
    "membership": Alteration(
        "REVOKE ADMIN OPTION FOR clerk FROM role_changed",
        "membership",
        "clerk to role_changed",
        "granted, with admin option",
    ),
    "setting": Alteration(
        "ALTER DATABASE d SET work_mem = '8MB'",
        "setting",
        "database d",
        "work_mem: 6MB -> 8MB",
    ),
    "setting of a role in a database": Alteration(
        "ALTER ROLE boss IN DATABASE postgres SET work_mem = '9MB'",
        "setting",
        "role boss in database postgres",
        "work_mem: 7MB -> 9MB",
    ),
    "row changed": Alteration("", "table", f"{D}changed", "name: 'b' -> 'B'"),
    "row lost": Alteration(
        "DELETE FROM changed WHERE id = 3", "table", f"{D}changed", "- missing  (3, 'c', "
    ),
    "row added": Alteration(
        "INSERT INTO changed (id) VALUES (9)", "table", f"{D}changed", "+ extra    (9, 'x', "
    ),
    "duplicate lost": Alteration(
        "DELETE FROM keyless WHERE ctid = '(0,1)'", "table", f"{D}keyless", "(2 before, 1 after)"
    ),
    "partition's row": Alteration(
        "UPDATE orders SET day = '2026-01-06'", "table", f"{D}orders_1", "'2026-01-06'"
    ),
    "column added": Alteration(
        "ALTER TABLE changed ADD COLUMN fresh int",
        "table",
        f"{D}changed",
        "+ schema   column fresh",
    ),
    "column lost": Alteration(
        "ALTER TABLE changed DROP COLUMN gone", "table", f"{D}changed", "- schema   column gone"
    ),
    "default": Alteration(
        "ALTER TABLE changed ALTER COLUMN name SET DEFAULT 'y'; "
        "UPDATE changed SET name = 'x' WHERE id = 9",
        "table",
        f"{D}changed",
        "DEFAULT 'x'::text -> text DEFAULT 'y'::text",
    ),
    "identity": Alteration(
        "ALTER TABLE changed ALTER COLUMN id SET GENERATED ALWAYS",
        "table",
        f"{D}changed",
        "GENERATED ALWAYS AS IDENTITY",
    ),
    "constraint lost": Alteration(
        "ALTER TABLE changed DROP CONSTRAINT positive",
        "table",
        f"{D}changed",
        "- schema   constraint positive: CHECK ((id > 0))",
    ),
    "constraint added": Alteration(
        "ALTER TABLE keyless ADD CONSTRAINT one UNIQUE NULLS NOT DISTINCT (b)",
        "table",
        f"{D}keyless",
        "+ schema   constraint one: UNIQUE NULLS NOT DISTINCT (b)",
    ),
    "index lost": Alteration(
        "DROP INDEX by_name", "table", f"{D}changed", "- schema   index by_name: CREATE INDEX"
    ),
    "index changed": Alteration(
        "ALTER INDEX by_amount SET (fillfactor = 60)",
        "table",
        f"{D}changed",
        "fillfactor='60'",
    ),
    "statistics lost": Alteration(
        "DROP STATISTICS together", "table", f"{D}changed", "- schema   statistics together"
    ),
    "row security": Alteration(
        "ALTER TABLE secured FORCE ROW LEVEL SECURITY",
        "table",
        f"{D}secured",
        "row security: enabled -> enabled, forced on the owner",
    ),
    "persistence": Alteration(
        "ALTER TABLE child SET UNLOGGED", "table", f"{D}child", "persistence: unlogged"
    ),
    "inheritance": Alteration(
        "ALTER TABLE child NO INHERIT keyless", "table", f"{D}child", "- schema   inherits"
    ),
    "options": Alteration(
        "ALTER TABLE child SET (fillfactor = 70)", "table", f"{D}child", "options: fillfactor=70"
    ),
    "partition": Alteration(
        "ALTER TABLE orders DETACH PARTITION orders_1",
        "table",
        f"{D}orders_1",
        "- schema   partition: FOR VALUES FROM",
    ),
}
