"""What Kanister's webhook refuses, lint refuses too: a comparison over mutated Blueprints."""

from __future__ import annotations

import random

import pytest
import yaml

from pytest_kanister._kanister.blueprint.lint.rules.declaring import scripts
from pytest_kanister._kanister.blueprint.lint.running import lint_text
from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.blueprint.validation import BlueprintInvalid, validate_blueprint
from pytest_kanister._model.api import Object

REFUSED = {"KB010", "KB011", "KB012", "KB013", "KB014"}


def mutated(chance: random.Random) -> Object:
    blueprint: Object = yaml.safe_load(scripts())
    for _ in range(chance.randint(1, 3)):
        action = blueprint["actions"][chance.choice(sorted(blueprint["actions"]))]
        phase = action["phases"][0]
        match chance.randint(0, 6):
            case 0:
                phase["func"] = chance.choice([*SIGNATURES, "Kubetask", ""])
            case 1:
                phase["args"].pop(chance.choice([*phase["args"], "nothing"]), None)
            case 2:
                phase["args"][chance.choice(["container", "pod", "image"])] = "x"
            case 3:
                phase["name"] = chance.choice(["dump", "load", "other"])
            case 4:
                phase["args"]["podLabels"] = chance.choice(
                    [{"a": "b"}, {"-": "b"}, {"a": "{{ x }}"}]
                )
            case 5:
                action["deferPhase"] = {"func": "Wait", "name": "later", "args": {}}
            case 6:
                phase["args"]["podAnnotations"] = chance.choice([{"a/b": "x"}, {"a b": "x"}, 3])
    return blueprint


@pytest.mark.slow
def test_refused_by_both_or_by_none() -> None:
    chance = random.Random(6)
    seen = {True: 0, False: 0}
    for _ in range(120):
        blueprint = mutated(chance)
        try:
            validate_blueprint(blueprint)
            is_valid = True
        except BlueprintInvalid:
            is_valid = False
        result = lint_text(yaml.safe_dump(blueprint), "mutated.yaml")
        assert result is not None
        found = {finding.rule.code for finding in result.findings} & REFUSED

        assert is_valid == (not found), (blueprint, found)
        seen[is_valid] += 1
    assert min(seen.values()) > 10
