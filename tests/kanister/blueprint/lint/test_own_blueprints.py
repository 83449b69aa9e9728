"""Our own Blueprints: nothing is found, and nothing is silenced."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint.lint import lint_files

FOLDER = Path(__file__).parents[4] / "fixtures/blueprints"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_nothing_is_found(path: Path) -> None:
    result = lint_files([path])

    assert [f"{f.where}: {f.rule.code} {f.message}" for f in result.findings] == []
    assert result.silenced == 0
