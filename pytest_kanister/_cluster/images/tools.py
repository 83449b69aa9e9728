"""`kanister-tools`: the machine's programs and the real restic, fetched when first needed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.packages.sources import distribution
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.wrappers import loader_argv, write_script
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["tools_program"]

# Where pods have no root file system of their own, the paths in a Blueprint are this machine's:
# restic would back up, or overwrite, what is no pod's.
_GUARD = """\
if [ -n "$NSS_WRAPPER_HOSTS" ]; then
    case "$1" in backup|restore)
        echo "restic $1: refused, as pods on this machine have no root file system of their own" \\
            "(isolation nss_wrapper): its paths would be the machine's. Run it where bubblewrap" \\
            "works, or on backend kind or kubeconfig." >&2
        exit 1
    esac
fi
"""


def tools_program(image: str, cache: Path, progress: Callable[[str], None]) -> Program:
    """How an image of the family `kanister-tools` is run.

    Where restic cannot be had everything else works: `restic` then says why it does not.
    """
    try:
        programs, root, version = _restic(cache, progress)
    except EnvironmentProblem as problem:
        programs, version = cache / "wrappers" / "without-restic", "no restic"
        root = programs
        text = f"restic cannot be run here: {problem}"
        write_script(programs / "restic", f"#!/bin/sh\necho {shlex.quote(text)} >&2\nexit 127\n")
    return Program(
        image=image,
        title=f"this machine's programs and {version} for {image}",
        entrypoint=("bash" if Path("/bin/bash").exists() else "sh",),
        path=(programs,),
        paths=(programs, root),
    )


def _restic(cache: Path, progress: Callable[[str], None]) -> tuple[Path, Path, str]:
    """Folder of the wrapper, root of the tree, name with version."""
    root = fetch_packages(
        "restic",
        ["restic"],
        # Debian 12's lacks what Kanister asks for: `restore ID:PATH` came with 0.16.
        suite="sid" if distribution()[0] == "debian" else None,
        cache=cache,
        progress=progress,
    )
    programs = cache / "wrappers" / root.name
    argv = shlex.join(loader_argv(root, root / "usr/bin/restic"))
    wrapper = write_script(programs / "restic", f'#!/bin/sh\n{_GUARD}exec {argv} "$@"\n')
    said = run([str(wrapper), "version"], timeout_s=60)
    version = re.match(r"restic \d+\.\d+\.\d+", said.stdout)
    if version is None:
        raise EnvironmentProblem(
            "the fetched restic does not run",
            remedies=[f"remove {root} and run again: it is fetched anew"],
            evidence=said.tail(),
        )
    return programs, root, version[0]
