"""By what a Blueprint tells two backups apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._scenario.precision import second_precision

LAYOUT = '"2006-01-02T15:04:05.999999999Z07:00"'
SECONDS = f'{{{{ toDate {LAYOUT} .Time | date "2006-01-02T15-04-05" }}}}'

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


@pytest.mark.parametrize(
    ("text", "coarse"),
    [
        (f"path=/b/{SECONDS}/dump", True),
        ("path=/b/{{ .Time }}/dump", False),
        ('path=/b/{{ .Time | replace ":" "-" }}/dump', False),
        ("path=/b/$(date +%Y%m%d%H%M%S)/dump", True),
        ("path=/b/$(date +%s%N)/dump", False),
        (f"path=/b/{SECONDS}/{{{{ uuidv4 }}}}", False),
        (f"path=/b/{SECONDS}/${{RANDOM}}", False),
        (f"path=/b/{SECONDS}/{{{{ .Time }}}}", False),
        ("path=/b/dump", False),
        ("path=/b/{{ .Object.metadata.name }}/dump", False),
    ],
)
def test_what_changes_once_a_second(text: str, coarse: bool) -> None:
    action = {"phases": [{"args": {"command": ["bash", "-c", text]}}]}

    assert bool(second_precision(action)) is coarse


def test_ours_tells_nanoseconds_apart() -> None:
    blueprint = read_blueprint(bundled("fixtures", "blueprints", "mysql-blueprint.yaml"))

    assert second_precision(blueprint.action("backup")) == ""


def test_the_public_mysql_blueprint_tells_seconds_apart() -> None:
    found = sorted(CORPUS.rglob("mysql-blueprint.yaml")) if CORPUS.exists() else []
    if not found:
        pytest.skip("the corpus of public Blueprints is not on this machine")

    text = second_precision(read_blueprint(found[0]).action("backup"))

    assert "which changes once a second" in text
