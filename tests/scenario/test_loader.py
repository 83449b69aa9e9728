"""Scenario files: what is accepted, and where the errors point."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from pytest_kanister._scenario import load_scenario, load_scenarios
from pytest_kanister.errors import ScenarioError, VacuousScenario

WHOLE = """\
apiVersion: pytest-kanister/v1
kind: Scenario
metadata:
  name: accounts
  description: They survive
spec:
  workload: {kind: mysql, name: mysql-store, namespace: app, image: "mysql:9.7"}
  blueprint: b.yaml
  steps:
    - seed: accounts
    - backup: {}
    - damage: {drop: myImportantData}
    - restore: {}
    - verify: {rows: exact, schema: exact, extra: none}
    - delete: {}
    - verifyDeleted: {}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "s.kanister.yaml"
    path.write_text(dedent(text))
    return path


def test_a_whole_scenario(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, WHOLE))

    assert scenario.name == "accounts"
    assert scenario.description == "They survive"
    assert scenario.workload.kind == "mysql"
    assert scenario.workload.namespace == "app"
    assert scenario.workload.options == {"image": "mysql:9.7"}
    assert scenario.blueprint == "b.yaml"
    assert [step.kind for step in scenario.steps] == [
        "seed", "backup", "damage", "restore", "verify", "delete", "verifyDeleted",
    ]  # fmt: skip
    assert scenario.steps[2].mark.line == 12
    assert scenario.steps[2].mark.column == 7
    assert scenario.mark.line == 4


def test_steps_left_out_are_the_whole_circle(tmp_path: Path) -> None:
    head = WHOLE[: WHOLE.index("  steps:")]

    default = load_scenario(write(tmp_path, head)).steps
    everything = WHOLE.replace("extra: none", "code: exact, users: exact, extra: none")
    listed = load_scenario(write(tmp_path, everything)).steps

    assert [(s.kind, s.arguments) for s in default] == [(s.kind, s.arguments) for s in listed]


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "says"),
    [
        ("kind: Scenario", "kind: Test", 2, 1, "kind: expected Scenario, found 'Test'"),
        ("pytest-kanister/v1", "v2", 1, 1, "expected pytest-kanister/v1"),
        ("blueprint: b.yaml", "bluprint: b.yaml", 8, 3, "did you mean 'blueprint'?"),
        ("name: accounts\n", "name: accounts\n  name: b\n", 5, 3, "'name' stands here twice"),
        ("- backup: {}", "- bakup: {}", 11, 7, "there is no step 'bakup'"),
        ("- backup: {}", "- backup: {fast: true}", 11, 16, "unknown key 'fast'"),
        ("- backup: {}", "- {backup: {}, seed: b}", 11, 7, "expected one step"),
        ("rows: exact", "rows: about", 14, 16, "expected exact, found 'about'"),
        ("extra: none", "extras: none", 14, 44, "did you mean 'extra'?"),
        ("{drop: myImportantData}", "{}", 12, 7, "found an empty mapping"),
        ("spec:\n", "spec:\n  profile: x\n", 7, 3, "unknown key 'profile'"),
        ("name: accounts\n", "name: a::b\n", 4, 3, "no '::'"),
        ("- backup: {}", "- backup: {name: a}\n    - backup: {name: a}", 12, 7, "twice"),
        ("- restore: {}", "- restore: {backup: b}", 13, 7, "there is no backup 'b' above"),
        ("- restore: {}", "- restore: {into: there}", 13, 17, "expected fresh"),
        ("- restore: {}", "- restore: {timeoutSeconds: 0}", 13, 17, "seconds above zero"),
        ("- restore: {}", "- restore: {secrets: {a: {}}}", 13, 27, "either 'name'"),
        ("rows: exact", "against: x, rows: exact", 14, 7, "no snapshot 'x' above"),
        ("- delete: {}", "- delete: {target: pod}", 15, 16, "expected workload or namespace"),
        ("- delete: {}", "- pause: soon", 15, 7, "expected seconds above zero, found 'soon'"),
        ("- delete: {}", "- call: nothing", 15, 7, "expected a function"),
        ("- delete: {}", "- exec: []", 15, 7, "expected a program"),
        ("- delete: {}", "- apply: {}", 15, 7, "either 'file' or 'manifest'"),
        ("- delete: {}", "- sql: {expect: []}", 15, 7, "'statement' is missing"),
        ("- delete: {}", "- wait: {kind: Pod, name: a, until: no}", 15, 34, "exists or gone"),
        ("- delete: {}", "- expectFailure: {of: {seed: a}}", 15, 28, "cannot be expected"),
        ("- delete: {}", "- damage: {artifact: odd}", 15, 16, "missing or truncated or empty"),
        ("spec:\n", "spec:\n  timeouts: {bakup: 1}\n", 7, 14, "did you mean 'backup'"),
        ("spec:\n", "spec:\n  budgets: {rtoSeconds: no}\n", 7, 13, "seconds above zero"),
        ("spec:\n", "spec:\n  requires: {docker: no}\n", 7, 14, "unknown key 'docker'"),
        ("spec:\n", "spec:\n  marks: [{a: 1, b: 2}]\n", 7, 11, "expected one marker"),
        ("spec:\n", "spec:\n  marks: [{xfail: {raises: x}}]\n", 7, 12, "Python values"),
        ("spec:\n", "spec:\n  matrix: {store: []}\n", 7, 3, "at least one axis"),
        ("spec:\n", "spec:\n  matrix: {store: [a, a]}\n", 7, 12, "'a' stands here twice"),
        ("spec:\n", "spec:\n  known: [{loss: a, why: b, until: c}]\n", 7, 29, "such as 2027"),
        (
            "spec:\n",
            "spec:\n  known: [{loss: a, why: b, until: 2027-01-31T12:00:00}]\n",
            7, 29, "found 2027-01-31 12:00:00",
        ),
        ("- delete: {}", "- pause: .inf", 15, 7, "expected seconds above zero, found inf"),
        ("- delete: {}", "- pause: .nan", 15, 7, "expected seconds above zero, found nan"),
        ("spec:\n", "spec:\n  timeouts: {backup: .nan}\n", 7, 14, "found nan"),
        ("- restore: {}", "- restore: {into: {name: 3}}", 13, 24, "expected a text, found 3"),
        ("spec:\n", "spec:\n  matrix: {workload: [{name: 3}]}\n", 7, 24, "expected a text"),
        ("spec:\n", "spec:\n  marks: [{usefixtures: a}]\n", 7, 11, "for Python functions"),
        ("spec:\n", "spec:\n  marks: [parametrize]\n", 7, 11, "under spec.matrix"),
        ("- backup: {}", "- backup: &b {options: *b}", 11, 15, "an alias stands inside"),
        ("- backup: {}", "- backup: {<<: {name: a}}", 11, 16, "merge key '<<'"),
        ("- backup: {}", "- backup: {!!int a: b}", 11, 16, "not a value that can be read"),
    ],
)  # fmt: skip
def test_errors_point_at_the_place(
    tmp_path: Path, old: str, new: str, line: int, column: int, says: str
) -> None:
    assert old in WHOLE
    path = write(tmp_path, WHOLE.replace(old, new, 1))

    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)

    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.file.endswith("s.kanister.yaml")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("without", "line"),
    [("damage", 12), ("seed", 10), ("restore", 13), ("backup", 11)],
)
def test_a_circle_with_a_hole_is_refused_where_it_shows(
    tmp_path: Path, without: str, line: int
) -> None:
    text = "\n".join(row for row in WHOLE.splitlines() if f"- {without}:" not in row)

    with pytest.raises(ScenarioError, match=f"needs '{without}' before it") as caught:
        load_scenario(write(tmp_path, text))

    assert caught.value.line == line


