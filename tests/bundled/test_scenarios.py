"""What we ship: it loads, and our Blueprints fit where the public ones do."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._harness.blueprints import find_blueprint
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._scenario import load_scenarios
from pytest_kanister.testing import Example

SCENARIOS = sorted(bundled("scenarios").rglob("*.kanister.yaml"))
BLUEPRINTS = bundled("fixtures", "blueprints")
BESIDE = Path(__file__).parents[3] / "shared"
TUTORIALS = BESIDE / "seed" / "mysql-blueprint.yaml"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE / "corpus" / "blueprints"))

# Ours; the public one; what both read of the ActionSet's object and of its Secret.
DROP_INS = {
    "mysql-blueprint.yaml": (TUTORIALS, ("app.kubernetes.io/instance", "mysql-root-password")),
    "mariadb-blueprint.yaml": (
        CORPUS / "maria" / "maria-blueprint.yaml",
        (".StatefulSet.Name ", "mariadb-root-password"),
    ),
    "postgresql-blueprint.yaml": (
        CORPUS / "postgres" / "v10.16.2" / "postgres-blueprint.yaml",
        ("app.kubernetes.io/instance", "-postgresql", "postgresql-password"),
    ),
    "redis-blueprint.yaml": (
        CORPUS / "redis" / "redis-blueprint.yaml",
        ("app.kubernetes.io/component", "redis-password"),
    ),
    "files-blueprint.yaml": (
        CORPUS / "time-log" / "time-log-blueprint.yaml",
        ("test-container", "/var/log"),
    ),
}


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_loads_and_its_blueprint_is_there(path: Path) -> None:
    for scenario in load_scenarios(path):
        assert scenario.description
        blueprint = read_blueprint(find_blueprint(scenario.blueprint, path.parent))
        assert {"backup", "restore"} <= set(blueprint.actions)


@pytest.mark.parametrize("name", DROP_INS)
def test_ours_is_a_drop_in_for_the_public_one(name: str) -> None:
    public, words = DROP_INS[name]
    if not public.exists():
        pytest.skip(f"the public Blueprint is not on this machine: {public.name}")
    ours, theirs = read_blueprint(BLUEPRINTS / name), read_blueprint(public)

    assert ours.name == theirs.name
    assert set(ours.actions) == set(theirs.actions)
    for action in theirs.actions:
        mine, other = ours.data["actions"][action], theirs.data["actions"][action]
        assert mine.get("inputArtifactNames") == other.get("inputArtifactNames")
        assert {name: set(artifact["keyValue"]) for name, artifact in artifacts(mine)} == {
            name: set(artifact["keyValue"]) for name, artifact in artifacts(other)
        }
        # The same ActionSet fits both: they read the same of it.
        for word in ("Object.metadata.", "StatefulSet", "Namespace.Name", "ArtifactsIn"):
            assert (word in str(mine)) == (word in str(other)), (action, word)
    for text in words:
        assert text in str(ours.data)
        assert text in str(theirs.data)


def artifacts(action: dict[str, object]) -> list[tuple[str, dict[str, dict[str, str]]]]:
    found = action.get("outputArtifacts") or {}
    assert isinstance(found, dict)
    return list(found.items())


@pytest.mark.parametrize("path", sorted(BLUEPRINTS.glob("*.yaml")), ids=lambda path: path.name)
def test_ours_puts_no_password_into_an_argument(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"--password[= ]|-p[\"'$]", text)


@pytest.mark.slow
def test_the_tutorials_blueprint_proves_itself_unchanged(tmp_path: Path) -> None:
    if not TUTORIALS.exists():
        pytest.skip("the tutorial's Blueprint is not on this machine")
    (scenario,) = [path for path in SCENARIOS if path.match("mysql/accounts.kanister.yaml")]
    text = re.sub(r"blueprint: .*", f"blueprint: {TUTORIALS}", scenario.read_text())

    run = Example(tmp_path, {"a.kanister.yaml": text}).run_pytest("-rA")

    assert run.exit_status == 0, run.stdout + run.stderr
    assert run.outcomes == {"passed": 1}, run
