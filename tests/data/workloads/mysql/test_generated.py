"""The same seed gives the same rows."""

from __future__ import annotations

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.generated import Generated
from pytest_kanister.errors import UsageProblem


def test_seed_and_number_decide() -> None:
    first = list(Generated("generated:7:2500").statements())
    assert first == list(Generated("generated:7:2500").statements())
    assert first != list(Generated("generated:8:2500").statements())
    assert first == list(Generated("generated:7", 2500).statements())
    assert len(first) == 2 + 3
    assert (Generated("generated").seed, Generated("generated").rows) == (1, 1000)


@pytest.mark.parametrize("name", ["generated:", "generated:a", "generated:1:2:3", "generated:-1"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageProblem, match="expected generated:SEED:ROWS"):
        Generated(name)


@pytest.mark.slow
def test_rows_are_there(mysql: MySQL) -> None:
    assert mysql.seed("generated:3:1500") == 1500
    first = mysql.snapshot().tables["generated", "rows"]
    mysql.damage(drop="generated")
    assert mysql.seed("generated:3", rows=1500) == 1500
    assert mysql.snapshot().tables["generated", "rows"] == first
