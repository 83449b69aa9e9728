"""Wrapper scripts that run a fetched tree's binaries by the tree's own dynamic loader.

A tree of a newer suite needs a newer C library than the machine's: its loader, told where its
libraries are, runs its binaries anyway, inside a pod or outside.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["library_folders", "loader_argv", "write_wrapper"]


def library_folders(root: Path) -> list[Path]:
    """Where the tree's shared objects are: the multiarch folder first."""
    library = root / "usr" / "lib"
    return [*sorted(library.glob("*-linux-gnu*")), library]


def loader_argv(root: Path, program: Path) -> list[str]:
    """Argv that runs `program` of the tree under `root`; more arguments may follow.

    Raises:
        EnvironmentProblem: the tree has no dynamic loader.
    """
    folders = library_folders(root)
    loaders = [file for folder in folders for file in sorted(folder.glob("ld-linux*.so.*"))]
    if not loaders:
        raise EnvironmentProblem(
            f"the fetched tree {root} holds no dynamic loader",
            remedies=[f"remove {root} and run again: it is fetched anew"],
        )
    path = ":".join(str(folder) for folder in folders)
    return [str(loaders[0]), "--argv0", program.name, "--library-path", path, str(program)]


def write_wrapper(
    folder: Path, name: str, argv: Sequence[str], env: Mapping[str, str] | None = None
) -> Path:
    """A script `folder/name` that becomes `argv` plus its own arguments; written once."""
    assignments = "".join(
        f"export {key}={shlex.quote(value)}\n" for key, value in (env or {}).items()
    )
    text = f'#!/bin/sh\n{assignments}exec {shlex.join(argv)} "$@"\n'
    return write_script(folder / name, text)


def write_script(file: Path, text: str) -> Path:
    """Writes an executable file unless it holds that text already; whole or not at all."""
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return file
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(text, encoding="utf-8")
    scratch.chmod(0o755)
    scratch.rename(file)
    return file
