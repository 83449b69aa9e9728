"""Every other object that somebody made: that it is there, and its plain properties.

Operators, casts, languages, text search, foreign servers, publications and the like are rare, and
each catalogue describes them by columns of its own: those that are no numbers of other objects are
properties as they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.postgresql.catalogue import fingerprint, own, properties
from pytest_kanister._data.workloads.postgresql.connection import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["CATALOGUES", "others", "shared_others"]

CATALOGUES = (
    "pg_am",
    "pg_cast",
    "pg_conversion",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_language",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_publication",
    "pg_transform",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_user_mapping",
)
_SHARED = ("pg_subscription", "pg_tablespace")

# Numbers of other objects differ between a copy and its original; rights are a class of their own.
_NUMBERS = "'oid', 'oid[]', 'oidvector', 'aclitem[]', 'pg_lsn', 'xid'"
_PARTS = "'e', 'i'"
# Passwords are kept in these.
_SECRETS = ("umoptions", "subconninfo")

# Types that are no class of their own: base types, and shells.
_BASE_TYPES = f"""SELECT 'type', format_type(t.oid, NULL), pg_get_userbyid(t.typowner),
  jsonb_build_object('input', t.typinput, 'output', t.typoutput, 'length', t.typlen,
    'alignment', t.typalign, 'storage', t.typstorage, 'category', t.typcategory,
    'default', t.typdefault)
  FROM pg_type AS t WHERE t.typtype IN ('b', 'p') AND {own("t", "pg_type")}
    AND NOT EXISTS (SELECT FROM pg_type AS o WHERE o.typarray = t.oid)"""


def others(connection: Connection[Any], database: str) -> dict[Name, Properties]:
    """Of one database, by kind and identity."""
    found: dict[Name, Properties] = {}
    for catalogue in CATALOGUES:
        found |= _of(rows_of(connection, _query(connection, catalogue)), (database,))
    return found | _of(rows_of(connection, _BASE_TYPES), (database,))


def shared_others(connection: Connection[Any]) -> dict[Name, Properties]:
    """What all databases share: tablespaces and subscriptions."""
    found: dict[Name, Properties] = {}
    for catalogue in _SHARED:
        found |= _of(rows_of(connection, _query(connection, catalogue)), ())
    return found


def _query(connection: Connection[Any], catalogue: str) -> str:
    kept, owner = [], "NULL"
    for name, type_ in rows_of(
        connection,
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute"
        f" WHERE attrelid = '{catalogue}'::regclass AND attnum > 0 AND NOT attisdropped",
    ):
        if name.endswith("owner") and type_ == "oid":
            owner = f"pg_get_userbyid(x.{name})"
        elif f"'{type_}'" not in _NUMBERS:
            kept.append(f"'{name}', x.{name}")
    what = f"pg_identify_object('{catalogue}'::regclass, x.oid, 0)"
    return (
        f"SELECT i.type, i.identity, {owner}, jsonb_build_object({', '.join(kept)})"
        f" FROM {catalogue} AS x, {what} AS i WHERE {own('x', catalogue, parts=_PARTS)}"
    )


def _of(rows: list[tuple[Any, ...]], within: tuple[str, ...]) -> dict[Name, Properties]:
    found: dict[Name, Properties] = {}
    for kind, identity, owner, values in rows:
        told = properties({**values, "owner": owner})
        for secret in _SECRETS:
            if secret in told:
                told[secret] = fingerprint(told[secret])
        found[(*within, f"{kind} {identity}")] = told
    return found
