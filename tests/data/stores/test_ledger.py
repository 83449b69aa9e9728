from __future__ import annotations

import gzip
import random

import pytest

from pytest_kanister._data.stores import StoredObject
from pytest_kanister._data.stores.ledger import Ledger, check_dump

HEADER = b"-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n--\n"
END = b"-- Dump completed on 2026-11-23 14:00:00\n"
NOISE = random.Random(1).randbytes(300_000)


def packed(body: bytes) -> bytes:
    """A gzip stream without the time of day, as these bodies become the tests' names."""
    return gzip.compress(body, mtime=0)


def ledger(*objects: tuple[str, int, str]) -> Ledger:
    return Ledger({key: StoredObject(key, size, etag) for key, size, etag in objects})


def test_changes_between_two_looks() -> None:
    before = ledger(("a", 1, "e1"), ("b", 2, "e2"), ("c", 3, "e3"))
    after = ledger(("b", 2, "other"), ("c", 3, "e3"), ("d", 4, "e4"))
    change = after.since(before)
    assert [new.key for new in change.added] == ["d"]
    assert [old.key for old in change.removed] == ["a"]
    assert [(old.etag, new.etag) for old, new in change.changed] == [("e2", "other")]
    assert str(change) == "+ d (4 bytes)\n- a (1 bytes)\n~ b (2 -> 2 bytes)"


def test_nothing_changed() -> None:
    change = ledger(("a", 1, "e")).since(ledger(("a", 1, "e")))
    assert not change
    assert str(change) == "nothing changed"


@pytest.mark.parametrize(
    "body",
    [
        b"any content",
        HEADER + END,
        packed(b"x"),
        packed(NOISE),
        packed(b"a" * 10_000_000),
        packed(b"one") + packed(b"two"),
        packed(HEADER + b"INSERT INTO t VALUES (1);\n" + END),
        packed(b"/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump\n" + END),
    ],
)
def test_whole_dumps_pass(body: bytes) -> None:
    assert check_dump(body) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the object is empty"),
        (packed(b""), "holds nothing"),
        (packed(NOISE)[:-1], "cut off"),
        (packed(NOISE)[: len(NOISE) * 2 // 3], "cut off"),
        (packed(b"one") + packed(b"two")[:-3], "cut off"),
        (packed(NOISE)[:-8] + b"\0" * 8, "incorrect data check"),
        (packed(b"one") + b"rubbish", "damaged"),
        (packed(HEADER + b"INSERT INTO t VALUES (1);\n"), "did not come to its end"),
        (HEADER, "did not come to its end"),
        # The words stand inside of the data, not on the last line.
        (packed(HEADER + b"INSERT INTO t VALUES ('\n" + END + b"');\n"), "to its end"),
    ],
)
def test_what_cannot_be_a_whole_dump_is_told(body: bytes, reason: str) -> None:
    said = check_dump(body)
    assert said is not None
    assert reason in said
