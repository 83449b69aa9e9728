"""What all databases of a server share: themselves, roles, memberships, settings, comments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.postgresql.catalogue import (
    FIRST_OID,
    fingerprint,
    listed,
    properties,
)
from pytest_kanister._data.workloads.postgresql.connection import rows_of
from pytest_kanister._data.workloads.postgresql.rights import server_grants

if TYPE_CHECKING:
    from psycopg import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["databases", "shared"]

# Which columns describe a locale, and a membership, differs from release to release.
_SHARED = {
    "database": """SELECT ARRAY[d.datname], jsonb_build_object(
        'owner', pg_get_userbyid(d.datdba), 'encoding', pg_encoding_to_char(d.encoding),
        'locale provider', to_jsonb(d) ->> 'datlocprovider', 'collate', d.datcollate,
        'ctype', d.datctype, 'rules', to_jsonb(d) ->> 'daticurules',
        'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
        'template', d.datistemplate, 'connections allowed', d.datallowconn,
        'connection limit', d.datconnlimit,
        'tablespace', (SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = d.dattablespace))
      FROM pg_database AS d WHERE d.datname <> 'template0'""",
    "membership": """SELECT ARRAY[pg_get_userbyid(m.roleid) || ' to ' || pg_get_userbyid(m.member)],
        jsonb_build_object('by ' || pg_get_userbyid(m.grantor), concat_ws(', ', 'granted',
          CASE WHEN m.admin_option THEN 'with admin option' END,
          CASE to_jsonb(m) ->> 'inherit_option' WHEN 'true' THEN 'inherited'
            WHEN 'false' THEN 'not inherited' END,
          CASE to_jsonb(m) ->> 'set_option' WHEN 'false' THEN 'without SET ROLE' END))
      FROM pg_auth_members AS m""",
    "setting": """SELECT ARRAY[CASE
          WHEN s.setdatabase = 0 THEN 'role ' || pg_get_userbyid(s.setrole)
          WHEN s.setrole = 0 THEN 'database ' || d.datname
          ELSE 'role ' || pg_get_userbyid(s.setrole) || ' in database ' || d.datname END],
        jsonb_build_object(split_part(c, '=', 1), substr(c, strpos(c, '=') + 1))
      FROM pg_db_role_setting AS s LEFT JOIN pg_database AS d ON d.oid = s.setdatabase,
        unnest(s.setconfig) AS c""",
    "comment": f"""SELECT ARRAY[i.type || ' ' || i.identity],
        jsonb_build_object('text', d.description)
      FROM pg_shdescription AS d, pg_identify_object(d.classoid, d.objoid, 0) AS i
      WHERE d.objoid >= {FIRST_OID} OR d.classoid = 'pg_database'::regclass OR d.objoid = 10""",
}

_ROLES = f"""SELECT rolname, rolpassword, jsonb_build_object('superuser', rolsuper,
  'inherits', rolinherit, 'creates roles', rolcreaterole, 'creates databases', rolcreatedb,
  'logs in', rolcanlogin, 'replicates', rolreplication, 'bypasses row security', rolbypassrls,
  'connection limit', rolconnlimit, 'valid until', rolvaliduntil)
  FROM pg_authid WHERE oid >= {FIRST_OID} OR oid = 10"""

# What ALTER SYSTEM wrote; a value may be a secret there.
_SYSTEM = """SELECT name, setting FROM pg_file_settings
  WHERE sourcefile LIKE '%/postgresql.auto.conf'"""
_SECRET_SETTINGS = ("primary_conninfo", "ssl_passphrase_command", "archive_command")


def databases(connection: Connection[Any]) -> list[tuple[str, bool]]:
    """Name of each but template0, and whether it can be looked into."""
    return rows_of(
        connection,
        "SELECT datname, datallowconn FROM pg_database WHERE datname <> 'template0' ORDER BY 1",
    )


def shared(connection: Connection[Any]) -> dict[str, dict[Name, Properties]]:
    """By class and name; read by a superuser, in whatever database."""
    found = {kind: listed(connection, query) for kind, query in _SHARED.items()}
    found["role"] = {
        (name,): {**properties(values), "password": fingerprint(secret)}
        for name, secret, values in rows_of(connection, _ROLES)
    }
    found["grant"] = listed(connection, server_grants(connection.info.server_version // 10_000))
    system = {
        name: fingerprint(value) if name in _SECRET_SETTINGS else str(value)
        for name, value in rows_of(connection, _SYSTEM)
    }
    if system:
        found["setting"]["system",] = system
    return found
