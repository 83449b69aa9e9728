"""A cluster that is killed with SIGKILL leaves no process of its pods."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._cluster.kubelet import probe_runtime
from pytest_kanister._cluster.kubelet.procs import kill_all, marked

pytestmark = pytest.mark.slow

PROGRAM = """\
import asyncio, sys
from pathlib import Path
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.kubelet import probe_runtime
from pytest_kanister._cluster.kubelet.runtime import PATH, Sandbox

async def main():
    folder, mark, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    hosts = folder / "hosts"
    hosts.touch()
    script = "(setsid sh -c 'sleep 600 & sleep 600' &); sleep 600"
    sandbox = Sandbox(
        ["sh", "-c", script], {"PATH": PATH, "MARK": mark}, "/", "pod", hosts, [], [], folder
    )
    run = probe_runtime(name, cache_folder(), print).start(sandbox, 1)
    command = await run.command(["sleep", "600"], {"PATH": PATH, "MARK": mark}, "/")
    await asyncio.create_subprocess_exec(*command.argv, env=command.env)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def mark() -> Iterator[str]:
    value = f"killed-{os.getpid()}"
    yield value
    kill_all(marked(f"MARK={value}"))


@pytest.mark.parametrize("name", ["bubblewrap", "nss_wrapper"])
def test_kill_9_leaves_nobody(tmp_path: Path, mark: str, name: str) -> None:
    probe_runtime(name, cache_folder(), print).close()  # fetched here, where it may take its time
    cluster = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path), mark, name])
    try:
        found = wait_until(
            lambda: marked(f"MARK={mark}") if len(marked(f"MARK={mark}")) >= 4 else None,
            Deadline(20),
        )
        assert found, "the pod never started"
    finally:
        cluster.send_signal(signal.SIGKILL)
        cluster.wait()
    gone = wait_until(lambda: None if marked(f"MARK={mark}") else True, Deadline(5))
    assert gone, f"left: {marked(f'MARK={mark}')}"
