"""Processes without namespaces: names by nss_wrapper, trees found again by a marker.

Every process of a container inherits a variable that names it; what left the session and the
parent is found by it in /proc.  A watchdog (a shell that reads a pipe of ours) does the same for
the whole cluster when we are gone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import die_with_parent
from pytest_kanister._cluster.kubelet.child import Child
from pytest_kanister._cluster.kubelet.procs import descendants, kill_all, marked
from pytest_kanister._cluster.kubelet.runtime import SHARED_NETWORK, Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._cluster.contracts import Mount
    from pytest_kanister._cluster.kubelet.runtime import Sandbox

__all__ = ["NssWrapper"]

_PR_SET_CHILD_SUBREAPER = 36
_CLUSTER, _CONTAINER = "PYTEST_KANISTER_CLUSTER", "PYTEST_KANISTER_CONTAINER"

_WATCHDOG = """\
read -r _
while :; do
    found=
    for place in /proc/[0-9]*; do
        if grep -qzxF -- "$1" "$place/environ" 2>/dev/null; then
            kill -KILL "${place#/proc/}" 2>/dev/null && found=1
        fi
    done
    [ -n "$found" ] || exit 0
done
"""


class NssWrapper:
    """Runtime for machines without user namespaces.

    Args:
        library: libnss_wrapper.so, preloaded into every program.
    """

    name = "nss_wrapper"
    own_network = False
    losses: tuple[str, ...] = (
        SHARED_NETWORK,
        "absolute paths (/tmp, /etc, volumes outside a server's own data folder) are this"
        " machine's: pods see each other's files and ours",
        "pods see and may signal this user's other processes",
        "statically linked programs (Go) do not resolve the cluster's names",
        "a database client that names no host does not find its pod's server",
    )

    def __init__(self, library: Path) -> None:
        self._library = library
        self._cluster = uuid.uuid4().hex
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHDOG, "watchdog", f"{_CLUSTER}={self._cluster}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin"},
        )

    def place(self, path: str, mounts: Sequence[Mount]) -> str:
        """The volume's own folder on this machine, or the path itself when no volume is there."""
        best: tuple[int, str] = (0, path)
        for mount in mounts:
            target = mount.target.rstrip("/")
            inside = path == target or path.startswith(target + "/")
            if inside and mount.source is not None and len(target) > best[0]:
                best = (len(target), str(mount.source) + path[len(target) :])
        return best[1]

    def start(self, sandbox: Sandbox, output: int) -> NssWrapperRun:
        """See `Runtime.start`."""
        marker = uuid.uuid4().hex
        env = {
            **sandbox.env,
            "LD_PRELOAD": str(self._library),
            "NSS_WRAPPER_HOSTS": str(sandbox.hosts),
            "NSS_WRAPPER_HOSTNAME": sandbox.hostname,
            _CLUSTER: self._cluster,
            _CONTAINER: marker,
        }
        child = Child.start(
            sandbox.argv,
            env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,
            cwd=_folder(sandbox.cwd),
        )
        return NssWrapperRun(child, f"{_CONTAINER}={marker}", env)

    def close(self) -> None:
        """Lets the watchdog go over what is left, and waits for its end."""
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
        self._watchdog.wait()


class NssWrapperRun:
    """One container: a session of processes that bear its marker."""

    def __init__(self, child: Child, marker: str, env: Mapping[str, str]) -> None:
        self.child = child
        self._marker = marker
        self._own = {
            key: env[key]
            for key in (
                "LD_PRELOAD",
                "NSS_WRAPPER_HOSTS",
                "NSS_WRAPPER_HOSTNAME",
                _CLUSTER,
                _CONTAINER,
            )
        }

    async def begun(self) -> None:
        """See `Run.begun`: `Popen` has waited for it."""

    def terminate(self) -> None:
        """See `Run.terminate`."""
        self.child.send(signal.SIGTERM)

    def kill(self) -> None:
        """See `Run.kill`."""
        while left := self.pids():
            kill_all(left)
            self._reap(left)

    def pids(self) -> list[int]:
        """See `Run.pids`; what is only waiting to be reaped is not counted."""
        own = [self.child.pid, *descendants(self.child.pid)] if self.child.running else []
        found = dict.fromkeys([*own, *marked(self._marker)])
        return [pid for pid in found if _alive(pid)]

    async def command(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Command:
        """See `Run.command`."""
        if not self.child.running:
            raise ProcessLookupError("the container has ended")
        return Command(argv, {**env, **self._own}, _folder(cwd))

    def _reap(self, pids: list[int]) -> None:
        """Orphans are ours as we are their subreaper; the main child is reaped by its pidfd."""
        for pid in pids:
            if pid != self.child.pid:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


def _folder(path: str) -> str:
    """The folder itself, or / where this machine has no such folder."""
    return path if Path(path).is_dir() else "/"


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
