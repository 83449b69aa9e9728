"""Types, domains, enums, ranges, collations, extensions; and which values can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.proof.canonical import Kind
from pytest_kanister._data.workloads.postgresql.catalogue import own
from pytest_kanister._data.workloads.postgresql.connection import rows_of
from pytest_kanister.errors import Unverified

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = ["TYPES", "ColumnTypes", "codec", "known_types"]

_TYPE = f"""FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
  WHERE n.nspname !~ '^pg_temp_' AND {own("t", "pg_type")}"""
_OWNER = "'owner', pg_get_userbyid(t.typowner)"

TYPES = {
    "type": f"""SELECT ARRAY[n.nspname, t.typname], jsonb_build_object({_OWNER}, 'attributes',
        (SELECT string_agg(concat_ws(' ', quote_ident(a.attname),
            format_type(a.atttypid, a.atttypmod), CASE WHEN a.attcollation NOT IN
              (0, (SELECT y.typcollation FROM pg_type AS y WHERE y.oid = a.atttypid))
              THEN 'COLLATE ' || a.attcollation::regcollation::text END), ', ' ORDER BY a.attnum)
          FROM pg_attribute AS a
          WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
      {_TYPE} AND t.typtype = 'c'
        AND (SELECT c.relkind FROM pg_class AS c WHERE c.oid = t.typrelid) = 'c'""",
    "enum": f"""SELECT ARRAY[n.nspname, t.typname], jsonb_build_object({_OWNER}, 'labels',
        (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
          FROM pg_enum AS e WHERE e.enumtypid = t.oid))
      {_TYPE} AND t.typtype = 'e'""",
    "domain": f"""SELECT ARRAY[n.nspname, t.typname], jsonb_build_object({_OWNER},
        'type', format_type(t.typbasetype, t.typtypmod), 'default', t.typdefault,
        'not null', t.typnotnull,
        'collation', nullif(t.typcollation, (SELECT b.typcollation FROM pg_type AS b
          WHERE b.oid = t.typbasetype))::regcollation) || coalesce(
        (SELECT jsonb_object_agg('constraint ' || k.conname, pg_get_constraintdef(k.oid))
          FROM pg_constraint AS k WHERE k.contypid = t.oid), '{{}}')
      {_TYPE} AND t.typtype = 'd'""",
    "range type": f"""SELECT ARRAY[n.nspname, t.typname], (SELECT jsonb_build_object({_OWNER},
          'of', format_type(r.rngsubtype, NULL), 'multirange', r.rngmultitypid::regtype,
          'collation', nullif(r.rngcollation, 0)::regcollation,
          'operator class', (SELECT o.opcname FROM pg_opclass AS o WHERE o.oid = r.rngsubopc),
          'canonical', nullif(r.rngcanonical::oid, 0)::regprocedure,
          'difference', nullif(r.rngsubdiff::oid, 0)::regprocedure)
        FROM pg_range AS r WHERE r.rngtypid = t.oid)
      {_TYPE} AND t.typtype = 'r'""",
    # Which columns describe a locale differs from release to release.
    "collation": f"""SELECT ARRAY[n.nspname, c.collname], jsonb_build_object(
        'owner', pg_get_userbyid(c.collowner), 'provider', c.collprovider,
        'deterministic', c.collisdeterministic, 'encoding', c.collencoding,
        'collate', c.collcollate, 'ctype', c.collctype, 'rules', to_jsonb(c) ->> 'collicurules',
        'locale', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale'))
      FROM pg_collation AS c JOIN pg_namespace AS n ON n.oid = c.collnamespace
      WHERE {own("c", "pg_collation")}""",
    "extension": """SELECT ARRAY[e.extname], jsonb_build_object('version', e.extversion,
        'schema', e.extnamespace::regnamespace, 'owner', pg_get_userbyid(e.extowner))
      FROM pg_extension AS e""",
}
"""By class of the inventory, for one database."""

_KINDS = {
    Kind.INTEGER: "int2 int4 int8 oid",
    Kind.DECIMAL: "numeric",
    Kind.FLOAT: "float4 float8",
    Kind.TEMPORAL: "date time timetz timestamp timestamptz interval",
    Kind.JSON: "json jsonb",
    # bytea is hexadecimal text here, as COPY writes it.
    Kind.TEXT: (
        "bool char name text bpchar varchar xml uuid bit varbit bytea money point line lseg box "
        "path polygon circle cidr inet macaddr macaddr8 tsvector tsquery jsonpath pg_lsn "
        "txid_snapshot pg_snapshot xid xid8 cid tid int2vector oidvector regclass regcollation "
        "regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole "
        "regtype"
    ),
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}

# Of extensions in contrib: each writes what it reads back, whole.
_EXTENSIONS = frozenset(
    {"citext", "hstore", "ltree", "lquery", "ltxtquery", "cube", "seg"}
    | {"isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "ean13", "upc"}
)


# Python's codecs, where PostgreSQL's name of an encoding is another one.
_CODECS = {
    "EUC_CN": "gb2312",
    "EUC_JIS_2004": "euc_jis_2004",
    "KOI8R": "koi8-r",
    "KOI8U": "koi8-u",
    "LATIN1": "iso8859-1",
    "LATIN2": "iso8859-2",
    "LATIN3": "iso8859-3",
    "LATIN4": "iso8859-4",
    "LATIN5": "iso8859-9",
    "LATIN6": "iso8859-10",
    "LATIN7": "iso8859-13",
    "LATIN8": "iso8859-14",
    "LATIN9": "iso8859-15",
    "LATIN10": "iso8859-16",
    "SQL_ASCII": "utf-8",
    "UTF8": "utf-8",
    "WIN866": "cp866",
}


def codec(encoding: str) -> str:
    """Python's name of a database's encoding: for showing values, never for comparing them."""
    return _CODECS.get(encoding, encoding.lower().replace("win", "cp"))


def known_types() -> frozenset[str]:
    """Built-in types whose values can be compared, as pg_type spells them."""
    return frozenset(_KIND_OF)


class _Type(NamedTuple):
    name: str
    kind: str
    category: str
    builtin: bool
    extension: bool
    parts: tuple[int, ...]


class ColumnTypes:
    """The types of one database: which kind of value each has."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._types = {
            oid: _Type(name, kind, category, builtin, extension, tuple(parts))
            for oid, name, kind, category, builtin, extension, parts in rows_of(connection, _ALL)
        }

    def kind(self, oid: int, column: str, words: str) -> Kind:
        """How values of a type are compared.

        Raises:
            Unverified: a type, or one that it is made of, has no canonical form that is known here.
        """
        kind = self._kind(oid, set())
        if kind is None:
            raise Unverified(
                f"column {column} has type {words}, which cannot be compared exactly; "
                "leave it out of the dataset or report the type"
            )
        return kind

    def _kind(self, oid: int, seen: set[int]) -> Kind | None:
        """None: not known."""
        found = self._types.get(oid)
        if found is None:
            return None
        if oid in seen:  # a table with a column of an array of its own rows
            return Kind.TEXT
        inner = [self._kind(part, seen | {oid}) for part in found.parts]
        if None in inner:
            return None
        if found.kind == "d":
            return inner[0]
        if found.category == "A" or found.kind in "cerm":
            return Kind.TEXT
        if found.builtin:
            return _KIND_OF.get(found.name)
        return Kind.TEXT if found.extension and found.name in _EXTENSIONS else None


# A type and those that it is made of: a domain's base, an array's element, a row's columns,
# a range's bounds.
_ALL = """SELECT t.oid::int8, t.typname, t.typtype::text, t.typcategory::text,
  t.typnamespace = 'pg_catalog'::regnamespace AND t.oid < 16384,
  EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = 'pg_type'::regclass
    AND e.objid = t.oid AND e.deptype = 'e'),
  CASE WHEN t.typtype = 'd' THEN ARRAY[t.typbasetype::int8]
    WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN ARRAY[t.typelem::int8]
    WHEN t.typtype = 'c' THEN ARRAY(SELECT a.atttypid::int8 FROM pg_attribute AS a
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
    WHEN t.typtype = 'r' THEN ARRAY(SELECT r.rngsubtype::int8 FROM pg_range AS r
      WHERE r.rngtypid = t.oid)
    WHEN t.typtype = 'm' THEN ARRAY(SELECT r.rngsubtype::int8 FROM pg_range AS r
      WHERE r.rngmultitypid = t.oid)
    ELSE ARRAY[]::int8[] END
  FROM pg_type AS t"""
