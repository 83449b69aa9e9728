"""Rows made from a seed: the same seed and number give the same rows, on any machine."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GENERATED", "Generated"]

GENERATED = "generated"
_NAME = re.compile(rf"{GENERATED}(?::(\d+))?(?::(\d+))?")
_AT_ONCE = 1000
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéñ 0123456789"


class Generated:
    """Table `generated.rows` with key, text, number, decimal, time, JSON and bytes.

    Args:
        name: `generated`, `generated:SEED` or `generated:SEED:ROWS`.
        rows: overrides what the name says; 1000 unless told.

    Raises:
        UsageProblem: the name has another shape.
    """

    def __init__(self, name: str, rows: int | None = None) -> None:
        match = _NAME.fullmatch(name)
        if match is None:
            raise UsageProblem(f"dataset: expected {GENERATED}:SEED:ROWS, found {name!r}")
        self.seed = int(match[1] or 1)
        self.rows = rows if rows is not None else int(match[2] or 1000)

    def statements(self) -> Iterator[str]:
        """One CREATE DATABASE, one CREATE TABLE, then rows by the thousand (about 120 KB each)."""
        yield f"CREATE DATABASE `{GENERATED}` CHARACTER SET utf8mb4"
        yield (
            f"CREATE TABLE `{GENERATED}`.`rows` (id BIGINT PRIMARY KEY, name VARCHAR(40), "
            "number INT, amount DECIMAL(14,4), moment DATETIME(6), document JSON, "
            "bytes VARBINARY(24))"
        )
        random = Random(self.seed)
        for start in range(0, self.rows, _AT_ONCE):
            values = (
                _row(random, number) for number in range(start, min(start + _AT_ONCE, self.rows))
            )
            yield f"INSERT INTO `{GENERATED}`.`rows` VALUES {','.join(values)}"


def _row(random: Random, number: int) -> str:
    name = "".join(random.choices(_LETTERS, k=random.randrange(1, 40)))
    figure = "NULL" if random.random() < 0.1 else str(random.randrange(-(2**31), 2**31))
    amount = random.randrange(-(10**13), 10**13)
    sign, amount = "-" if amount < 0 else "", abs(amount)
    moment = (
        f"{random.randrange(1970, 2100)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02} "
        f"{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}"
        f".{random.randrange(10**6):06}"
    )
    document = f'{{"a": {random.randrange(1000)}, "b": [{random.randrange(9)}, null]}}'
    return (
        f"({number},'{name}',{figure},{sign}{amount // 10000}.{amount % 10000:04},"
        f"'{moment}','{document}',x'{random.randbytes(random.randrange(25)).hex()}')"
    )
