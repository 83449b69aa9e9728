"""The webhook's rules, and the one public Blueprint here that it refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._kanister.blueprint.validation import BlueprintInvalid, validate_blueprint

BESIDE = Path(__file__).parents[4] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))


def _task(name: str, **args: Any) -> dict[str, Any]:
    return {"func": "KubeTask", "name": name, "args": {"image": "i", "command": [], **args}}


def _check(*phases: dict[str, Any], defer: Any = None, **more: Any) -> None:
    action = {"phases": list(phases), **({"deferPhase": defer} if defer else {})}
    validate_blueprint({"actions": {"backup": action, **more}})


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (
            {"func": "kubeTask", "name": "p"},
            "Failed to validate action backup: Requested function {kubeTask} has not been "
            "registered",
        ),
        (
            {"func": "KubeTask", "name": "p", "args": {"image": "i"}},
            "Failed to validate phase p in action backup: Required arg missing: command",
        ),
        (
            _task("p", nonsense=1),
            "Failed to validate phase p in action backup: argument nonsense is not supported",
        ),
    ],
)
def test_refused(phase: dict[str, Any], message: str) -> None:
    with pytest.raises(BlueprintInvalid) as found:
        _check(phase)
    assert str(found.value) == message


@pytest.mark.parametrize(
    "labels", [{"a": "{{ .Time }}"}, {"a b": "c"}, {"-a": "c"}, ["a"], {"a": "x" * 64}]
)
def test_labels_are_checked(labels: Any) -> None:
    with pytest.raises(BlueprintInvalid, match="Failed to validate phase p in action backup: "):
        _check(_task("p", podLabels=labels))


@pytest.mark.parametrize("labels", [None, {}, {"kanister.io/a_b": "c.d"}, {"a": 1}, {"a": ""}])
def test_labels_that_pass(labels: Any) -> None:
    _check(_task("p", podLabels=labels, podAnnotations={"a/B": "{{ .Time }}"}))


def test_names_are_unique_over_all_actions_deferred_ones_too() -> None:
    with pytest.raises(BlueprintInvalid, match=r"Violating phase 'p'$"):
        _check(_task("p"), restore={"phases": [], "deferPhase": _task("p")})
    with pytest.raises(BlueprintInvalid, match=r"Violating phase ''$"):
        _check(_task(""), defer=_task(""))


def test_stages_are_told_up_to_the_failing_one() -> None:
    told: list[tuple[str, bool]] = []
    blueprint = {"actions": {"b": {"phases": [_task("q", x=1)]}, "a": {"phases": [_task("p")]}}}
    with pytest.raises(BlueprintInvalid):
        validate_blueprint(blueprint, lambda what, passed: told.append((what, passed)))
    assert told == [
        ("validation of phase p in action a", True),
        ("validation of phase q in action b", False),
    ]


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
def test_the_public_blueprint_that_is_refused() -> None:
    refused = {}
    for path in sorted(CORPUS.rglob("*.yaml")):
        try:
            documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except yaml.YAMLError:
            continue  # a Helm chart's template
        for document in documents:
            if isinstance(document, dict) and document.get("kind") == "Blueprint":
                try:
                    validate_blueprint(document)
                except BlueprintInvalid as error:
                    refused[path.parent.name] = str(error).rpartition(" ")[2]
    assert refused == {"elasticsearch-incremental": "'setupNodeKeyStore'"}
