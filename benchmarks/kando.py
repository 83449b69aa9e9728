"""kando on the embedded cluster's S3 server: memory and time of a large stream, cost of a start.

A stream of zeros and counters goes through `kando location push -` and back through `pull -`; both
ends are hashed.  Memory is the kernel's high-water mark of each kando process.  Then the processor
time of one start (`push` of one byte), which every pipe of a Blueprint pays.

    python benchmarks/kando.py [--gib 5] [--starts 20]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pytest_kanister._backends import open_backend
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kanister.tools import write_programs
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings

MEMORY_MIB, START_CPU_S = 100, 0.12
_GIB = 1 << 30
_BLOCK_BYTES = 1 << 20
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class Ran:
    """One kando process."""

    status: int
    took_s: float
    peak_mib: float


class Stream:
    """A reproducible stream of blocks, each different."""

    def __init__(self, blocks: int) -> None:
        self._blocks = blocks
        self._filler = os.urandom(_BLOCK_BYTES - 8)
        self.digest = hashlib.sha256()

    def write(self, pipe: IO[bytes]) -> None:
        """Writes everything and closes the pipe."""
        with pipe:
            for number in range(self._blocks):
                head = number.to_bytes(8, "big")
                for piece in (head, self._filler):
                    self.digest.update(piece)
                    pipe.write(piece)


def run_kando(argv: list[str], talk: Callable[[subprocess.Popen[bytes]], None]) -> Ran:
    """Runs kando while `talk` feeds or drains it."""
    began = time.perf_counter()
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        talker = threading.Thread(target=talk, args=[process])
        talker.start()
        peak_kib = 0
        while process.poll() is None:
            peak_kib = max(peak_kib, _high_water_kib(process.pid))
            time.sleep(_LOOK_EVERY_S)
        talker.join()
    return Ran(process.returncode, time.perf_counter() - began, peak_kib / 1024)


def _high_water_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    rows = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(rows[0].split()[1]) if rows else 0


def circle(kando: str, profile: str, blocks: int) -> tuple[Ran, Ran, bool]:
    """push, pull, and whether the same came back."""
    stream, back = Stream(blocks), hashlib.sha256()

    def feed(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        stream.write(process.stdin)

    def drain(process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        while block := process.stdout.read(_BLOCK_BYTES):
            back.update(block)

    flags = ["--profile", profile, "--path", "large", "-"]
    pushed = run_kando([kando, "location", "push", *flags], feed)
    pulled = run_kando([kando, "location", "pull", *flags], drain)
    return pushed, pulled, stream.digest.digest() == back.digest()


def start_cpu_s(kando: str, profile: str, starts: int) -> float:
    """Processor time of one `push`, the median."""
    spent: list[float] = []
    for _ in range(starts + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        flags = ["--profile", profile, "--path", "small", "-"]
        subprocess.run([kando, "location", "push", *flags], input=b"x", check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(spent[1:])  # the first one warms the caches


def main() -> int:
    """Runs both and says whether the figures hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gib", type=float, default=5.0)
    parser.add_argument("--starts", type=int, default=20)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        backend = open_backend(Settings(), lambda line: print(line, file=sys.stderr))
        stack.callback(backend.close)
        kube = KubeClient(backend.kubeconfig, backend.capabilities)
        stack.callback(kube.close)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bench"}}
        kube.create(namespace)
        store = SeaweedFS(kube, Settings(), name="s3", namespace="bench")
        store.deploy()
        store.wait_ready()
        store.bucket("bench")
        pair = {"ID": store.access_key.reveal(), "Secret": store.secret_key.reveal()}
        location = dict(store.profile("bench"))
        credential = {"Type": "keyPair", "KeyPair": pair}
        profile = json.dumps({"Location": location, "Credential": credential})
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="kando-bench-"))
        kando = str(write_programs(Path(folder)) / "kando")
        cpu_s = start_cpu_s(kando, profile, chosen.starts)
        print(f"start: {cpu_s * 1000:.0f} ms of CPU (limit {START_CPU_S * 1000:.0f})", flush=True)
        blocks = int(chosen.gib * _GIB / _BLOCK_BYTES)
        pushed, pulled, same = circle(kando, profile, blocks)
        kube.delete(NAMESPACES, "bench")
    for word, ran in (("push", pushed), ("pull", pulled)):
        rate = chosen.gib * 1024 / ran.took_s
        print(
            f"{word}: {chosen.gib:g} GiB in {ran.took_s:.1f} s ({rate:.0f} MiB/s), "
            f"peak {ran.peak_mib:.0f} MiB (limit {MEMORY_MIB}), exit status {ran.status}"
        )
    print(f"what came back is {'the same' if same else 'DIFFERENT'}")
    small = max(pushed.peak_mib, pulled.peak_mib) < MEMORY_MIB
    good = same and small and cpu_s < START_CPU_S and pushed.status == pulled.status == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
