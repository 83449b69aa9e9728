"""The same seed gives the same rows."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._data.workloads.postgresql.generated import Generated
from pytest_kanister.errors import UsageProblem


def test_seed_and_number_decide() -> None:
    first = list(Generated("generated:7:250").rows())
    assert first == list(Generated("generated:7:250").rows())
    assert first != list(Generated("generated:8:250").rows())
    assert len(set(first)) == 250
    assert (Generated("generated").seed, Generated("generated").count) == (1, 1000)


@pytest.mark.parametrize("name", ["generated:", "generated:a", "generated:1:2:3", "generated:-1"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageProblem, match="expected generated:SEED:ROWS"):
        Generated(name)


@pytest.mark.slow
def test_rows_are_there(postgresql: PostgreSQL) -> None:
    assert postgresql.seed("generated:3:1500") == 1500
    table = postgresql.snapshot().tables["generated", "public", "rows"]
    assert set(table.rows) == set(Generated("generated:3:1500").rows())
    assert table.row_count == 1500
