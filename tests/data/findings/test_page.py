"""The page of findings: at least eight, each with a test that sees it."""

from __future__ import annotations

from pathlib import Path

from tests.support.findings import findings

TESTS = Path(__file__).parents[2]


def test_every_block_of_the_page_has_a_test() -> None:
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for file in TESTS.rglob("test_*.py")
        if file != Path(__file__)
    )
    blocks = findings()
    assert len(blocks) >= 8
    assert [name for name in blocks if f'"{name}"' not in source] == []
    assert [name for name, text in blocks.items() if not text.strip()] == []
