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


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel alone."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    wheel = next(built.glob("*.whl"))
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "-q", "-p", sys.executable, venv], check=True)
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", f"{wheel}[embedded]"],
        check=True,
        env={**os.environ, "VIRTUAL_ENV": str(venv)},
    )
    return venv / "bin/python"


def run_pytest(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


def test_an_installed_wheel_runs_a_bundled_scenario(installed: Path, tmp_path: Path) -> None:
    done = run_pytest(
        *(installed, tmp_path, "--pyargs", "pytest_kanister._bundled.scenarios"),
        *("-k", "mysql and accounts"),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


MISTAKEN = """\
# yaml-language-server: $schema=scenario.schema.json
apiVersion: pytest-kanister/v1
kind: Scenario
metadata:
  name: mine
spec:
  workload: {kind: mysql, name: mysql-store, namespace: my-app}
  blueprint: mysql-blueprnt.yaml
  steps:
    - seed: accounts
    - backup: {}
    - damage: {drop: myImportantData}
    - restore: {}
    - verify: {row: exact, extra: none}
    - delete: {}
    - verifyDeletd: {}
"""

MENDED = (
    MISTAKEN.replace("blueprnt", "blueprint").replace("row:", "rows:").replace("Deletd", "Deleted")
)


def test_a_new_author_hears_of_three_mistakes_and_mends_them(
    installed: Path, tmp_path: Path
) -> None:
    schema = subprocess.run(
        [installed, "-m", "pytest_kanister", "schema"], capture_output=True, text=True, check=True
    )
    (tmp_path / "scenario.schema.json").write_text(schema.stdout)
    (tmp_path / "mine.kanister.yaml").write_text(MISTAKEN)

    mistaken = run_pytest(installed, tmp_path)

    assert mistaken.returncode == 2
    for text in (
        "mine.kanister.yaml:8:3: there is no Blueprint 'mysql-blueprnt.yaml'",
        "mine.kanister.yaml:14:16: spec.steps[4].verify: unknown key 'row'",
        "did you mean 'rows'?",
        "mine.kanister.yaml:16:7: spec.steps[6]: there is no step 'verifyDeletd'",
    ):
        assert text in mistaken.stdout, mistaken.stdout
    assert "Traceback" not in mistaken.stdout

    (tmp_path / "mine.kanister.yaml").write_text(MENDED)
    mended = run_pytest(installed, tmp_path)

    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "1 passed" in mended.stdout
