"""The steps beyond the plain circle, on a stage in memory."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._model.results import ScenarioResult, Verdict
from pytest_kanister._scenario import load_scenario
from pytest_kanister._scenario.runner import run_steps
from pytest_kanister.errors import RoundTripMismatch
from tests.scenario.memory import MemoryStage

HEAD = """\
apiVersion: pytest-kanister/v1
kind: Scenario
metadata: {name: circle}
spec:
  workload: {kind: memory, name: m, namespace: app}
  blueprint: b.yaml
"""


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def run(steps: str, stage: MemoryStage | None = None, spec: str = "") -> ScenarioResult:
        path = tmp_path / "s.kanister.yaml"
        lines = "".join(f"    - {line}\n" for line in steps.strip().splitlines())
        path.write_text(f"{HEAD}{spec}  steps:\n{lines}")
        return run_steps(load_scenario(path), stage or MemoryStage())

    return run


def ended(result: ScenarioResult) -> tuple[str, str, str]:
    last = result.steps[-1]
    return last.step, last.verdict.value, f"{last.summary}\n{last.detail}"


OLDER = """
seed: accounts
backup: {name: first}
sql: add later 7
backup: {name: second}
damage: {drop: everything}
restore: {backup: first}
verify: {rows: exact}
restore: {backup: second}
verify: {rows: exact}
"""


def test_the_older_of_two_backups_brings_back_what_it_held(run: Any) -> None:
    result = run(OLDER)

    assert result.verdict is Verdict.PROVEN, ended(result)
    rows = [step.facts["rows"] for step in result.steps if step.step == "verify"]
    assert rows == [2, 3]


def test_a_blueprint_that_always_restores_the_newest_is_found(run: Any) -> None:
    class Newest(MemoryStage):
        def restore(self, backup: Any, **more: Any) -> str:
            newest = self.bucket.objects()[-1]
            return super().restore(_with(backup, newest), **more)

    step, verdict, text = ended(run(OLDER, Newest()))

    assert (step, verdict) == ("verify", "different")
    assert "later" in text


def _with(backup: Any, stored: Any) -> Any:
    return replace(backup, objects=(stored,))


def test_two_backups_at_one_path_are_different(run: Any) -> None:
    stage = MemoryStage()
    stage.path = "dump.gz"

    step, verdict, text = ended(run(OLDER, stage))

    assert (step, verdict) == ("backup", "different")
    assert "it overwrote backup 'first'" in text


@pytest.mark.slow
def test_paths_of_one_second_are_a_finding_and_the_step_waits(run: Any) -> None:
    stage = MemoryStage()
    stage.coarse = "`date +%s`, which changes once a second"
    while time.time() % 1 > 0.5:  # the first backup must not end with its second
        time.sleep(0.05)

    result = run(OLDER, stage)

    assert result.verdict is Verdict.PROVEN
    (finding,) = result.steps[3].facts["findings"]
    assert finding.startswith("two backups within one second would get the same path")
    assert finding.endswith("the step waited for the next second")
    assert 0.3 < result.steps[3].seconds < 1.2
    assert "findings" not in result.steps[1].facts


def test_restoring_twice_may_do_harm(run: Any) -> None:
    steps = """
    seed: accounts
    backup: {}
    damage: {drop: everything}
    restore: {}
    verify: {}
    restore: {}
    verify: {}
    """.replace("    ", "")
    grown: list[tuple[str, int]] = []

    def appending(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
        grown.extend(rows)
        return list(grown)

    assert run(steps).verdict is Verdict.PROVEN
    result = run(steps, MemoryStage(load=appending))
    assert [step.verdict.value for step in result.steps[-3:]] == ["proven", "proven", "different"]


FRESH = """
seed: accounts
backup: {}
restore: {into: fresh}
verify: {rows: exact}
restore: {into: {namespace: elsewhere, name: other, image: x}}
verify: {rows: exact}
sql: {statement: show all, expect: [[nick, 0], [edwin, 144]], in: restored}
"""


def test_a_fresh_workload_and_another_namespace(run: Any) -> None:
    stage = MemoryStage()

    result = run(FRESH, stage)

    assert result.verdict is Verdict.PROVEN, ended(result)
    specs = [more["spec"] for word, more in stage.asked if word == "fresh"]
    assert [(spec.namespace, spec.name) for spec in specs] == [
        ("app-fresh", "m"),
        ("elsewhere", "other"),
    ]
    assert specs[1].options == {"image": "x"}


@pytest.mark.parametrize("word", ["missing", "truncated", "empty"])
def test_a_damaged_artifact_must_make_the_restore_fail(run: Any, word: str) -> None:
    steps = f"""
