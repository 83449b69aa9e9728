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


def write(folder: Path, python: str) -> Path:
    """See `tools.write_programs`."""
    folder.mkdir(parents=True, exist_ok=True)
    tools = Path(__file__).resolve().parent
    package = tools.parents[1]
    main = tools / "kando" / "start.py"
    script = _SCRIPT.format(
        python=shlex.quote(python), main=shlex.quote(str(main)), root=shlex.quote(str(package))
    )
    target = folder / "kando"
    fresh = folder / f".kando.{os.getpid()}"
    fresh.write_text(script)
    fresh.chmod(0o755)
    fresh.replace(target)
    return folder
