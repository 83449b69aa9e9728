"""MySQL's column types: how each is read without loss, and what its bytes are."""

from __future__ import annotations

from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister.errors import Unverified

__all__ = ["column_of", "known_types", "quoted", "select_expression"]

_KINDS = {
    Kind.INTEGER: "tinyint smallint mediumint int bigint year",
    Kind.DECIMAL: "decimal",
    Kind.FLOAT: "float double",
    Kind.TEXT: "char varchar tinytext text mediumtext longtext enum set",
    Kind.TEMPORAL: "date time datetime timestamp",
    Kind.JSON: "json",
    Kind.BINARY: (
        "bit binary varbinary tinyblob blob mediumblob longblob vector geometry point linestring "
        "polygon multipoint multilinestring multipolygon geomcollection geometrycollection"
    ),
}
# Types that only one of the two products has; MariaDB's JSON is a LONGTEXT.
_MARIADBS = frozenset({"inet4", "inet6", "uuid"})
_MYSQLS = frozenset({"json", "geomcollection"})
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_KIND_OF |= dict.fromkeys(_MARIADBS, Kind.TEXT)

# MySQL's names for character sets, where Python has another codec or another name for it.
_CODECS = {
    "ascii": "ascii",
    "big5": "big5",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp932": "cp932",
    "euckr": "euc_kr",
    "gb18030": "gb18030",
    "gb2312": "gb2312",
    "gbk": "gbk",
    "greek": "iso8859-7",
    "hebrew": "iso8859-8",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "latin1": "cp1252",
    "latin2": "iso8859-2",
    "latin5": "iso8859-9",
    "latin7": "iso8859-13",
    "sjis": "shift_jis",
    "ucs2": "utf-16-be",
    "ujis": "euc_jp",
    "utf16": "utf-16-be",
    "utf16le": "utf-16-le",
    "utf32": "utf-32-be",
    "utf8mb3": "utf-8",
    "utf8mb4": "utf-8",
}


def known_types(*, is_mariadb: bool = False) -> frozenset[str]:
    """Column types whose values can be compared, as information_schema.COLUMNS spells them."""
    return frozenset(_KIND_OF) - (_MYSQLS if is_mariadb else _MARIADBS)


def column_of(name: str, data_type: str, column_type: str, charset: str) -> Column:
    """A column from information_schema.COLUMNS.

    Raises:
        Unverified: a type whose canonical form is not known here.
    """
    kind = _KIND_OF.get(data_type.lower())
    if kind is None:
        raise Unverified(
            f"column {name} has type {column_type}, which cannot be compared exactly; "
            "leave it out of the dataset or report the type"
        )
    return Column(name, column_type, kind, _CODECS.get(charset, charset or "utf-8"))


def select_expression(column: Column) -> str:
    """How the column is selected so that its text loses nothing.

    FLOAT is printed with six digits and DOUBLE(M,D) with D: times 1e0 they become doubles with
    all their digits.  Times one keeps the sign of -0.0, which adding zero would lose.
    """
    name = quoted(column.name)
    return f"{name}*1e0" if column.kind is Kind.FLOAT else name


def quoted(name: str) -> str:
    """An identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"
