"""A Docker engine with the images, and kind's node image: made once for the whole run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from tests.live.dockerd import Engine, engine
from tests.live.engines import engine_images
from tests.live.images import all_images
from tests.live.kind import NAME, write_config
from tests.live.kubernetes import kubernetes_programs
from tests.live.node import NODE_IMAGE, load_node_image
from tests.live.table import Table
from tests.live.world import World

_TABLE = Table()


@pytest.fixture(scope="session")
def table() -> Table:
    return _TABLE


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
def engines(world: World) -> World:
    """The same, with the images of all engines."""
    for image in engine_images():
        world.engine.load(image)
    return world


@pytest.fixture(scope="session")
def node(world: World) -> World:
    """The same, with kind's node image in the engine."""
    load_node_image(world.engine)
    (world.engine.folder / "people/kubectl").symlink_to(kubernetes_programs() / "kubectl")
    return world


@pytest.fixture(scope="module")
def cluster(node: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A kind cluster that somebody else's process keeps, as a person's own would be."""
    folder = tmp_path_factory.mktemp("keeper")
    words = ("--name", NAME, "--image", NODE_IMAGE, "--config", str(write_config(folder)))
    made = node.run(
        *("kind", "create", "cluster", *words, "--kubeconfig", str(folder / "kubeconfig")),
        cwd=folder,
    )
    assert made.returncode == 0, made.stderr
    yield node
    node.run("kind", "delete", "cluster", "--name", NAME, cwd=folder)


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
    if _TABLE.rows:
        terminalreporter.section("backend x scenario")
    for row in _TABLE.rows:
        terminalreporter.write_line(str(row))
