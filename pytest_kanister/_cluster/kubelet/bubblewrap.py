"""Sandboxes by bubblewrap: own mounts, own process ids, a whole tree that dies as one.

Just over 300 lines: what a pod sees is a list, which belongs beside what it is made for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.kubelet.child import Child
from pytest_kanister._cluster.kubelet.procs import children, descendants, same_program
from pytest_kanister._cluster.kubelet.roots import as_user, whole_layout
from pytest_kanister._cluster.kubelet.runtime import SHARED_NETWORK, Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_kanister._cluster.contracts import Mount
    from pytest_kanister._cluster.kubelet.runtime import Sandbox

__all__ = ["Bubblewrap", "BubblewrapRun", "layout"]

_SHOWN = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "opt", "nix", "gnu")
"""Top-level folders of this machine that a pod sees, read-only; homes and data stay hidden."""

# fmt: off
_ETC = (
    "alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies",
    "debian_version", "default", "gai.conf", "group", "host.conf", "inputrc", "ld.so.cache",
    "ld.so.conf", "ld.so.conf.d", "localtime", "login.defs", "lsb-release", "magic",
    "mime.types", "netconfig", "networks", "nsswitch.conf", "os-release", "passwd", "perl",
    "pki", "profile", "profile.d", "protocols", "python3", "rpc", "services", "shells", "ssl",
    "terminfo", "timezone",
)
# fmt: on
"""What a pod sees of /etc: what an image of this distribution would hold, no secrets and no
configuration of servers and clients that this machine has."""

# fmt: off
_CAPABILITIES = (
    "chown", "dac_override", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "net_bind_service", "sys_chroot", "mknod", "audit_write", "setfcap",
)
# fmt: on
"""What container runtimes leave to root by default."""


_BEGIN_S = 5.0
"""A program that is bwrap itself cannot be told from one that is still to be run."""


class Bubblewrap:
    """Runtime that needs user namespaces, or root.

    Args:
        program: argv that runs bwrap.
        own_users: whether a user namespace of its own maps us to root (else we are root).
        sizes: whether this bwrap can limit a memory volume.
    """

    name = "bubblewrap"
    own_network = False

    def __init__(self, program: Sequence[str], *, own_users: bool, sizes: bool) -> None:
        self._program = tuple(program)
        self._own_users = own_users
        self._sizes = sizes
        lost = "this bubblewrap cannot limit the size of memory volumes"
        self.losses: tuple[str, ...] = (SHARED_NETWORK,) if sizes else (SHARED_NETWORK, lost)

    def base_argv(self) -> list[str]:
        """Options that every sandbox has; the probe uses them too."""
        argv = [*self._program, "--die-with-parent", "--unshare-pid", "--unshare-uts"]
        if self._own_users:
            return [*argv, "--unshare-user", "--uid", "0", "--gid", "0"]
        argv += ["--cap-drop", "ALL"]
        for capability in _CAPABILITIES:
            argv += ["--cap-add", f"CAP_{capability.upper()}"]
        return argv

    def place(self, path: str, mounts: Sequence[Mount]) -> str:
        """The path itself: the sandbox has it."""
        return path

    def start(self, sandbox: Sandbox, output: int) -> BubblewrapRun:
        """See `Runtime.start`."""
        tell, told = os.pipe()
        whole = sandbox.root is not None
        own_users = self._own_users or whole
        argv = as_user(self._program, sandbox.user) if whole else self.base_argv()
        argv += ["--info-fd", str(told), "--hostname", sandbox.hostname]
        argv += whole_layout(sandbox) if whole else layout(sandbox, sizes=self._sizes)
        argv += ["--chdir", sandbox.cwd, "--", *sandbox.argv]
        try:
            child = Child.start(
                argv,
                sandbox.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(told,),
                start_new_session=True,
                cwd="/",
            )
        except OSError:
            os.close(tell)
            raise
        finally:
            os.close(told)
        return BubblewrapRun(child, tell, own_users=own_users, whole=whole)

    def close(self) -> None:
        """Nothing is kept running."""


class BubblewrapRun:
    """One container: bwrap outside, its init (process 1) inside, the program below it."""

    def __init__(self, child: Child, tell: int, *, own_users: bool, whole: bool = False) -> None:
        self.child = child
        self._whole = whole
        self._own_users = own_users
        self._tell = tell
        self._said = b""
        self._init = 0

    async def begun(self) -> None:
        """See `Run.begun`: process 1 forks the program, which is bwrap itself until it is run."""
        deadline = Deadline(_BEGIN_S)
        for pause_s in _pauses():
            init = self._init_pid()
            if not self.child.running or deadline.passed:
                return
            if init and any(not same_program(pid, init) for pid in children(init)):
                return
            await asyncio.sleep(pause_s)

    def terminate(self) -> None:
        """See `Run.terminate`."""
        # A signal to bwrap itself would kill the sandbox at once.
        main = children(self._init_pid())[:1] if self._init_pid() else []
        for pid in main:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        if not main:
            self.kill()

    def kill(self) -> None:
        """See `Run.kill`: with process 1 of the namespace the kernel kills all others.

        bwrap itself is left to see that and to end: killed together with its child, it would
        leave a zombie to whatever process 1 of this machine is.
        """
        if self.child.running:
            init = self._init_pid()
            if init:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(init, signal.SIGKILL)
            else:
                self.child.send(signal.SIGKILL)

    def pids(self) -> list[int]:
        """See `Run.pids`."""
        return descendants(self._init_pid()) if self._init_pid() else []

    async def command(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Command:
        """See `Run.command`: nsenter joins the container's namespaces."""
        # The mounts are made before the program is started; nobody tells when.
        for pause_s in _pauses():
            if not self.child.running or (self._init_pid() and children(self._init_pid())):
                break
            await asyncio.sleep(pause_s)
        if not self.child.running:
            raise ProcessLookupError("the container has ended")
        nsenter = shutil.which("nsenter", path="/usr/bin:/bin:/usr/sbin:/sbin") or "nsenter"
        enter = [nsenter, "--target", str(self._init_pid()), "--mount", "--pid", "--uts"]
        if self._own_users:
            enter += ["--user", "--preserve-credentials"]
        if self._whole:  # an image need not have `env`, or one that knows --chdir
            return Command([*enter, f"--wdns={cwd}", "--", *argv], env)
        return Command([*enter, "--", "/usr/bin/env", "--chdir", cwd, "--", *argv], env)

    def _init_pid(self) -> int:
        """Process 1 of the sandbox, as this machine counts it; 0 until bwrap has told."""
        if self._tell >= 0:
            os.set_blocking(self._tell, False)
            with contextlib.suppress(BlockingIOError):
                text = os.read(self._tell, 4096)
                self._said += text
                with contextlib.suppress(ValueError):
                    self._init = int(json.loads(self._said)["child-pid"])
                # bwrap tells in several writes: closed after the first one, it would end by
                # SIGPIPE at the next.
                if self._init or not text:
                    os.close(self._tell)
                    self._tell = -1
        return self._init

    def __del__(self) -> None:
        if self._tell >= 0:
            os.close(self._tell)


