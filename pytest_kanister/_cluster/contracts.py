"""What the parts of the embedded cluster promise each other.

`api` serves the objects, `controllers` make pods out of workloads, `kubelet` makes processes
out of pods, `images` says what an image name means here, `network` gives addresses and names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from pytest_kanister._model.api import Api, Object
from pytest_kanister._model.resources import Resource

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Admit", "Builtin", "Catalogue", "Mount", "PodHost", "Program"]


class PodHost(Protocol):
    """What the API server asks the kubelet for when a client reads logs or runs a command."""

    def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        tail_lines: int | None = None,
        timestamps: bool = False,
        previous: bool = False,
    ) -> AsyncIterator[bytes]:
        """The container's output so far, and with `follow` all to come until it ends."""
        ...

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: AsyncIterator[bytes] | None,
        stdout: Callable[[bytes], Awaitable[None]],
        stderr: Callable[[bytes], Awaitable[None]],
        tty: bool = False,
    ) -> int:
        """Runs a command beside the container's own process; returns the exit status.

        Awaiting the callbacks is the back-pressure.  Cancelling kills the command's whole tree.
        Raises `errors.ApiError` when pod or container is not running.
        """
        ...


@dataclass(frozen=True)
class Mount:
    """A volume in a container: `source` on this machine, `target` as the program sees it.

    `source` None asks for a private memory file system of `size_bytes` (None: no limit).
    """

    source: Path | None
    target: str
    read_only: bool = False
    size_bytes: int | None = None


@dataclass(frozen=True)
class Program:
    """How an image is run here: everything that an image's own configuration would say.

    Attributes:
        image: the name that was asked for.
        title: what really runs, for people: `MySQL 9.7.4 (Debian)`.
        entrypoint: argv when the pod gives no command; the pod's args, or else `command`, follow
            it.  Strings may hold the placeholders `{ip}` (the pod's address) and
            `{dir:/var/lib/mysql}` (where the program finds that path: itself under bubblewrap,
            the volume's folder on this machine elsewhere).
        command: the image's default arguments, when the pod gives neither command nor args.
        env: environment, before the pod's own.
        path: folders put in front of PATH.
        paths: folders of this machine that the program must be able to read.
        volumes: paths that must be writable even when the pod mounts no volume there.
        ready: argv that exits 0 once a server answers; empty: ready when started.  Used when
            the pod gives no readinessProbe.
        whole: whether it runs in the image's own root file system: then `env` is all that the
            image sets, with its own PATH, and no program of this machine is seen.
        root: that root file system as a folder of this machine, which is never written to; None
            where a container engine keeps it.
        user: `uid:gid` as whom it runs when the pod names none; empty: as whom the engine says.
        cwd: folder that it starts in, unless the pod says another; empty: `/`.
        substituted: empty, or the sentence that names the substitution (`MariaDB 10.11 for
            mysql:8`), shown in every result and an error under `strict`.
    """

    image: str
    title: str
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    path: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()
    volumes: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    whole: bool = False
    root: Path | None = None
    user: str = ""
    cwd: str = ""
    substituted: str = ""


class Catalogue(Protocol):
    """Image name → how it is run here."""

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        """Fetches and prepares what the image needs, once; blocking, safe in threads.

        Raises `errors.EnvironmentProblem`: unknown image (the text says how to map it), nothing
        to fetch it from.
        """
        ...

    def knows(self, image: str) -> bool:
        """Whether `resolve` could succeed; looks at the name alone."""
        ...


Builtin = Callable[[Api, Callable[[str], None], Mapping[str, str]], Awaitable[int]]
"""A pod's program that runs inside the cluster's own process: the operator.

It gets the `Api`, a function that writes a log line and the container's environment, runs
until cancelled and returns an exit status.
"""

Admit = Callable[[Resource, Object], None]
"""An admission check: gets an object before it is stored; raises `errors.ApiError` to refuse."""
