"""The section at a run's end, as whole texts."""

from __future__ import annotations

from typing import Any

from pytest_kanister._report.closing import closing_report, scenario_table

STEPS = [
    {"step": "seed", "seconds": 0.051, "verdict": "proven", "facts": {"rows": 9}},
    {"step": "backup", "seconds": 1.5, "verdict": "proven", "facts": {"bytes": 262855}},
    {"step": "verify", "seconds": 0.1, "verdict": "proven", "facts": {"rows": 1234}},
]


def record(name: str, verdict: str = "proven", **more: Any) -> dict[str, Any]:
    return {
        "nodeid": f"{name}.kanister.yaml::{name}",
        "verdict": verdict,
        "cause": "",
        "seconds": 1.651,
        "steps": STEPS,
        "ran": {"cluster": "embedded", "store": "S 4"},
        "losses": ["no walls"],
        "command": f"pytest {name}.kanister.yaml::{name}",
        **more,
    }


def test_a_scenario_as_a_table() -> None:
    assert scenario_table(record("a")) == [
        "     step      seconds    bytes   rows  verdict",
        "     seed         0.05               9  proven",
        "     backup       1.50  262,855         proven",
        "     verify       0.10           1,234  proven",
        "     together     1.65                  proven",
    ]


def texts(records: list[dict[str, Any]], verbosity: int = 0) -> list[str]:
    return [text for text, _ in closing_report(records, verbosity=verbosity)]


def test_the_whole_section() -> None:
    lines = texts([record("a"), record("b")], verbosity=-1)

    assert lines == [
        "proven  a.kanister.yaml::a  embedded  1.65 s",
        "proven  b.kanister.yaml::b  embedded  1.65 s",
        "what really ran:",
        "  store      S 4",
        "  cluster    embedded",
        "  lost       no walls",
    ]


def test_each_thing_that_ran_is_named_once() -> None:
    other = record("b", ran={"database": "MySQL 8", "store": "S 4"}, losses=["no walls", "slow"])
    lines = texts([record("a", ran={"database": "MySQL 9", "store": "S 4"}), other], verbosity=-1)

    assert lines[-4:] == [
        "  database   MySQL 9, MySQL 8",
        "  store      S 4",
        "  lost       no walls",
        "  lost       slow",
    ]
    assert texts([]) == []


def test_what_failed_says_where_its_evidence_is_and_how_to_repeat_it() -> None:
    bad = record("b", "different", cause="data", artifacts="/x/b")

    lines = texts([record("a"), bad], verbosity=-1)

    assert "different (data)  b.kanister.yaml::b  embedded  1.65 s" in lines
    assert "    evidence: /x/b" in lines
    assert "    repeat:   pytest b.kanister.yaml::b" in lines
    assert sum(line.endswith("verdict") for line in lines) == 1  # the failed one's table


def test_many_scenarios_have_a_line_each_unless_one_asks() -> None:
    many = [record(str(number)) for number in range(6)]

    assert not any(line.endswith("verdict") for line in texts(many))
    assert sum(line.endswith("verdict") for line in texts(many, verbosity=1)) == 6
    assert sum(line.endswith("verdict") for line in texts(many[:5])) == 5


def test_a_test_of_ones_own_has_no_table() -> None:
    own = {"nodeid": "t.py::t", "ran": {"store": "S 4"}, "losses": [], "command": "pytest t.py::t"}

    assert texts([own]) == ["  store      S 4"]


def test_a_failed_test_of_ones_own_says_where_its_evidence_is() -> None:
    own = {"nodeid": "t.py::t", "ran": {"store": "S 4"}, "losses": [], "command": "pytest t.py::t"}

    assert texts([{**own, "outcome": "failed", "artifacts": "/x/t"}]) == [
        "failed  t.py::t",
        "    evidence: /x/t",
        "    repeat:   pytest t.py::t",
        "what really ran:",
        "  store      S 4",
    ]


def test_findings_are_told_although_the_step_is_proven() -> None:
    step = {**STEPS[1], "facts": {"findings": ["paths tell seconds apart only"]}}

    assert "    finding: paths tell seconds apart only" in texts([record("a", steps=[step])])