seed: accounts
backup: {{}}
damage: {{artifact: {word}}}
expectFailure: {{of: {{restore: {{}}}}, message: no backup}}
"""

    result = run(steps)

    assert result.verdict is Verdict.PROVEN, ended(result)
    assert "failed as expected" in result.steps[-1].summary


def test_a_restore_that_says_nothing_of_an_empty_artifact_is_different(run: Any) -> None:
    class Silent(MemoryStage):
        def restore(self, backup: Any, **more: Any) -> str:
            return "restore-1"

    steps = (
        "seed: accounts\nbackup: {}\ndamage: {artifact: empty}\nexpectFailure: {of: {restore: }}"
    )

    step, verdict, text = ended(run(steps, Silent()))

    assert (step, verdict) == ("expectFailure", "different")
    assert "expected restore to fail, found it done" in text


def test_another_failure_than_the_expected_one_is_different(run: Any) -> None:
    steps = (
        "seed: accounts\nbackup: {}\ndamage: {artifact: empty}\n"
        "expectFailure: {of: {restore: }, message: disk full}"
    )

    assert "does not say 'disk full'" in ended(run(steps))[2]


def test_a_fresh_workload_is_deployed_although_the_source_was_there(tmp_path: Path) -> None:
    stage = MemoryStage()
    there = "namespace: app, image: y, existing: true, destructive: allowed}"
    path = tmp_path / "s.kanister.yaml"
    steps = "".join(f"    - {line}\n" for line in FRESH.strip().splitlines())
    path.write_text(f"{HEAD.replace('namespace: app}', there)}  steps:\n{steps}")

    run_steps(load_scenario(path), stage)

    specs = [more["spec"] for word, more in stage.asked if word == "fresh"]
    assert [spec.options for spec in specs] == [{"image": "y"}, {"image": "x"}]


def test_harm_that_only_we_notice_is_no_expected_failure(run: Any) -> None:
    stage = MemoryStage()

    def delete(backup: Any, **_more: Any) -> str:
        raise RoundTripMismatch("ActionSet delete-1 (delete) hit what is not its own", "x is gone")

    stage.delete = delete  # type: ignore[method-assign] # a Blueprint that deletes too much
    steps = "seed: accounts\nbackup: {}\nexpectFailure: {of: {delete: }}"

    assert ended(run(steps, stage))[:2] == ("expectFailure", "different")


@pytest.mark.parametrize(
    ("own", "spec", "limit_s"),
    [
        ("{timeoutSeconds: 7}", "", 7),
        ("", "  timeouts: {restore: 8, default: 9}\n", 8),
        ("", "  timeouts: {expectFailure: 6, restore: 8}\n", 6),
        ("", "  timeouts: {default: 9}\n", 9),
    ],
)
def test_a_step_that_must_fail_keeps_its_limit(
    run: Any, own: str, spec: str, limit_s: float
) -> None:
    stage = MemoryStage()
    steps = (
        "seed: accounts\nbackup: {}\ndamage: {artifact: empty}\nexpectFailure: {of: {restore: %s}}"
    )

    assert run(steps % own, stage, spec).verdict is Verdict.PROVEN
    assert dict(stage.asked)["restore"]["timeout_s"] == limit_s


def test_a_refused_statement_can_be_expected(run: Any) -> None:
    steps = "seed: accounts\nexpectFailure: {of: {sql: refuse it}, message: error 1}"

    assert run(steps).verdict is Verdict.PROVEN


def test_a_named_snapshot(run: Any) -> None:
    steps = """
seed: accounts
snapshot: before
sql: add x 1
backup: {}
damage: {drop: everything}
restore: {}
verify: {}
verify: {against: before, rows: exact}
"""

    result = run(steps)

    assert [step.verdict.value for step in result.steps[-2:]] == ["proven", "different"]


def test_rows_that_are_not_the_expected_ones(run: Any) -> None:
    steps = "seed: accounts\nsql: {statement: show all, expect: [[nick, 1]]}\n"

    step, verdict, text = ended(run(steps))

    assert (step, verdict) == ("sql", "different")
    assert "expected\n  nick, 1\nfound\n  nick, 0\n  edwin, 144" in text


def test_exec_compares_status_and_output(run: Any) -> None:
    ok = "seed: accounts\nexec: {command: [echo], expect: {stdout: hell}}\ncall: c.py::f"
    result = run(ok)
    assert result.steps[1].verdict is Verdict.PROVEN
    bad = ended(run("seed: accounts\nexec: [fail]\ncall: c.py::f"))
    assert bad[:2] == ("exec", "different")
    assert "expected exit status 0, found 3" in bad[2]
    assert "hello" in bad[2]


def test_apply_and_wait(run: Any, tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        "apiVersion: v1\nkind: Job\nmetadata: {name: j}\n"
        "status: {done: true, conditions: [{type: Ready, status: 'True'}]}\n"
    )
    steps = """
