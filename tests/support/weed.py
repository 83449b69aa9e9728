"""How the tests start a SeaweedFS of their own, beside those of other processes."""

from __future__ import annotations

import random
import socket
from pathlib import Path

__all__ = ["weed_argv"]

_STEP = 10_000
"""`mini` adds this to a port for the gRPC one that belongs to it."""


def weed_argv(weed: Path, folder: Path, ip: str, port: int) -> list[str]:
    """`weed mini` with S3 on `port`; its other ports are free on every address of the machine.

    Left to itself it takes 9333 and so on, and looks for others while its parts wait for them.
    """
    first = _four_free()
    return [
        *(str(weed), "mini", f"-dir={folder}", f"-ip={ip}", f"-ip.bind={ip}"),
        *("-master.telemetry=false", "-webdav=false", "-admin.ui=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.port={port}"),
        *("-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock"),
        *(f"-master.port={first}", f"-filer.port={first + 1}"),
        *(f"-volume.port={first + 2}", f"-admin.port={first + 3}"),
    ]


def _four_free() -> int:
    """The first of four neighbours that nobody listens on, nor on those `_STEP` above."""
    for first in random.sample(range(15_000, 19_990), 200):
        if all(_free(port) and _free(port + _STEP) for port in range(first, first + 4)):
            return first
    raise AssertionError("no four free ports in a row")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
