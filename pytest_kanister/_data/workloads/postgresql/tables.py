"""Tables without their rows: columns, keys and whole definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._data.proof.canonical import Column
from pytest_kanister._data.workloads.postgresql.catalogue import FIRST_OID, properties
from pytest_kanister._data.workloads.postgresql.connection import quoted, rows_of
from pytest_kanister._data.workloads.postgresql.relations import COLUMN
from pytest_kanister._data.workloads.postgresql.types import ColumnTypes, codec

if TYPE_CHECKING:
    from psycopg import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["TableShape", "table_names", "table_shapes"]


class TableShape(NamedTuple):
    """A table without its rows.

    Attributes:
        columns: in the table's order.
        key: names of the primary key's columns.
        definition: everything else, by property.
        source: what COPY reads: only the table's own rows, not those of its children.
    """

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    definition: Properties
    source: str


_TABLE = f"""pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= {FIRST_OID}"""

_TABLES = f"""SELECT c.oid::int8, n.nspname, c.relname, c.relkind = 'p', jsonb_build_object(
  'owner', pg_get_userbyid(c.relowner),
  'persistence', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
  'access method', (SELECT m.amname FROM pg_am AS m WHERE m.oid = c.relam),
  'tablespace', (SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = c.reltablespace),
  'options', to_jsonb(c.reloptions),
  'toast options', (SELECT to_jsonb(o.reloptions) FROM pg_class AS o WHERE o.oid = c.reltoastrelid),
  'row security', nullif(concat_ws(', ', CASE WHEN c.relrowsecurity THEN 'enabled' END,
    CASE WHEN c.relforcerowsecurity THEN 'forced on the owner' END), ''),
  'replica identity', CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full'
    WHEN 'i' THEN (SELECT 'index ' || x.relname FROM pg_index AS i
      JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisreplident) END,
  'clustered by', (SELECT x.relname FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND i.indisclustered),
  'partitions by', pg_get_partkeydef(c.oid),
  'partition', pg_get_expr(c.relpartbound, c.oid),
  'inherits', (SELECT to_jsonb(array_agg(i.inhparent::regclass::text ORDER BY i.inhseqno))
    FROM pg_inherits AS i WHERE i.inhrelid = c.oid),
  'of type', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END)
  FROM {_TABLE} ORDER BY 2, 3"""

_COLUMNS = f"""SELECT a.attrelid::int8, a.attname, a.atttypid::int8,
  format_type(a.atttypid, a.atttypmod), {COLUMN}, a.attgenerated <> ''
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p') AND c.oid >= {FIRST_OID} AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum"""

_KEYS = f"""SELECT i.indrelid::int8, array_agg(a.attname ORDER BY k.at)
  FROM pg_index AS i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, at), pg_attribute AS a
  WHERE i.indisprimary AND i.indrelid >= {FIRST_OID} AND k.at <= i.indnkeyatts
    AND a.attrelid = i.indrelid AND a.attnum = k.number GROUP BY i.indrelid"""

# Everything that belongs to a table and has a name of its own: (table, property, text).
_PARTS = f"""SELECT k.conrelid::int8, 'constraint ' || k.conname, pg_get_constraintdef(k.oid)
  FROM pg_constraint AS k WHERE k.conrelid >= {FIRST_OID} AND k.contype <> 't'
UNION ALL SELECT i.indrelid::int8, 'index ' || x.relname, concat_ws(' ',
    pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN '(invalid)' END,
    CASE WHEN x.reltablespace <> 0 THEN 'TABLESPACE ' ||
      (SELECT s.spcname FROM pg_tablespace AS s WHERE s.oid = x.reltablespace) END)
  FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid WHERE i.indrelid >= {FIRST_OID}
UNION ALL SELECT s.stxrelid::int8, 'statistics ' || s.stxname, pg_get_statisticsobjdef(s.oid)
  FROM pg_statistic_ext AS s"""


def table_names(connection: Connection[Any]) -> list[tuple[str, str]]:
    """Schema and name of each table in which rows can be, in order."""
    query = f"SELECT n.nspname, c.relname FROM {_TABLE} AND c.relkind = 'r' ORDER BY 1, 2"
    return rows_of(connection, query)


def table_shapes(connection: Connection[Any], database: str) -> dict[Name, TableShape]:
    """Every table of the database that the connection is to; partitioned ones have no rows.

    Raises:
        Unverified: a column's type has no canonical form that is known here.
    """
    types = ColumnTypes(connection)
    charset = codec(str(rows_of(connection, "SHOW server_encoding")[0][0]))
    columns: dict[int, list[Column]] = {}
    words: dict[int, dict[str, str]] = {}
    computed: set[int] = set()
    for table, name, oid, type_, text, generated in rows_of(connection, _COLUMNS):
        kind = types.kind(oid, name, type_)
        columns.setdefault(table, []).append(Column(name, type_, kind, charset))
        words.setdefault(table, {})[f"column {name}"] = text
        if generated:
            computed.add(table)
    keys = {table: tuple(names) for table, names in rows_of(connection, _KEYS)}
    for table, name, text in rows_of(connection, _PARTS):
        words.setdefault(table, {})[name] = text
    found: dict[Name, TableShape] = {}
    for oid, schema, name, partitioned, values in rows_of(connection, _TABLES):
        own = tuple(columns.get(oid, ()))
        wanted = ", ".join(quoted(column.name) for column in own)
        where = quoted(schema, name)
        plain = own and not partitioned and oid not in computed
        found[database, schema, name] = TableShape(
            own,
            keys.get(oid, ()),
            {**words.get(oid, {}), **properties(values)},
            f"{where} ({wanted})" if plain else f"(SELECT {wanted} FROM ONLY {where})",
        )
    return found
