"""What the live tests run programs in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.live.dockerd import Engine


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


def left_on(world: World) -> list[str]:
    """Containers and networks that bear our label, and any volume."""
    words = ("--filter", "label=pytest-kanister/cluster", "--quiet")
    return [
        *world.engine.docker("ps", "--all", *words).split(),
        *world.engine.docker("network", "ls", *words).split(),
        *world.engine.docker("volume", "ls", "--quiet").split(),
    ]
