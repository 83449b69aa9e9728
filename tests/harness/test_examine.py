"""Which clusters a scenario accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._base.bundled import bundled
from pytest_kanister._harness.examine import problems_of, refusal
from pytest_kanister._model.settings import Settings
from pytest_kanister._scenario import load_scenarios
from pytest_kanister._scenario.model import Mark, Requirement, Scenario, WorkloadSpec

MARK = Mark("s.kanister.yaml", 7, 3)


def scenario(*requires: tuple[str, tuple[str, ...]], **more: Any) -> Scenario:
    return Scenario(
        name="a",
        description="",
        workload=WorkloadSpec("mysql", "m", "n"),
        blueprint="b",
        steps=(),
        unverified=(),
        path=Path("s.kanister.yaml"),
        mark=MARK,
        requires=tuple(Requirement(what, accepted, MARK) for what, accepted in requires),
        **more,
    )


HERE = {
    "store": "seaweedfs",
    "backend": "embedded",
    "isolation": "bubblewrap",
    "kanister": "embedded operator (emulates Kanister 0.119.0)",
    "kubernetes": "v1.33.4",
}


@pytest.mark.parametrize(
    ("what", "accepted", "refused"),
    [
        ("backend", ("kind", "embedded"), False),
        ("backend", ("kind",), True),
        ("isolation", ("bubblewrap",), False),
        ("isolation", ("bubble",), True),
        ("kanister", ("0.119.0",), False),
        ("kanister", ("0.119",), False),
        ("kanister", ("0.11",), True),
        ("kanister", ("0.118.0",), True),
        ("kubernetes", ("1.33",), False),
        ("kubernetes", ("v1.33.4",), False),
        ("kubernetes", ("1.3",), True),
        ("kubernetes", ("1.34", "1.35"), True),
    ],
)
def test_what_will_do(what: str, accepted: tuple[str, ...], refused: bool) -> None:
    problem = refusal(scenario((what, accepted)), **HERE)

    assert (problem is not None) is refused
    if problem:
        assert f"requires {what} {' or '.join(accepted)}" in str(problem)
        assert "s.kanister.yaml:7:3" in str(problem)


def test_another_store_is_refused_with_the_option() -> None:
    assert refusal(scenario(store="seaweedfs"), **HERE) is None

    problem = refusal(scenario(store="minio"), **HERE)

    assert "run it with --kanister-store=minio" in str(problem)


def test_a_commands_manifests_lie_beside_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = yaml.safe_load(bundled("scenarios", "command", "sqlite.kanister.yaml").read_text())
    manifests = data["spec"]["workload"]["deploy"]
    data["spec"]["workload"]["deploy"] = "it/manifests.yaml"
    data["spec"]["blueprint"] = "sqlite-blueprint.yaml"
    path = tmp_path / "s.kanister.yaml"
    path.write_text(yaml.safe_dump(data))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (read,) = load_scenarios(path)

    (problem,) = problems_of(read, Settings())
    assert f"cannot read the manifests {tmp_path}/it/manifests.yaml" in str(problem)
    (tmp_path / "it").mkdir()
    (tmp_path / "it" / "manifests.yaml").write_text(yaml.safe_dump_all(manifests))
    assert problems_of(read, Settings()) == []
