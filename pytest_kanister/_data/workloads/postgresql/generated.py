"""Rows made from a seed: the same seed and number give the same rows, on any machine."""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.proof.encoding import COPY_TEXT
from pytest_kanister._data.workloads.postgresql.connection import rows_of
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from psycopg import Connection

    from pytest_kanister._data.proof.canonical import Row

    Connect = Callable[[str], AbstractContextManager[Connection[Any]]]

__all__ = ["GENERATED", "Generated"]

GENERATED = "generated"
_NAME = re.compile(rf"{GENERATED}(?::(\d+))?(?::(\d+))?")
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéñ\t\\ 0123456789"

_TABLE = """CREATE TABLE rows (id bigint PRIMARY KEY, name varchar(40), number integer,
  amount numeric(14, 4), moment timestamp, document jsonb, bytes bytea)"""


class Generated:
    """Table `rows` of a database `generated`: key, text, number, decimal, time, JSON and bytes.

    Args:
        name: `generated`, `generated:SEED` or `generated:SEED:ROWS`; 1000 rows unless told.

    Raises:
        UsageProblem: the name has another shape.
    """

    def __init__(self, name: str) -> None:
        match = _NAME.fullmatch(name)
        if match is None:
            raise UsageProblem(f"dataset: expected {GENERATED}:SEED:ROWS, found {name!r}")
        self.seed = int(match[1] or 1)
        self.count = int(match[2] or 1000)

    def load(self, connect: Connect) -> int:
        """Makes the database, and fills it by COPY; how many rows that is."""
        with connect("postgres") as connection:
            rows_of(connection, f"CREATE DATABASE {GENERATED}")
        with connect(GENERATED) as connection:
            rows_of(connection, _TABLE)
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY rows FROM STDIN (ENCODING 'UTF8')") as copy,
            ):
                for row in self.rows():
                    copy.write(COPY_TEXT.encode(row) + b"\n")
        return self.count

    def rows(self) -> Iterator[Row]:
        """Each as its cells' texts."""
        random = Random(self.seed)
        for number in range(self.count):
            yield _row(random, number)


def _row(random: Random, number: int) -> Row:
    name = "".join(random.choices(_LETTERS, k=random.randrange(1, 40)))
    figure = None if random.random() < 0.1 else b"%d" % random.randrange(-(2**31), 2**31)
    amount = random.randrange(-(10**13), 10**13)
    sign, amount = "-" if amount < 0 else "", abs(amount)
    moment = (
        f"{random.randrange(1970, 2100)}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02} "
        f"{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}"
        f".{random.randrange(10**5):05}{random.randrange(1, 10)}"
    )
    document = f'{{"a": {random.randrange(1000)}, "b": [{random.randrange(9)}, null]}}'
    octets = f"\\x{random.randbytes(random.randrange(25)).hex()}"
    texts = (name, f"{sign}{amount // 10000}.{amount % 10000:04}", moment, document, octets)
    first, *rest = (text.encode() for text in texts)
    return (b"%d" % number, first, figure, *rest)
