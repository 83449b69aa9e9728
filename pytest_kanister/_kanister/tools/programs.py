"""Writes the programs as small shell scripts that become the interpreter."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

__all__ = ["write"]

_SCRIPT = """\
#!/bin/sh
# Isolated (-I) and without site (-S): neither the pod's environment nor site-packages count.
exec {python} -I -S {main} {root} "$@"
"""

_KANCTL = """\
#!/bin/sh
# Isolated (-I): the pod's environment does not count, but site-packages do.
exec {python} -I -c {code} {folder} "$@"
"""
_CODE = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from pytest_kanister._kanister.tools.kanctl.main import main; sys.exit(main(sys.argv[1:]))"
)


def write(folder: Path, python: str) -> Path:
    """See `tools.write_programs`."""
    folder.mkdir(parents=True, exist_ok=True)
    tools = Path(__file__).resolve().parent
    package = tools.parents[1]
    main = tools / "kando" / "start.py"
    script = _SCRIPT.format(
        python=shlex.quote(python), main=shlex.quote(str(main)), root=shlex.quote(str(package))
    )
    kanctl = _KANCTL.format(
        python=shlex.quote(python),
        code=shlex.quote(_CODE),
        folder=shlex.quote(str(package.parent)),
    )
    for name, text in (("kando", script), ("kanctl", kanctl)):
        fresh = folder / f".{name}.{os.getpid()}"
        fresh.write_text(text)
        fresh.chmod(0o755)
        fresh.replace(folder / name)
    return folder
