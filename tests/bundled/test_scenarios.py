"""What we ship: it loads, and it proves itself on the embedded cluster."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._harness.blueprints import find_blueprint
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._scenario import load_scenarios
from pytest_kanister.testing import Example

SCENARIOS = sorted(bundled("scenarios").rglob("*.kanister.yaml"))
OURS = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")
TUTORIALS = Path(__file__).parents[3] / "shared" / "seed" / "mysql-blueprint.yaml"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_it_loads_and_its_blueprint_is_there(path: Path) -> None:
    for scenario in load_scenarios(path):
        assert scenario.description
        blueprint = read_blueprint(find_blueprint(scenario.blueprint, path.parent))
        assert {"backup", "restore"} <= set(blueprint.actions)


def test_our_mysql_blueprint_is_a_drop_in_for_the_tutorials() -> None:
    if not TUTORIALS.exists():
        pytest.skip("the tutorial's Blueprint is not on this machine")
    ours, theirs = read_blueprint(OURS), read_blueprint(TUTORIALS)

    assert ours.name == theirs.name
    assert set(ours.actions) == set(theirs.actions)
    for action in theirs.actions:
        mine, other = ours.data["actions"][action], theirs.data["actions"][action]
        assert mine.get("inputArtifactNames") == other.get("inputArtifactNames")
        assert {name: set(artifact["keyValue"]) for name, artifact in artifacts(mine)} == {
            name: set(artifact["keyValue"]) for name, artifact in artifacts(other)
        }
        # The same ActionSet fits both: they read the same of it.
        for word in ("Object.metadata.labels", "StatefulSet", "Namespace.Name", "ArtifactsIn"):
            assert (word in str(mine)) == (word in str(other)), (action, word)
    for text in ("app.kubernetes.io/instance", "mysql-root-password"):
        assert text in str(ours.data)
        assert text in str(theirs.data)


def artifacts(action: dict[str, object]) -> list[tuple[str, dict[str, dict[str, str]]]]:
    found = action.get("outputArtifacts") or {}
    assert isinstance(found, dict)
    return list(found.items())


def test_our_mysql_blueprint_puts_no_password_into_an_argument() -> None:
    text = OURS.read_text()

    assert not re.search(r"--password|-p[\"'$]", text)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_it_proves_itself(path: Path, tmp_path: Path) -> None:
    run = Example(tmp_path).run_pytest(str(path), "-W", "error", "--strict-markers", "-rA")

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": len(load_scenarios(path))}, run
    assert re.search(r"database +MySQL \d+\.\d+", run.stdout), run.stdout


@pytest.mark.slow
def test_the_tutorials_blueprint_proves_itself_unchanged(tmp_path: Path) -> None:
    if not TUTORIALS.exists():
        pytest.skip("the tutorial's Blueprint is not on this machine")
    (scenario,) = [path for path in SCENARIOS if path.name == "accounts.kanister.yaml"]
    text = re.sub(r"blueprint: .*", f"blueprint: {TUTORIALS}", scenario.read_text())

    run = Example(tmp_path, {"a.kanister.yaml": text}).run_pytest("-rA")

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": 1}, run
