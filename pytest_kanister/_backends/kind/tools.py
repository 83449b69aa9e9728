"""The programs and the package that a kind cluster needs, found or named as missing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pytest_kanister._base.children import run
from pytest_kanister.errors import EnvironmentProblem

__all__ = ["KindTools", "find_tools"]

_LOOK_S = 30.0


@dataclass(frozen=True)
class KindTools:
    """Programs by path."""

    kind: Path
    kubectl: Path


def find_tools() -> KindTools:
    """From PATH: pytest-kind itself never looks there, it downloads without a check.

    Raises:
        EnvironmentProblem: one is missing, two packages own one import name, or there is no
            Docker engine.
    """
    _check_package()
    kind, kubectl = shutil.which("kind"), shutil.which("kubectl")
    missing = [name for name, found in (("kind", kind), ("kubectl", kubectl)) if not found]
    if kind is None or kubectl is None:
        raise EnvironmentProblem(
            f"backend kind needs what is not in PATH: {', '.join(missing)}",
            remedies=[
                "install it (on Debian 13 and later: apt install kind; kubernetes-client)",
                "or use another backend: --kanister-backend=embedded needs neither",
            ],
            looked=["PATH"],
        )
    if shutil.which("docker") is None:
        raise EnvironmentProblem(
            "backend kind needs the program docker, which is not in PATH",
            remedies=["install Docker"],
            looked=["PATH"],
        )
    asked = run(["docker", "version", "--format", "{{.Server.Version}}"], timeout_s=_LOOK_S)
    if asked.exit_status:
        raise EnvironmentProblem(
            "no Docker engine answers, so kind can make no cluster",
            remedies=[
                "start Docker, or set DOCKER_HOST to its socket",
                "the user may have to join the group docker",
            ],
            evidence=asked.tail(3),
        )
    return KindTools(Path(kind), Path(kubectl))


def _check_package() -> None:
    if _version("pytest-kind") is None:
        raise EnvironmentProblem(
            "backend kind needs what is not installed: pytest-kind",
            remedies=["pip install 'pytest-kanister[kind]' (pytest-kind is GPL-3.0)"],
        )
    other = _version("pytest-kind-ng")
    if other is not None:
        raise EnvironmentProblem(
            f"pytest-kind-ng {other} is installed beside pytest-kind: both own the import name"
            " pytest_kind, and which of the two runs is chance",
            remedies=["pip uninstall pytest-kind-ng", "then: pip install --force pytest-kind"],
        )


def _version(name: str) -> str | None:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None
