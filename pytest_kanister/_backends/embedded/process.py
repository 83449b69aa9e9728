"""Starting and ending the cluster's process, as its parent or as somebody else of its user."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._backends.embedded.grounds import find_plot, is_alive, sweep
from pytest_kanister._backends.embedded.messages import Description, error_of, load_description
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["end", "join", "start"]

_MODULE = "pytest_kanister._backends.embedded.serve"
_PIPE = 3

END_S = 30.0
"""A cluster ends in a fraction of a second, one of containers in up to 20 (`serve`'s farewell) on a
busy engine; then it is killed and swept."""


def start(
    name: str,
    options: dict[str, Any],
    progress: Callable[[str], None],
    meanwhile: Callable[[], None] = lambda: None,
) -> Description:
    """A cluster process of this name that serves, started now or just before by somebody else.

    Args:
        name: the cluster's folder below `run_root`.
        options: what `serve` reads (JSON values).
        progress: gets the cluster's progress lines, later ones from a thread.
        meanwhile: called while the process starts.

    Raises:
        EnvironmentProblem: this machine cannot run it, as the process found out.
    """
    reader, writer = os.pipe()
    # Output from before the log file is there goes to memory, so a killed parent leaves no file.
    early = os.memfd_create("pytest-kanister-log")
    try:
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", _MODULE, json.dumps({"name": name, **options})],
            _environment(),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, early, 1),
                (os.POSIX_SPAWN_DUP2, early, 2),
                (os.POSIX_SPAWN_DUP2, writer, _PIPE),
            ],
            setsid=True,
            setsigmask=(),
        )
    finally:
        os.close(writer)
    meanwhile()
    messages = _lines(reader)
    try:
        for message in messages:
            if "progress" in message:
                progress(message["progress"])
            elif "error" in message:
                _reap(pid)
                raise error_of(message["error"])
            elif "taken" in message:
                _reap(pid)
                return _wait_for_other(name, options, progress)
            elif "ready" in message:
                _follow(messages, progress)
                return Description.of(message["ready"])
        _reap(pid)
        raise _died(name, early)
    finally:
        os.close(early)


def join(name: str) -> Description | None:
    """The living cluster of this name, if it is ready."""
    folder = find_plot(name)
    return load_description(folder) if is_alive(folder) else None


def end(cluster: Description) -> None:
    """Ends a cluster and waits until its process, and so all it had, is gone."""
    try:
        handle = os.pidfd_open(cluster.pid)
    except ProcessLookupError:
        sweep()
        return
    try:
        if is_alive(cluster.folder):
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            if not select.select([handle], [], [], END_S)[0]:
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                select.select([handle], [], [], END_S)
                sweep()
    finally:
        os.close(handle)
    _reap(cluster.pid)


def _wait_for_other(
    name: str, options: dict[str, Any], progress: Callable[[str], None]
) -> Description:
    """The cluster that another process is just starting; starts it when that one fails."""
    progress("another worker is starting the embedded cluster")
    folder = find_plot(name)

    def attempt() -> Description | bool | None:
        return load_description(folder) or (None if is_alive(folder) else False)

    # As long as it lives it may be fetching; its starter shows the progress.
    found = wait_until(attempt, Deadline(600.0), interval_s=0.01, longest_s=0.05)
    if isinstance(found, Description):
        return found
    return start(name, options, progress)


def _lines(reader: int) -> Iterator[dict[str, Any]]:
    with os.fdopen(reader, "rb") as pipe:
        for line in pipe:
            yield json.loads(line)


def _follow(messages: Iterator[dict[str, Any]], progress: Callable[[str], None]) -> None:
    def follow() -> None:
        for message in messages:
            if "progress" in message:
                progress(message["progress"])

    threading.Thread(target=follow, name="pytest-kanister: cluster's progress", daemon=True).start()


def _environment() -> dict[str, str]:
    """Ours, with this very package in front: it may come from a checkout."""
    package = str(Path(__file__).parents[3])
    path = os.environ.get("PYTHONPATH")
    # A coverage or debugger hook of the parent would follow us into the child.
    return {**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{path}" if path else package}


def _reap(pid: int) -> None:
    """Takes the exit status of a child that has ended or is about to; it may be no child."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _died(name: str, early: int) -> EnvironmentProblem:
    folder = find_plot(name)
    log = folder / "cluster.log"
    text = log.read_text(errors="replace") if log.exists() else ""
    text = os.pread(early, 2**16, 0).decode(errors="replace") + text
    sweep()
    return EnvironmentProblem(
        "the embedded cluster's process ended before it was ready",
        evidence="\n".join(text.splitlines()[-30:]),
        remedies=[
            "see whether something kills processes here (memory?): `dmesg`",
            "`pytest-kanister doctor` looks at what the embedded cluster needs",
        ],
    )
