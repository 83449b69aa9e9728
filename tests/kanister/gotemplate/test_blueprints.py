"""Every template of every public Blueprint parses.

KANISTER_TEST_CORPUS names the folder; without it a folder beside the repository is tried.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._kanister.gotemplate import check

BESIDE = Path(__file__).parents[4] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))


def blueprints() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted([*CORPUS.rglob("*.yaml"), *CORPUS.rglob("*.yml")]):
        try:
            documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        except yaml.YAMLError:
            continue  # a Helm chart's template, which is no YAML before Helm has rendered it
        for document in documents:
            if isinstance(document, dict) and document.get("kind") == "Blueprint":
                yield path, document


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
def test_every_template_of_every_blueprint_parses() -> None:
    found = 0
    for path, document in blueprints():
        for text in texts(document):
            if "{{" in text:
                found += 1
                check(text, name=f"{path.name}:config")
    assert found > 100
