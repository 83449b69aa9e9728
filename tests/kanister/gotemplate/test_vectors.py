"""All vectors of the Go oracle, each exactly: output, error class and error text."""

from __future__ import annotations

import json

import pytest

from .vectors import DATA, load, main, outcome

FILE = load(DATA)
CATEGORIES = sorted({vector.category for vector in FILE.vectors})


@pytest.mark.parametrize(
    "category",
    [pytest.param(c, marks=pytest.mark.slow if c == "templates" else ()) for c in CATEGORIES],
)
def test_go_and_this_engine_agree(category: str) -> None:
    vectors = [vector for vector in FILE.vectors if vector.category == category]
    found = {vector.name: outcome(FILE, vector) for vector in vectors}
    assert found == {vector.name: vector.expected for vector in vectors}


def test_no_vector_got_lost() -> None:
    assert len(FILE.vectors) == 990
    assert len({vector.name for vector in FILE.vectors}) == 990


def test_the_command_tells_a_disagreement(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *rows = DATA.read_text(encoding="utf-8").splitlines()
    row = json.loads(rows[0])
    wrong = {**row, "expect": {"output": "something else"}}
    path = tmp_path_factory.mktemp("vectors") / "two.jsonl"
    path.write_text("\n".join([header, rows[1], json.dumps(wrong)]), encoding="utf-8")
    assert main([str(path)]) == 1
    printed = capsys.readouterr().out
    assert row["id"] in printed
    assert "all                      1/2" in printed


def test_the_command_agrees_with_a_true_file(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = DATA.read_text(encoding="utf-8").splitlines()[:6]
    path = tmp_path_factory.mktemp("vectors") / "five.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main([str(path)]) == 0
    assert "5/5" in capsys.readouterr().out
