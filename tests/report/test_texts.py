"""What people read, as whole texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._report.as_json import result_as_json
from pytest_kanister._report.failure import failure_text, source_lines
from pytest_kanister._report.lines import closing_lines, ran_lines, step_line, table_lines

RAN = {"store": "SeaweedFS 4.48", "database": "MySQL 9.7.4 (for mysql:9.7)", "odd": "x"}

SEED = StepResult("seed", Verdict.PROVEN, "9 rows of dataset accounts loaded", 0.051)


def result(*steps: StepResult, verdict: Verdict) -> ScenarioResult:
    return ScenarioResult("accounts", verdict, steps, RAN, ("pods see each other",), 1.25)


def test_a_step_in_one_line() -> None:
    assert step_line(SEED) == (
        "  0.05 s  proven      seed           9 rows of dataset accounts loaded"
    )


def test_colour_only_when_asked() -> None:
    assert "\x1b" not in step_line(SEED)
    assert "\x1b[32mproven" in step_line(SEED, colour=True)


def test_the_end_of_a_scenario() -> None:
    assert closing_lines(result(SEED, verdict=Verdict.PROVEN)) == [
        "proven: accounts, 1 step in 1.25 s",
        "what really ran:",
        "  database   MySQL 9.7.4 (for mysql:9.7)",
        "  store      SeaweedFS 4.48",
        "  odd        x",
        "  lost       pods see each other",
    ]


def test_nothing_ran() -> None:
    assert ran_lines({}) == []


def test_a_table() -> None:
    assert table_lines(("name", "balance"), [("nick", 0), ("beatrice", 1321), (None, 7)]) == [
        "name      balance",
        "--------  -------",
        "nick            0",
        "beatrice     1321",
        "NULL            7",
    ]


def test_a_failure_shows_the_authors_own_line(tmp_path: Path) -> None:
    file = tmp_path / "s.kanister.yaml"
    file.write_text("spec:\n  steps:\n    - verify: {rows: exact}\n")
    verify = StepResult(
        "verify",
        Verdict.DIFFERENT,
        "what came back is not what was there: data differ",
        0.02,
        where=f"{file}:3:7",
        detail="table myImportantData.Accounts\n  - ('nick', 0)  missing",
    )

    text = failure_text(result(SEED, verify, verdict=Verdict.DIFFERENT))

    assert (
        text
        == f"""\
scenario 'accounts': what was promised did not happen

step 'verify': different
  what came back is not what was there: data differ
  at {file}:3:7
  2 |   steps:
  3 |     - verify: {{rows: exact}}
    |       ^
  table myImportantData.Accounts
    - ('nick', 0)  missing

steps:
    0.05 s  proven      seed           9 rows of dataset accounts loaded
    0.02 s  different   verify         what came back is not what was there: data differ

what really ran:
  database   MySQL 9.7.4 (for mysql:9.7)
  store      SeaweedFS 4.48
  odd        x
  lost       pods see each other

what now:
  - run again with --kanister-keep to leave cluster and database in place"""
    )


@pytest.mark.parametrize("where", ["", "gone.yaml:3:4", "no-number", "gone.yaml:0:0"])
def test_a_place_that_cannot_be_shown_is_left_out(where: str) -> None:
    assert source_lines(where) == []


def test_a_line_beyond_the_file_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("one\n")

    assert source_lines(f"{file}:2:1") == []


def test_json_holds_everything() -> None:
    body = result_as_json(result(SEED, verdict=Verdict.PROVEN))

    assert json.loads(json.dumps(body)) == {
        "name": "accounts",
        "verdict": "proven",
        "cause": "",
        "seconds": 1.25,
        "steps": [
            {
                "step": "seed",
                "verdict": "proven",
                "summary": "9 rows of dataset accounts loaded",
                "seconds": 0.051,
                "where": "",
                "facts": {},
                "detail": "",
            }
        ],
        "ran": RAN,
        "losses": ["pods see each other"],
    }