seed: accounts
apply: {file: job.yaml}
wait: {kind: Job, name: j, until: exists}
wait: {kind: Job, name: j, until: {condition: Ready}}
wait: {kind: Job, name: j, until: {path: status.done, value: true}}
wait: {kind: Job, name: j, until: {path: status.conditions.0.type, value: Ready}}
wait: {kind: Pod, name: p, until: gone}
wait: {kind: Pod, name: p, until: exists, timeoutSeconds: 0.05}
call: c.py::f
"""

    result = run(steps)

    assert [step.verdict.value for step in result.steps[1:-1]] == ["proven"] * 6
    assert result.steps[-1].verdict is Verdict.DIFFERENT
    assert "after 0.05 s it is not so that Pod p exists" in result.steps[-1].summary


def test_apply_says_what_is_wrong_with_a_file(run: Any, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("kind: Job\n")

    assert "expected a manifest" in ended(run("apply: {file: odd.yaml}\ncall: c.py::f"))[2]
    assert "cannot be read" in ended(run("apply: {file: no.yaml}\ncall: c.py::f"))[2]


CALLS = """
def seen(run, name):
    assert run.workload.rows and list(run.backups) == ["1"]
    return f"{name} seen"

def wrong(run):
    assert run.workload.rows == [], "rows are there"

def broken(run):
    return 1 / 0
