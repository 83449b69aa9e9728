"""The Docker engine that `DOCKER_HOST` or the current context names."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Engine"]

_ENVIRONMENT = {
    "TESTCONTAINERS_RYUK_DISABLED": "true",
    # Inside a container testcontainers would hand out the bridge's gateway for this machine.
    "TESTCONTAINERS_CONNECTION_MODE": "docker_host",
}


class Engine:
    """A Docker engine that answers.

    Args:
        labels: what everything made here bears.

    Raises:
        EnvironmentProblem: the extra, the `docker` program or the engine is missing.
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        self.labels = dict(labels)
        # Read when testcontainers is first imported; what the person chose stays.
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            from testcontainers.core.docker_client import DockerClient
        except ImportError as error:
            raise EnvironmentProblem(
                f"backend containers needs what is not installed: {error.name}",
                remedies=["pip install 'pytest-kanister[containers]'"],
            ) from None
        if shutil.which("docker") is None:
            raise EnvironmentProblem(
                "backend containers runs commands in pods by the program `docker`: it is not there",
                remedies=["install the Docker client, or put it into PATH"],
                looked=["PATH"],
            )
        try:
            self.client: Any = DockerClient().client
            self.version: str = self.client.version()["Version"]
        except Exception as error:  # docker-py's own and requests', by what is wrong
            raise EnvironmentProblem(
                "no Docker engine answers",
                remedies=[
                    "start Docker, or set DOCKER_HOST to its socket",
                    "see what `docker version` says; the user may have to join the group docker",
                    "or use another backend: --kanister-backend=embedded needs no Docker",
                ],
                looked=[os.environ.get("DOCKER_HOST") or "the current Docker context"],
                evidence=str(error),
            ) from None

    @property
    def filter(self) -> dict[str, list[str]]:
        """Finds what was made here."""
        return {"label": [f"{name}={value}" for name, value in self.labels.items()]}

    def left(self) -> list[Any]:
        """The containers made here that are still there.

        docker-py looks each of them up after it has listed them: one that goes in between is no
        error.
        """
        found = self.client.containers.list(all=True, filters=self.filter, ignore_removed=True)
        return list(found)
