"""`pytest-kanister lint` as a person calls it: exit codes, missing extra, folders, pre-commit."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from pytest_kanister.__main__ import main
from pytest_kanister._kanister.blueprint.lint import RULES
from pytest_kanister._kanister.blueprint.lint.catalogue import page
from pytest_kanister._kanister.blueprint.lint.rules.declaring import scripts

ROOT = Path(__file__).parents[4]
BAD = RULES["KB501"].bad
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.yaml"
    file.write_text(scripts())
    return file


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    file = tmp_path / "bad.yml"
    file.write_text(BAD)
    return file


def test_nothing_found_is_0(good: Path, capsys: Capture) -> None:
    assert main(["lint", str(good)]) == 0
    assert capsys.readouterr().out == "1 Blueprint file: nothing found\n"


def test_something_found_is_1(bad: Path, capsys: Capture) -> None:
    assert main(["lint", str(bad)]) == 1
    assert f"{bad}:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["/no/such/file"], ["--select", "KB999", "."], ["--ignore", "KB999", "."]],
)
def test_wrong_use_is_2(arguments: list[str], capsys: Capture) -> None:
    assert main(["lint", *arguments]) == 2
    assert capsys.readouterr().err


def test_a_file_without_a_blueprint_is_2(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("kind: Secret\n")

    assert main(["lint", str(file)]) == 2
    assert "expected a Blueprint" in capsys.readouterr().err
    assert main(["lint", "--skip-others", str(file)]) == 0


def test_a_file_that_is_no_yaml_is_a_finding(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("kind: Blueprint\nactions: {{ x }}\n")

    assert main(["lint", str(file)]) == 1
    assert f"{file}:2:" in capsys.readouterr().out


def test_a_folder_gives_its_blueprints_only(good: Path, bad: Path, capsys: Capture) -> None:
    (good.parent / "values.yaml").write_text("kind: [\n")
    (good.parent / "notes.txt").write_text(BAD)

    assert main(["lint", "--format", "json", str(good.parent)]) == 1
    assert json.loads(capsys.readouterr().out)["files"] == [str(bad), str(good)]


def test_several_documents_in_one_file(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(f"kind: Secret\n---\n{scripts()}---\n{BAD}")
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "mysqldump" in text)

    assert main(["lint", "--select", "KB501", str(file)]) == 1
    assert f"{file}:{line}:11:" in capsys.readouterr().out


def test_a_rule_can_be_left_out(bad: Path) -> None:
    assert main(["lint", "--ignore", "KB501", str(bad)]) == 0
    assert main(["lint", "--select", "KB702", str(bad)]) == 0


def test_the_output_can_be_a_file(bad: Path, tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "found.sarif"

    assert main(["lint", "--format", "sarif", "--output", str(output), str(bad)]) == 1
    assert json.loads(output.read_text())["version"] == "2.1.0"
    assert "1 error" in capsys.readouterr().err


def test_rules_given_up_make_3(good: Path, capsys: Capture) -> None:
    assert main(["lint", "--without-shell", str(good)]) == 3
    assert "not checked" in capsys.readouterr().out


def run(code: str, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *argv], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_without_the_extra_it_is_4_and_named(good: Path) -> None:
    """None in sys.modules makes Python's own import fail, as if nothing were installed."""
    code = (
        "import sys; sys.modules['tree_sitter'] = None;"
        "from pytest_kanister.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )

    done = run(code, "lint", str(good))

    assert done.returncode == 4
    assert "pytest-kanister[lint]" in done.stderr
    assert "--without-shell" in done.stderr
    assert run(code, "lint", "--without-shell", str(good)).returncode == 3
    assert run(code, "lint", "--select", "KB702", str(good)).returncode == 0


@pytest.mark.slow
def test_importing_the_command_loads_no_parser() -> None:
    code = (
        "import sys, pytest_kanister._cli.lint;"
        "print([m for m in sys.modules if m.startswith(('tree_sitter', 'yaml', 'kubernetes'))])"
    )

    assert run(code).stdout.strip() == "[]"


def test_the_catalogue_is_current() -> None:
    assert (ROOT / "docs/lint.md").read_text() == page(), (
        "python -m pytest_kanister._kanister.blueprint.lint.catalogue > docs/lint.md"
    )


def test_the_pre_commit_hook_installs_what_the_extra_does() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert [hook["id"] for hook in hooks] == ["kanister-lint"]
    assert hooks[0]["additional_dependencies"] == extras["optional-dependencies"]["lint"]
    assert hooks[0]["entry"].split()[:2] == ["pytest-kanister", "lint"]


def test_the_pre_commit_hook_runs(good: Path, bad: Path, tmp_path: Path) -> None:
    other = tmp_path / "values.yaml"
    other.write_text("a: 1\n")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    arguments = hooks[0]["entry"].split()[1:]

    assert main([*arguments, str(good), str(other)]) == 0
    assert main([*arguments, str(bad), str(other)]) == 1
    assert main([*arguments, str(other)]) == 0
