"""The public names: what `__all__` says is what there is, each from one door."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest_kanister

PACKAGE = Path(pytest_kanister.__file__).parent


def test_every_public_name_can_be_imported_and_there_are_at_most_fifteen() -> None:
    names = pytest_kanister.__all__

    assert list(names) == sorted(names)
    assert len(names) <= 15
    for name in names:
        assert getattr(pytest_kanister, name) is not None


def test_the_type_checker_sees_the_names_that_are_there_at_run_time() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    seen = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pytest_kanister.")
        for alias in node.names
    }

    assert seen == set(pytest_kanister.__all__)


def test_importing_the_package_loads_nothing_of_ours_but_itself() -> None:
    code = (
        "import sys, pytest_kanister;"
        "print([name for name in sys.modules if name.startswith('pytest_kanister.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_package_says_what_may_live_in_it() -> None:
    silent = []
    for file in PACKAGE.rglob("__init__.py"):
        if "_bundled" in file.parts:
            continue
        text = ast.get_docstring(ast.parse(file.read_text())) or ""
        if len(text) < 60 or "To be described" in text:
            silent.append(str(file.relative_to(PACKAGE)))

    assert silent == []


def test_no_module_is_longer_than_450_lines() -> None:
    long = {
        str(file.relative_to(PACKAGE)): count
        for file in PACKAGE.rglob("*.py")
        if "_bundled" not in file.parts and (count := len(file.read_text().splitlines())) > 450
    }

    assert long == {}
