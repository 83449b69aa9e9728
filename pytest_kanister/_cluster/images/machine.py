"""Images that are nothing but programs: the machine's own, with database clients where asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cluster.contracts import Program

if TYPE_CHECKING:
    from pytest_kanister._cluster.images.mysql import Installation

__all__ = ["client_program", "machine_program"]


def machine_program(image: str, base: str) -> Program:
    """A shell image (`busybox`, `debian`, `kanister-tools`): the machine's bash and coreutils."""
    shell = "bash" if base in ("bash", "debian", "ubuntu") and Path("/bin/bash").exists() else "sh"
    return Program(image=image, title=f"this machine's programs for {image}", entrypoint=(shell,))


def client_program(image: str, installation: Installation) -> Program:
    """A sidecar or tools image: the machine's programs and the database's clients."""
    return Program(
        image=image,
        title=f"this machine's programs and {installation.title} clients for {image}",
        entrypoint=("bash",),
        path=(installation.programs,),
        paths=installation.paths,
        substituted=installation.substituted,
    )