def test_a_scenario_that_compares_nothing_is_vacuous(tmp_path: Path) -> None:
    text = "\n".join(row for row in WHOLE.splitlines() if "verify" not in row)

    with pytest.raises(VacuousScenario, match="cannot fail"):
        load_scenario(write(tmp_path, text))


def test_verify_without_restore_is_vacuous(tmp_path: Path) -> None:
    text = "\n".join(row for row in WHOLE.splitlines() if "- restore" not in row)

    with pytest.raises(VacuousScenario, match="needs 'restore'"):
        load_scenario(write(tmp_path, text))


def test_comparing_with_a_snapshot_just_taken_is_vacuous(tmp_path: Path) -> None:
    looked = "    - snapshot: now\n    - verify: {against: now}\n"
    head, restore, tail = WHOLE.partition("    - restore: {}\n")
    path = write(tmp_path, head + looked + restore + tail)
    with pytest.raises(VacuousScenario, match="nothing has happened since the snapshot 'now'"):
        load_scenario(path)

    between = looked.replace("    - verify", "    - exec: [true]\n    - verify")
    write(tmp_path, head + between + restore + tail)
    assert len(load_scenario(path).steps) == 10


def test_unverified_names_a_check_that_a_step_asks_for(tmp_path: Path) -> None:
    tail = '  unverified:\n    - {check: users, why: "the proof does not see them"}\n'
    asked = WHOLE.replace("extra: none", "users: exact")

    scenario = load_scenario(write(tmp_path, asked + tail))

    assert scenario.unverified[0].check == "users"
    with pytest.raises(ScenarioError, match="no step asks for the check 'users'"):
        load_scenario(write(tmp_path, WHOLE + tail))


def test_several_scenarios_in_one_file(tmp_path: Path) -> None:
    path = write(tmp_path, f"{WHOLE}---\n{WHOLE.replace('name: accounts', 'name: other')}")

    assert [scenario.name for scenario in load_scenarios(path)] == ["accounts", "other"]
    with pytest.raises(ScenarioError, match="found 2: accounts, other"):
        load_scenario(path)


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="'accounts' stands here twice"):
        load_scenarios(write(tmp_path, f"{WHOLE}---\n{WHOLE}"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty file"),
        ("a: [", "not valid YAML"),
        ("- 1", "expected a mapping, found a list"),
    ],
)
def test_what_is_no_scenario_at_all(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        load_scenarios(write(tmp_path, text))


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario("nowhere.kanister.yaml")


def test_an_unknown_workload_has_no_default_steps(tmp_path: Path) -> None:
    head = WHOLE[: WHOLE.index("  steps:")].replace("kind: mysql", "kind: db9")

    with pytest.raises(ScenarioError, match="'db9' has no default steps"):
        load_scenario(write(tmp_path, head))
