"""Verdicts: what is proven, different, unverified or refused, step by step."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._model.references import Target
from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._scenario import load_scenario
from pytest_kanister._scenario.runner import run_scenario, run_steps
from pytest_kanister._scenario.stage import Backup
from pytest_kanister.errors import ActionSetFailed, EnvironmentProblem
from tests.scenario.memory import MemoryStage

STEPS = """\
    - seed: accounts
    - backup: {}
    - damage: {drop: everything}
    - restore: {}
    - verify: {}
    - delete: {}
    - verifyDeleted: {}
"""

HEAD = """\
apiVersion: pytest-kanister/v1
kind: Scenario
metadata: {name: circle}
spec:
  workload: {kind: memory, name: m}
  blueprint: b.yaml
  steps:
"""


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def run(stage: MemoryStage, steps: str = STEPS) -> ScenarioResult:
        path = tmp_path / "s.kanister.yaml"
        path.write_text(HEAD + steps)
        return run_steps(load_scenario(path), stage)

    return run


def test_the_whole_circle(run: Any) -> None:
    result = run(MemoryStage())

    assert result.verdict is Verdict.PROVEN
    assert [step.step for step in result.steps] == [
        "seed", "backup", "damage", "restore", "verify", "delete", "verifyDeleted",
    ]  # fmt: skip
    assert {step.verdict for step in result.steps} == {Verdict.PROVEN}
    assert result.steps[0].facts["rows"] == 2
    assert result.steps[1].facts["objects"] == 1
    assert "a snapshot proves it gone" in result.steps[2].summary
    assert "2 of 2 rows came back exactly" in result.steps[4].summary
    assert result.ran == {"database": "Memory 1"}
    assert result.losses == ("nothing is durable",)
    assert result.steps[1].where.endswith("s.kanister.yaml:9:7")


@pytest.mark.parametrize(
    ("load", "says"),
    [
        (lambda rows: [], "nick"),
        (lambda rows: rows[:1], "edwin"),
        (lambda rows: [*rows, rows[0]], "nick"),
        (lambda rows: [("nick", 1), *rows[1:]], "balance"),
        (lambda rows: [("nick ", 0), *rows[1:]], "nick "),
    ],
    ids=["nothing", "one row less", "one row doubled", "one balance changed", "a space more"],
)
def test_what_came_back_wrong_is_different(run: Any, load: Any, says: str) -> None:
    result = run(MemoryStage(load=load))

    last = result.steps[-1]
    assert (last.step, last.verdict) == ("verify", Verdict.DIFFERENT)
    assert result.verdict is Verdict.DIFFERENT
    assert says in last.detail


@pytest.mark.parametrize(
    ("dump", "says"),
    [
        (lambda body: None, "holds no new object"),
        (lambda body: b"", "the object is empty"),
        (lambda body: body[: len(body) // 2], "gzip is damaged"),
        (lambda body: gzip.compress(b""), "holds nothing"),
    ],
    ids=["nothing stored", "empty object", "cut object", "empty stream"],
)
def test_what_is_no_backup_is_different_at_once(run: Any, dump: Any, says: str) -> None:
    result = run(MemoryStage(dump=dump))

    last = result.steps[-1]
    assert (last.step, last.verdict) == ("backup", Verdict.DIFFERENT)
    assert says in last.detail


def test_a_delete_that_deletes_nothing(run: Any) -> None:
    last = run(MemoryStage(forget=False)).steps[-1]

    assert (last.step, last.verdict) == ("verifyDeleted", Verdict.DIFFERENT)
    assert "dump-1.gz" in last.detail


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("drop: everything", "drop: nothing", "the damage changed nothing"),
        ("seed: accounts", "seed: nothing", "holds no row"),
    ],
)
def test_what_cannot_fail_is_refused(run: Any, old: str, new: str, says: str) -> None:
    result = run(MemoryStage(), STEPS.replace(old, new))

    last = result.steps[-1]
    assert last.verdict is Verdict.ERROR
    assert last.facts == {"error": "VacuousScenario", "exitCode": 2}
    assert says in last.detail


def test_a_restore_over_intact_data_is_refused(run: Any) -> None:
    class Healing(MemoryStage):
        def delete(self, backup: Backup, *, target: Target | None = None, **more: Any) -> str:
            self.workload.seed("accounts")
            return "delete-1"

    steps = STEPS.replace("    - delete: {}\n", "").replace(
        "    - restore", "    - delete: {}\n    - restore"
    )

    last = run(Healing(), steps).steps[-1]

    assert (last.step, last.verdict) == ("restore", Verdict.ERROR)
    assert "everything is there already" in last.detail


def test_a_check_that_the_proof_does_not_cover_is_unverified(run: Any) -> None:
    asked = STEPS.replace("verify: {}", "verify: {rows: exact, users: exact}")

    result = run(MemoryStage(), asked)

    assert result.verdict is Verdict.UNVERIFIED
    assert result.steps[4].verdict is Verdict.UNVERIFIED
    assert "users" in result.steps[4].summary
    assert result.steps[-1].step == "verifyDeleted"  # the other checks are made all the same


def test_an_unverified_check_that_is_listed_with_its_reason_passes(run: Any) -> None:
    asked = STEPS.replace("verify: {}", "verify: {rows: exact, users: exact}")
    listed = f"{asked}  unverified: [{{check: users, why: the proof is blind there}}]\n"

    result = run(MemoryStage(), listed)

    assert result.verdict is Verdict.PROVEN
    assert "the proof is blind there" in result.steps[4].detail


@pytest.mark.parametrize(
    ("error", "verdict", "exit_code"),
    [
        (
            ActionSetFailed("restore-1", namespace="k", action="restore", message="no"),
            Verdict.DIFFERENT,
            1,
        ),
        (EnvironmentProblem("no image", remedies=["map it"]), Verdict.ERROR, 4),
    ],
)
def test_errors_end_the_run_with_their_own_exit_code(
    run: Any, error: Exception, verdict: Verdict, exit_code: int
) -> None:
    result = run(MemoryStage(fail=error))

    last = result.steps[-1]
    assert (last.step, last.verdict) == ("restore", verdict)
    assert last.facts["exitCode"] == exit_code
    assert last.detail == str(error)


def test_run_scenario_closes_its_stage_and_tells_each_step(tmp_path: Path) -> None:
    path = tmp_path / "s.kanister.yaml"
    path.write_text(HEAD + STEPS)
    closed: list[Any] = []
    told: list[StepResult] = []

    class Host:
        stage = MemoryStage()

        def open_stage(self, kind: str, **_: Any) -> MemoryStage:
            assert kind == "memory"
            return self.stage

        def close_stage(self, stage: Any) -> None:
            closed.append(stage)

    result = run_scenario(load_scenario(path), Host(), told.append)

    assert closed == [Host.stage]
    assert tuple(told) == result.steps
