"""pytest-kind in a process of its own: `python -m … JSON`.

pytest-kind makes a folder where it stands, has no time limit, and inherits no terminal's Ctrl-C
here: the parent gives it a folder, ends it in time, and keeps what kind says.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from pytest_kanister._base.children import die_with_parent


def main() -> int:
    """Creates the cluster that the JSON names unless it is there; returns the exit status."""
    from pytest_kind import KindCluster

    _take_kind_along()
    wanted = json.loads(sys.argv[1])
    cluster = KindCluster(
        wanted["name"],
        Path(wanted["kubeconfig"]),
        image=wanted["image"] or None,
        kind_path=Path(wanted["kind"]),
        kubectl_path=Path(wanted["kubectl"]),
    )
    cluster.create(wanted["config"] or None)
    return 0


def _take_kind_along() -> None:
    """When pytest is killed, kind ends with us: it would go on with a cluster that nobody uses."""
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    die_with_parent(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
