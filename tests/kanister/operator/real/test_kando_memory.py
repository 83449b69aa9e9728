"""A large stream through kando to the embedded cluster's S3 server and back, in little memory.

`benchmarks/kando.py` does the same with 5 GiB.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._kanister.tools import write_programs

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

LIMIT_KIB = 100 * 1024
MIB = 1 << 20
SIZE_MIB = 120  # more than the limit, and many of the upload's parts of 8 MiB

Process = subprocess.Popen[bytes]


def _high_water_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    rows = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(rows[0].split()[1]) if rows else 0


def _peak_kib(argv: list[str], talk: Callable[[Process], None]) -> int:
    """Runs kando while `talk` feeds or drains it."""
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        talker = threading.Thread(target=talk, args=[process])
        talker.start()
        peak_kib = 0
        while talker.is_alive():
            talker.join(0.01)
            peak_kib = max(peak_kib, _high_water_kib(process.pid))
        assert process.wait(60) == 0
    return peak_kib


def test_large_stream_there_and_back(real: Any, tmp_path: Path) -> None:
    pair = {"ID": real.store.access_key.reveal(), "Secret": real.store.secret_key.reveal()}
    profile = {
        "Location": dict(real.store.profile(real.bucket_name)),
        "Credential": {"Type": "keyPair", "KeyPair": pair},
    }
    flags = ["--profile", json.dumps(profile), "--path", "large", "-"]
    kando = str(write_programs(tmp_path) / "kando")
    block = os.urandom(MIB)
    sent, back = hashlib.sha256(), hashlib.sha256()

    def feed(process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdin as pipe:
            for number in range(SIZE_MIB):
                for piece in (number.to_bytes(8, "big"), block):
                    sent.update(piece)
                    pipe.write(piece)
        assert process.stdout.read() == b""

    def drain(process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        while piece := process.stdout.read(MIB):
            back.update(piece)

    assert 0 < _peak_kib([kando, "location", "push", *flags], feed) < LIMIT_KIB
    [stored] = real.bucket.objects()
    assert stored.size_bytes == SIZE_MIB * (MIB + 8)
    assert 0 < _peak_kib([kando, "location", "pull", *flags], drain) < LIMIT_KIB
    assert back.digest() == sent.digest()
