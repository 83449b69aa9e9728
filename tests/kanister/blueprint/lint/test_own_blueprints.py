"""Our own Blueprints: nothing is found, and nothing is silenced that was not reviewed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint.lint import lint_files

# The public time-log's Deployment, for which it is a drop-in, has no Secret for a repository's key.
REVIEWED = {"files-blueprint.yaml": 1}

FOLDER = Path(__file__).parents[4] / "fixtures/blueprints"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_nothing_is_found(path: Path) -> None:
    result = lint_files([path])

    assert [f"{f.where}: {f.rule.code} {f.message}" for f in result.findings] == []
    assert result.silenced == REVIEWED.get(path.name, 0)
