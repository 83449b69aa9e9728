"""Every example of the documentation runs, and its tables are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister._model.settings import OPTIONS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLUEPRINT = ROOT / "fixtures/blueprints/mysql-blueprint.yaml"


def blocks(page: Path) -> dict[str, str]:
    """Code blocks that a comment before them gives a file name: `<!-- example: NAME -->`."""
    found = re.findall(
        r"<!-- example: (\S+) -->\n```\w+\n(.*?)```", page.read_text(), flags=re.DOTALL
    )
    return dict(found)


def shape(text: str) -> list[str]:
    """Lines in any order (servers answer when they like) without figures and made-up names.

    What a machine cannot give is its own affair, so the lines that name it are left out.
    """
    text = re.sub(r"(?m)^  (lost|isolation) .*\n( {13}.*\n)*", "", text)
    kept = text.splitlines()
    named = [
        re.sub(r"(backup|restore|delete)(-[a-z2-9]{5}\b|-backup)+", r"\1-x", line) for line in kept
    ]
    return sorted(" ".join(re.sub(r"[0-9][0-9.,]*", "N", line).split()) for line in named)


@pytest.mark.slow
def test_the_readme_shows_what_the_demo_prints() -> None:
    shown = re.findall(
        r"<!-- demo -->\n```text\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest_kanister", "demo"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert [shape(text) for text in shown] == [shape(done.stdout)]


@pytest.mark.slow
def test_the_authors_examples_pass(tmp_path: Path) -> None:
    examples = blocks(ROOT / "docs/authors.md")
    assert set(examples) == {
        "my.kanister.yaml",
        "two.kanister.yaml",
        "test_mine.py",
        "test_steps.py",
    }
    for name, text in examples.items():
        (tmp_path / name).write_text(text)
    shutil.copy(BLUEPRINT, tmp_path / "mine.yaml")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_the_python_example_of_the_readme_is_the_authors_one() -> None:
    """It differs by the Blueprint's name alone, so it runs as that one does."""
    shown = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    runs = blocks(ROOT / "docs/authors.md")["test_mine.py"]

    assert shown == [runs.replace("mine.yaml", "mysql-blueprint.yaml")]


def test_the_table_of_settings_is_the_codes_own() -> None:
    rows = re.findall(
        r"^\| `(--\S+)` \| `(\S+)` \| `(\S+)` \|$",
        (ROOT / "docs/ci.md").read_text(),
        flags=re.MULTILINE,
    )

    assert rows == [(option.flag, option.ini, option.variable) for option in OPTIONS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_is_one_that_there_is(page: Path) -> None:
    shown = set(re.findall(r"pytest-kanister ([a-z]+)(?: |`|\)|$)", page.read_text(), re.MULTILINE))
    done = subprocess.run(
        [sys.executable, "-m", "pytest_kanister", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )

    for command in shown:
        assert re.search(rf"\b{command}\b", done.stdout), command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", page.read_text()):
        assert (page.parent / link).exists(), link
