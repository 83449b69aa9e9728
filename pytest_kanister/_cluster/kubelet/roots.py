"""What a sandbox sees that runs in an image's own root file system.

The image's folder is shared by all its containers and never written to: programs and libraries
are shown read-only, everything else is a copy that goes with the run.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._cluster.kubelet.runtime import Sandbox

__all__ = ["as_user", "whole_layout"]

_SHARED = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix", "gnu")
_MADE = ("proc", "dev", "sys", "tmp", "run")
_EMPTY = ("tmp", "var/tmp", "run")


def as_user(program: Sequence[str], user: str) -> list[str]:
    """Options of bwrap for a namespace with one user, by the image's own number.

    Root has the capabilities there that this needs to look like root; nobody else has any.
    """
    uid, _, gid = (user or "0").partition(":")
    argv = [*program, "--die-with-parent", "--unshare-pid", "--unshare-uts"]
    argv += ["--unshare-user", "--uid", uid, "--gid", gid or "0"]
    return [*argv, "--cap-add", "ALL"] if uid == "0" else argv


def whole_layout(sandbox: Sandbox) -> list[str]:
    """Options of bwrap for what the sandbox sees, in the order of the mounts."""
    assert sandbox.root is not None
    copy = sandbox.scratch / "root"
    copy.mkdir(parents=True, exist_ok=True)
    argv = ["--bind", str(copy), "/"]
    copied = []
    for entry in sorted(os.scandir(sandbox.root), key=lambda entry: entry.name):
        if entry.name in _MADE:
            continue
        if entry.name in _SHARED and not entry.is_symlink():
            (copy / entry.name).mkdir()
            argv += ["--ro-bind", entry.path, f"/{entry.name}"]
        else:
            copied.append(entry.path)
    if copied:
        copying = ["cp", "--archive", "--reflink=auto", "--", *copied, str(copy)]
        done = subprocess.run(copying, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise OSError(f"the image's files cannot be copied: {done.stderr.strip()[-300:]}")
    for name in _EMPTY:
        if not (copy / name).exists() and not (copy / name).is_symlink():
            (copy / name).mkdir(parents=True)
        if name != "run" and not (copy / name).is_symlink():
            (copy / name).chmod(0o1777)
    for name in ("proc", "dev", "sys"):
        (copy / name).mkdir(exist_ok=True)
    argv += ["--proc", "/proc", *_devices(sandbox.user), "--tmpfs", "/dev/shm"]
    argv += ["--ro-bind", str(sandbox.hosts), "/etc/hosts"]
    resolver = Path("/etc/resolv.conf").resolve()
    if resolver.is_file():
        argv += ["--ro-bind", str(resolver), "/etc/resolv.conf"]
    (copy / "etc").mkdir(exist_ok=True)
    (copy / "etc/hostname").write_text(f"{sandbox.hostname}\n")
    for mount in sandbox.mounts:
        target = os.path.normpath(mount.target)
        if f"{target}/".startswith("/var/run/") and (copy / "var/run").is_symlink():
            target = target.removeprefix("/var")  # bwrap does not follow the link
        if mount.source is None:
            argv += ["--tmpfs", target]
        else:
            argv += ["--ro-bind" if mount.read_only else "--bind", str(mount.source), target]
    return argv


def _devices(user: str) -> list[str]:
    """Options for /dev: as bwrap makes it, but without terminals for who is not root there.

    bwrap mounts a devpts as root of a first user namespace and starts the program in a second one;
    the other namespaces belong to the first, so an unprivileged user's nsenter, which can enter
    one user namespace, would be refused.
    """
    if (user or "0").partition(":")[0] == "0":
        return ["--dev", "/dev"]
    argv = ["--tmpfs", "/dev"]
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        argv += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        argv += ["--symlink", f"/proc/self/fd/{number}", f"/dev/{name}"]
    return [*argv, "--symlink", "/proc/self/fd", "/dev/fd"]
