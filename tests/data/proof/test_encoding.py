"""Encoded rows: nothing is lost, and no two rows share their bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_kanister._data.proof.encoding import COPY_TEXT, LENGTHS, Encoding, encoding_named
from pytest_kanister.errors import Unverified

CELLS = st.one_of(st.none(), st.binary(max_size=300), st.sampled_from([b"\\N", b"NULL", b"\t\n"]))
ROWS = st.lists(CELLS, min_size=1, max_size=6).map(tuple)
BOTH = pytest.mark.parametrize("encoding", [LENGTHS, COPY_TEXT], ids=lambda e: e.name)


@BOTH
@given(row=ROWS)
def test_there_and_back(encoding: Encoding, row: tuple[bytes | None, ...]) -> None:
    encoded = encoding.encode(row)
    assert encoding.decode(encoded, len(row)) == row
    for cells in range(1, len(row) + 1):
        (head,) = encoding.heads([encoded], cells)
        assert encoding.decode(head, cells) == row[:cells]


@pytest.mark.parametrize("size", [0, 250, 251, 65_535, 65_536, 1 << 24])
def test_lengths_of_every_width(size: int) -> None:
    row = (b"x" * size, None, b"")
    assert LENGTHS.decode(LENGTHS.encode(row), 3) == row


def test_the_forms_are_the_engines_own() -> None:
    assert LENGTHS.encode((b"ab", None, b"")) == b"\x02ab\xfb\x00"
    assert COPY_TEXT.encode((b"a\tb\\N", None, b"")) == b"a\\tb\\\\N\t\\N\t"


@BOTH
@pytest.mark.parametrize("cells", [1, 3])
def test_another_number_of_cells(encoding: Encoding, cells: int) -> None:
    encoded = encoding.encode((b"ab", b"cd"))
    with pytest.raises(Unverified, match=f"expected a row of {cells} cells"):
        encoding.decode(encoded, cells)


@pytest.mark.parametrize("encoded", [b"\x03ab", b"\xfc\x02", b"\xff", b"\x02abc", b"", b"\xfe"])
def test_what_is_no_row_of_lengths(encoded: bytes) -> None:
    with pytest.raises(Unverified, match="expected a row of 1 cells"):
        LENGTHS.decode(encoded, 1)


def test_a_form_that_is_not_known() -> None:
    assert encoding_named("copy") is COPY_TEXT
    with pytest.raises(Unverified, match="form 'parquet'"):
        encoding_named("parquet")