def _pauses() -> Iterator[float]:
    return itertools.chain((0.001, 0.002, 0.004), itertools.repeat(0.01))


def layout(sandbox: Sandbox, *, sizes: bool) -> list[str]:
    """Options of bwrap for what the sandbox sees, in the order of the mounts."""
    argv = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"]
    for name in _SHOWN:
        top = Path("/", name)
        if top.is_symlink():
            argv += ["--symlink", os.readlink(top), str(top)]
        elif top.is_dir():
            argv += ["--ro-bind", str(top), str(top)]
    argv += _etc()
    argv += _private_folders(sandbox.scratch)
    targets = [_inside(mount.target) for mount in sandbox.mounts]
    for folder in dict.fromkeys(f for target in targets for f in _closed_parent(target)):
        argv += _opened(folder)
    shown = tuple(f"/{name}/" for name in _SHOWN)
    for path in _outermost(sandbox.readable):
        if not f"{path}/".startswith(shown):
            argv += ["--ro-bind", str(path), str(path)]
    argv += ["--ro-bind", str(sandbox.hosts), "/etc/hosts"]
    for mount, target in zip(sandbox.mounts, targets, strict=True):
        if mount.source is None:
            if sizes and mount.size_bytes:
                argv += ["--size", str(mount.size_bytes)]
            argv += ["--tmpfs", target]
        else:
            argv += ["--ro-bind" if mount.read_only else "--bind", str(mount.source), target]
            # A volume at /tmp must not hide the programs that are kept below it.
            for path in [] if mount.read_only else _outermost(sandbox.readable):
                if path.is_relative_to(target):
                    argv += ["--ro-bind", str(path), str(path)]
    return argv


def _private_folders(scratch: Path) -> Iterator[str]:
    """Folders that every image has and may write to; the big ones on disk."""
    for name in ("tmp", "var-tmp"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
        (scratch / name).chmod(0o1777)
    yield from ("--dir", "/run", "--dir", "/root", "--dir", "/home", "--dir", "/mnt")
    yield from ("--dir", "/var/lib", "--dir", "/var/log", "--dir", "/var/cache")
    yield from ("--symlink", "../run", "/var/run")
    yield from ("--bind", str(scratch / "tmp"), "/tmp")
    yield from ("--bind", str(scratch / "var-tmp"), "/var/tmp")


def _etc() -> Iterator[str]:
    for name in _ETC:
        path = Path("/etc", name)
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))
    resolver = Path("/etc/resolv.conf").resolve()
    if resolver.is_file():
        yield from ("--ro-bind", str(resolver), "/etc/resolv.conf")


def _inside(target: str) -> str:
    """The target without the link /var/run in it, which bwrap would not follow."""
    clean = os.path.normpath(target)
    return clean.removeprefix("/var") if f"{clean}/".startswith("/var/run/") else clean


def _closed_parent(target: str) -> Iterator[str]:
    """The deepest folder above `target` that is shown read-only and lacks the next step."""
    parts = Path(target).parts[1:]
    if parts[0] not in _SHOWN:
        return
    here = Path("/").joinpath(parts[0]).resolve()
    for part in parts[1:]:
        if not (here / part).exists():
            yield str(here)
            return
        here = here / part


def _opened(folder: str) -> Iterator[str]:
    """Replaces a read-only folder by one that can take new entries and holds the old ones."""
    yield from ("--tmpfs", folder)
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        if entry.is_symlink():
            yield from ("--symlink", os.readlink(entry.path), entry.path)
        else:
            yield from ("--ro-bind", entry.path, entry.path)


def _outermost(paths: Sequence[Path]) -> list[Path]:
    """Existing paths, without those that lie in another one of them."""
    present = sorted({path for path in paths if path.exists()})
    kept: list[Path] = []
    for path in present:
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept
