"""What the distributions hold, and that an installed wheel runs its bundled scenario."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the sdist, and with the wheel that was built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def bundled() -> set[str]:
    kept = subprocess.run(
        ["git", "ls-files", "scenarios", "fixtures"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(kept.stdout.split())


def test_the_wheel_holds_the_package_its_data_and_nothing_else(built: Path) -> None:
    names = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    tops = {name.split("/")[0] for name in names}

    assert {f"pytest_kanister/_bundled/{name}" for name in bundled()} <= names
    assert "pytest_kanister/py.typed" in names
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pytest_kanister"}


def test_the_sdist_holds_what_a_packager_needs(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    for needed in ("LICENSE", "README.md", "tox.ini", "scenarios/mysql/accounts.kanister.yaml"):
        assert needed in names
    assert any(name.startswith("tests/") for name in names)


def test_an_installed_wheel_runs_the_bundled_scenario(built: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    wheel = next(built.glob("*.whl"))
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "-q", "-p", sys.executable, venv], check=True)
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", f"{wheel}[embedded]"],
        check=True,
        env={**os.environ, "VIRTUAL_ENV": str(venv)},
    )

    done = subprocess.run(
        [
            *(venv / "bin/python", "-m", "pytest", "-p", "no:cacheprovider"),
            *("--pyargs", "pytest_kanister._bundled.scenarios"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
