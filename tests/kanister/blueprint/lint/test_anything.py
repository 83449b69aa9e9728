"""Whatever a file holds, lint answers with findings: never with a traceback."""

from __future__ import annotations

import copy
import os
import random
from typing import Any

import pytest
import yaml

from pytest_kanister._kanister.blueprint.lint import RULES
from pytest_kanister._kanister.blueprint.lint.running import lint_text

ROUNDS = int(os.environ.get("KANISTER_FUZZ_EXAMPLES", "80"))
ODD = [None, True, 0, -1.5, "", "x", "{{", "{{ . }}", "{{ .Phases }}", [], {}, [None], {"a": None}]
PIECES = [
    "|",
    "'",
    '"',
    "`",
    "$(",
    "$((",
    "${",
    "}",
    "<<E\n",
    "\nE\n",
    "{{ .Time }}",
    "ä",
    "\\",
    "&",
]


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    inner: list[tuple[Any, Any]] = []
    if isinstance(tree, dict):
        inner = list(tree.items())
    elif isinstance(tree, list):
        inner = list(enumerate(tree))
    for key, value in inner:
        found += places(value, (*path, key))
    return found


def replaced(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        tree = tree[step]
    tree[path[-1]] = value


def spoilt(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(PIECES) + text[at + chance.randint(0, 8) :]


@pytest.mark.slow
def test_odd_values_anywhere() -> None:
    chance = random.Random(2026)
    sources = [rule.bad for code, rule in RULES.items() if code > "KB003"]
    for _ in range(ROUNDS):
        data = copy.deepcopy(yaml.safe_load(chance.choice(sources)))
        for _ in range(chance.randint(1, 3)):
            path = chance.choice(places(data))
            if path and path[0] == "actions":
                replaced(data, path, chance.choice(ODD))
        text = yaml.safe_dump(data)

        assert lint_text(text, "odd.yaml") is not None, text


@pytest.mark.slow
def test_spoilt_text_and_scripts() -> None:
    chance = random.Random(1815)
    sources = [rule.bad for rule in RULES.values()]
    for _ in range(ROUNDS):
        text = chance.choice(sources)
        for _ in range(chance.randint(1, 4)):
            text = spoilt(text, chance)

        lint_text(text, "spoilt.yaml")
