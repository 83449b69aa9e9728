"""The programs that Blueprints call inside pods: kando; and kanctl, which people call, too.

kando starts once per pipe, so its modules import the standard library sparingly and this package
imports nothing when loaded.  kanctl alone is heavier (aiohttp, YAML).
May import `location`, `blueprint`, `_wire`, `_model`, `errors`; never `_kube`, `_cluster`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_programs"]


def write_programs(folder: Path, python: str = sys.executable) -> Path:
    """Makes `folder` with the executables `kando` and `kanctl` in it, to be put into a pod's PATH.

    Args:
        folder: made when absent; older ones in it are replaced.
        python: the interpreter that runs it: for kando one with this version's standard library is
            enough, neither site-packages nor the environment are looked at; kanctl needs ours.

    Returns:
        The folder.
    """
    from pytest_kanister._kanister.tools.programs import write

    return write(folder, python)