"""


def test_call(run: Any, tmp_path: Path) -> None:
    (tmp_path / "c.py").write_text(CALLS)
    begin = "seed: accounts\nbackup: {}\n"

    good = run(f"{begin}call: {{function: 'c.py::seen', arguments: {{name: it}}}}")
    assert good.verdict is Verdict.PROVEN
    assert good.steps[-1].summary == "it seen"
    wrong = ended(run(f"{begin}call: c.py::wrong"))
    assert wrong[1] == "different"
    assert "rows are there" in wrong[2]
    broken = ended(run(f"{begin}call: c.py::broken"))
    assert broken[1] == "error"
    assert "ZeroDivisionError" in broken[2]
    assert "c.py:10 in broken" in broken[2]
    assert "cannot be had" in ended(run(f"{begin}call: c.py::nobody"))[2]
    assert "there is no Python file" in ended(run(f"{begin}call: d.py::f"))[2]
    assert "No module named" in ended(run(f"{begin}call: 'no_such_package:f'"))[2]


@pytest.mark.parametrize(
    ("body", "verdict", "says"),
    [
        ("def f(run): return len(run.workload.rows) == 3", "different", "c.py::f returned False"),
        ("def f(run): return len(run.workload.rows) == 2", "proven", "c.py::f returned"),
        ("async def f(run): assert False", "error", "returned a coroutine, which says nothing"),
        ("def f(run): yield", "error", "returned a generator"),
        ("def f(run): return run.workload.rows", "error", "returned a list"),
        ("1 / 0\ndef f(run): pass", "error", "ZeroDivisionError: division by zero"),
        ("import pytest\ndef f(run): pytest.fail('two rows')", "different", "c.py::f: two rows"),
    ],
)
def test_what_a_called_function_returns_is_not_passed_over(
    run: Any, tmp_path: Path, body: str, verdict: str, says: str
) -> None:
    (tmp_path / "c.py").write_text(body)
    result = ended(run("seed: accounts\nbackup: {}\ncall: c.py::f"))

    assert result[1] == verdict
    assert says in result[2]


def test_the_end_of_a_tests_time_is_no_difference(run: Any, tmp_path: Path) -> None:
    (tmp_path / "pytest_timeout.py").write_text("import pytest\ndef over(): pytest.fail('late')")
    (tmp_path / "c.py").write_text(
        "import pathlib, importlib.util\n"
        "spec = importlib.util.spec_from_file_location(\n"
        "    'late', pathlib.Path(__file__).with_name('pytest_timeout.py'))\n"
        "late = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(late)\n"
        "def f(run): late.over()\n"
    )
    with pytest.raises(pytest.fail.Exception, match="late"):
        run("seed: accounts\nbackup: {}\ncall: c.py::f")


CIRCLE = """
seed: accounts
backup: {}
damage: {drop: everything}
restore: {}
verify: {}
"""


@pytest.mark.parametrize(
    ("budget", "step"), [("backupSeconds", "backup"), ("rtoSeconds", "restore")]
)
def test_a_budget_that_is_not_kept_is_different(run: Any, budget: str, step: str) -> None:
    class Slow(MemoryStage):
        def backup(self, blueprint: Any, **more: Any) -> Any:
            time.sleep(0.02)
            return super().backup(blueprint, **more)

        def restore(self, backup: Any, **more: Any) -> str:
            time.sleep(0.02)
            return super().restore(backup, **more)

    assert run(CIRCLE, Slow(), f"  budgets: {{{budget}: 20}}\n").verdict is Verdict.PROVEN
    result = ended(run(CIRCLE, Slow(), f"  budgets: {{{budget}: 0.01}}\n"))
    assert result[:2] == (step, "different")
    assert f"the budget is 0.01 s ({budget})" in result[2]


def test_a_steps_own_limit_the_scenarios_and_the_default(run: Any) -> None:
    stage = MemoryStage()
    spec = "  timeouts: {default: 9, restore: 8, delete: 7}\n"

    run(f"{CIRCLE}delete: {{timeoutSeconds: 3}}\nverifyDeleted: {{}}", stage, spec)

    assert {word: more["timeout_s"] for word, more in stage.asked} == {
        "backup": 9,
        "restore": 8,
        "delete": 3,
    }


def test_a_step_that_cannot_be_stopped_is_judged_when_it_ends(run: Any) -> None:
    result = ended(
        run("seed: accounts\npause: 0.02\ncall: c.py::f", None, "  timeouts: {pause: 0.01}\n")
    )

    assert result[:2] == ("pause", "different")
    assert "it may take 0.01 s" in result[2]


def test_inputs_of_scenario_and_step_reach_the_actionset(run: Any) -> None:
    stage = MemoryStage()
    spec = "  options: {a: 1, b: x}\n  podOverride: {c: 1}\n  secrets: {s: {stringData: {k: v}}}\n"
    steps = CIRCLE.replace("restore: {}", "restore: {options: {b: y}, podOverride: {d: 2}}")

    run(steps, stage, spec)

    inputs = {word: more["inputs"] for word, more in stage.asked}
    assert inputs["backup"].options == {"a": "1", "b": "x"}
    assert inputs["restore"].options == {"a": "1", "b": "y"}
    assert inputs["restore"].pod_override == {"d": 2}
    assert inputs["backup"].secrets["s"].data["k"].reveal() == "v"
    assert "reveal" not in repr(inputs["backup"])
    assert "'v'" not in repr(inputs["backup"])


@pytest.mark.parametrize(
    ("known", "verdict", "says"),
    [
        ("{loss: rows, in: t, why: w, until: 2999-01-01}", "proven", "1 known losses"),
        ("{loss: table, why: w, until: 2999-01-01}", "proven", "1 known losses"),
        ("{loss: rows, in: u, why: w, until: 2999-01-01}", "different", "edwin"),
        ("{loss: rows, in: t, why: w, until: 2020-01-01}", "different", "excused no longer"),
        ("{loss: events, why: w, until: 2999-01-01}", "different", "edwin"),
    ],
)
def test_known_losses(run: Any, known: str, verdict: str, says: str) -> None:
    lossy = MemoryStage(load=lambda rows: rows[:1])

    result = run(CIRCLE, lossy, f"  known: [{known}]\n")

    assert result.verdict.value == verdict
    assert says in ended(result)[2]


def test_a_known_loss_that_does_not_occur_is_different(run: Any) -> None:
    known = "  known: [{loss: events, in: shop, why: w, until: 2999-01-01}]\n"

    step, verdict, text = ended(run(CIRCLE, None, known))

    assert (step, verdict) == ("verify", "different")
    assert "a known loss did not occur: events in shop" in text
    assert "take the entry out of spec.known" in text


def test_deleting_one_of_two_leaves_the_other(run: Any) -> None:
    steps = """
seed: accounts
backup: {name: first}
backup: {name: second}
delete: {backup: first}
verifyDeleted: {}
delete: {backup: second, target: namespace}
verifyDeleted: {}
"""
    stage = MemoryStage()

    result = run(steps, stage)

    assert result.verdict is Verdict.PROVEN, ended(result)
    assert "1 of the other backups' alone" in result.steps[4].summary
    assert "is empty again" in result.steps[6].summary
    assert stage.asked[-1][1]["target"].kind == "namespace"


def test_no_secret_in_a_result(run: Any, tmp_path: Path) -> None:
    (tmp_path / "c.py").write_text("def f(run):\n    assert False, 'it is s3cret'\n")

    result = run("seed: accounts\ncall: c.py::f")

    assert "s3cret" not in str(result)
    assert "it is ***" in result.steps[-1].summary
