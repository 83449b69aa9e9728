"""A Docker engine with the images, and kind's node image: made once for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from tests.live.dockerd import Engine, engine
from tests.live.images import all_images
from tests.live.kubernetes import kubernetes_programs
from tests.live.node import load_node_image

_ROWS: list[tuple[str, str, str, float]] = []


@dataclass(frozen=True)
class World:
    """What the tests run programs in.

    Attributes:
        engine: the Docker engine, with the tutorial's images.
        env: environment of a person who has docker, kind and kubectl.
    """

    engine: Engine
    env: Mapping[str, str]

    def run(
        self, *argv: str, cwd: Path, timeout_s: float = 600.0
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program there; its output as text."""
        return subprocess.run(
            argv,
            cwd=cwd,
            env=dict(self.env),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def pytest(
        self, *words: str, cwd: Path, timeout_s: float = 900.0
    ) -> subprocess.CompletedProcess[str]:
        """Runs pytest there."""
        argv = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words)
        return self.run(*argv, cwd=cwd, timeout_s=timeout_s)


@dataclass
class Table:
    """Rows that are printed at the end: backend, scenario, verdict, seconds."""

    began: float = field(default_factory=time.monotonic)

    def add(self, backend: str, scenario: str, verdict: str, took_s: float) -> None:
        """Adds a row."""
        _ROWS.append((backend, scenario, verdict, took_s))


@pytest.fixture(scope="session")
def table() -> Table:
    return Table()


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="kl-"))
    try:
        with engine(folder) as made:
            for image in all_images():
                made.load(image)
            yield World(made, _environment(made))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def node(world: World) -> World:
    """The same, with kind's node image in the engine."""
    load_node_image(world.engine)
    (world.engine.folder / "people/kubectl").symlink_to(kubernetes_programs() / "kubectl")
    return world


def _environment(made: Engine) -> dict[str, str]:
    programs = made.folder / "people"
    programs.mkdir()
    docker = shutil.which("docker", path=made.env["PATH"])
    library = made.env["LD_LIBRARY_PATH"]
    wrapper = programs / "docker"
    wrapper.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={library} exec {docker} "$@"\n')
    wrapper.chmod(0o755)
    tree = fetch_packages("kind", ["kind"], suite="trixie", cache=cache_folder(), progress=print)
    (programs / "kind").symlink_to(tree / "usr/bin/kind")
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        "PATH": f"{programs}:{os.environ['PATH']}",
        "DOCKER_HOST": made.host,
        "DOCKER_CONFIG": made.env["DOCKER_CONFIG"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _ROWS:
        return
    terminalreporter.section("backend x scenario")
    for backend, scenario, verdict, took_s in _ROWS:
        terminalreporter.write_line(f"{backend:<24} {scenario:<28} {verdict:<12} {took_s:7.1f} s")
