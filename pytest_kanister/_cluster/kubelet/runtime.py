"""What a sandbox is: the promises that `bubblewrap` and `nss_wrapper` keep."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._cluster.contracts import Mount

__all__ = [
    "PATH",
    "SHARED_NETWORK",
    "Command",
    "Main",
    "Run",
    "Runtime",
    "Sandbox",
    "interpreter_paths",
]

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH of a container whose image sets none."""

SHARED_NETWORK = (
    "pods share this machine's network: 127.0.0.1 inside a pod is this machine's, `localhost` is"
    " the pod's own address"
)
"""A loss of every runtime here."""

_PACKAGE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Sandbox:
    """Everything that one run of a container needs.

    Attributes:
        argv: the program and its arguments, as it will see them.
        env: the whole environment; nothing else is inherited.
        cwd: folder that it starts in.
        hostname: the pod's host name.
        hosts: the file to be seen as /etc/hosts.
        mounts: volumes, parents before children.
        readable: files and folders of this machine to be seen where they are, read-only.
        scratch: an empty folder of this run, for /tmp and the like.
        image: its name; matters where the image's own root file system runs.
        ip: the pod's address.
        user: `uid` or `uid:gid` that the pod asks for; empty: the image's own.
        root: the image's own root file system where it is a folder of this machine.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    hostname: str
    hosts: Path
    mounts: Sequence[Mount]
    readable: Sequence[Path]
    scratch: Path
    image: str = ""
    ip: str = ""
    user: str = ""
    root: Path | None = None


@dataclass(frozen=True)
class Command:
    """A command line on this machine; `preexec` runs in the child before it."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None = None
    marker: str = field(default="")


class Main(Protocol):
    """A sandbox's main process, as it is waited for."""

    pid: int

    @property
    def running(self) -> bool:
        """Whether the end has not been seen yet."""
        ...

    async def wait(self) -> int:
        """The exit status, 128 + n for signal n."""
        ...


class Run(Protocol):
    """A started sandbox."""

    @property
    def child(self) -> Main:
        """Its main process."""
        ...

    async def begun(self) -> None:
        """Returns once the container's own program has been started, or the container has ended.

        Only then it is `running`, as with any container runtime: what is told to be ready is
        given commands at once, which must not overtake the program.
        """
        ...

    def terminate(self) -> None:
        """SIGTERM for the container's main process."""
        ...

    def kill(self) -> None:
        """SIGKILL for every process of the container, wherever it went."""
        ...

    def pids(self) -> list[int]:
        """Its processes, as this machine counts them."""
        ...

    async def command(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Command:
        """How to run another command beside the main process.

        Raises:
            ProcessLookupError: the container has ended.
        """
        ...


class Runtime(Protocol):
    """A way to make sandboxes.

    Attributes:
        name: word of `Capabilities.isolation`.
        own_network: whether 127.0.0.1 is a pod's own.
        losses: what it cannot give; one sentence each.
    """

    name: str
    own_network: bool
    losses: tuple[str, ...]

    def place(self, path: str, mounts: Sequence[Mount]) -> str:
        """Where a program finds what the pod knows as `path`."""
        ...

    def start(self, sandbox: Sandbox, output: int) -> Run:
        """Starts the sandbox; stdout and stderr both go to the descriptor `output`.

        Raises:
            OSError: it cannot be started.
        """
        ...

    def close(self) -> None:
        """Ends what the runtime itself keeps running."""
        ...


def interpreter_paths() -> list[Path]:
    """What a script needs that runs this Python with this package."""
    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()]
    places += [place for place in sys.path if Path(place).name.endswith("-packages")]
    return [*dict.fromkeys(Path(place) for place in places), _PACKAGE]
