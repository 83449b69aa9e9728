from __future__ import annotations

import pytest

from pytest_kanister._data.proof.canonical import Column, Kind, canonical, json_value, show
from pytest_kanister.errors import Unverified


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        (Kind.TEXT, b"", None, False),
        (Kind.TEXT, b"NULL", None, False),
        (Kind.TEXT, b"a", b"a ", False),
        (Kind.BINARY, b"\x00", b"", False),
        (Kind.INTEGER, b"00042", b"42", True),
        (Kind.INTEGER, b"-0", b"0", True),
        (Kind.DECIMAL, b"1.10", b"1.1", False),
        (Kind.FLOAT, b"0", b"-0", False),
        (Kind.FLOAT, b"16777217", b"16777216", False),
        (Kind.FLOAT, b"1e1", b"10", True),
        (Kind.FLOAT, b"0.1", b"0.10000000000000001", True),
        (Kind.TEMPORAL, b"0000-00-00", None, False),
    ],
)
def test_same_value(kind: Kind, one: bytes | None, other: bytes | None, same: bool) -> None:
    assert (canonical(kind, one) == canonical(kind, other)) is same


@pytest.mark.parametrize("kind", [Kind.FLOAT, Kind.INTEGER])
def test_what_is_no_value_of_its_kind_is_refused(kind: Kind) -> None:
    with pytest.raises(Unverified, match="found b'abc'"):
        canonical(kind, b"abc")


@pytest.mark.parametrize(
    ("kind", "charset", "raw", "text", "value"),
    [
        (Kind.TEXT, "utf-8", None, "NULL", None),
        (Kind.TEXT, "utf-8", b"NULL", "'NULL'", "NULL"),
        (Kind.TEXT, "utf-8", b"it's\n", "'it\\'s\\n'", "it's\n"),
        (Kind.TEXT, "utf-8", "h\U0001f600".encode(), "'h\U0001f600'", "h\U0001f600"),
        (Kind.TEXT, "cp1252", b"\xe9", "'é'", "é"),
        (Kind.TEXT, "utf-8", b"\xe9", "0xE9", {"hex": "e9"}),
        (Kind.TEXT, "no-such-charset", b"\xe9", "0xE9", {"hex": "e9"}),
        (Kind.BINARY, "utf-8", b"ab", "0x6162", {"hex": "6162"}),
        (Kind.INTEGER, "utf-8", b"-7", "-7", -7),
        (Kind.DECIMAL, "utf-8", b"1.10", "1.10", "1.10"),
        (Kind.FLOAT, "utf-8", b"-0", "-0.0", -0.0),
    ],
)
def test_shown(kind: Kind, charset: str, raw: bytes | None, text: str, value: object) -> None:
    column = Column("c", "?", kind, charset)
    cell = canonical(kind, raw)
    assert show(column, cell) == text
    assert json_value(column, cell) == value


def test_long_values_are_cut_and_say_how_long_they_are() -> None:
    assert show(Column("c", "text", Kind.TEXT), b"x" * 5000) == f"'{'x' * 60}… (5000 bytes)'"
