"""Which sandbox this machine allows: found out by really making one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._cluster.kubelet.bubblewrap import Bubblewrap
from pytest_kanister._cluster.kubelet.nss_wrapper import NssWrapper
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.kubelet.runtime import Runtime

__all__ = ["probe_runtime"]


def probe_runtime(isolation: str, cache: Path, progress: Callable[[str], None]) -> Runtime:
    """The runtime to use.

    Args:
        isolation: `auto`, or `bubblewrap` or `nss_wrapper` to insist on one.
        cache: where bwrap or the nss_wrapper library are fetched to when they are missing.
        progress: gets a sentence a step.

    Raises:
        EnvironmentProblem: none works, or not the one insisted on.
    """
    tried: list[str] = []
    if isolation in ("auto", "bubblewrap"):
        try:
            return _bubblewrap(cache, progress)
        except EnvironmentProblem as problem:
            if isolation == "bubblewrap":
                raise
            tried.append(f"bubblewrap: {problem.message}: {problem.evidence}".rstrip(": "))
    try:
        return _nss_wrapper(cache, progress)
    except EnvironmentProblem as problem:
        raise EnvironmentProblem(
            "pods cannot be run here: neither bubblewrap nor nss_wrapper works",
            remedies=[
                "allow unprivileged user namespaces, or run as root",
                "or install bubblewrap or libnss-wrapper",
                "or use another backend (--kanister-backend)",
            ],
            looked=tried,
            evidence=str(problem),
        ) from problem


def _bubblewrap(cache: Path, progress: Callable[[str], None]) -> Bubblewrap:
    found = shutil.which("bwrap")
    if found is not None:
        program = [found]
    else:
        root = fetch_packages(
            "bubblewrap", ["bubblewrap"], suite=None, cache=cache, progress=progress
        )
        program = _by_loader(root)
    evidence = ""
    # Root needs no namespace of users, and without one it can read what other users own.
    for own_users in (False, True) if os.getuid() == 0 else (True,):
        for sizes in (True, False):
            runtime = Bubblewrap(program, own_users=own_users, sizes=sizes)
            argv = [*runtime.base_argv(), "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"]
            argv += ["--size", "65536", "--tmpfs", "/tmp"] if sizes else ["--tmpfs", "/tmp"]
            done = run([*argv, "--", "true"], timeout_s=30)
            if done.exit_status == 0:
                return runtime
            evidence = done.tail(3)
    raise EnvironmentProblem(
        "bubblewrap cannot make a sandbox here",
        remedies=[
            "allow unprivileged user namespaces (sysctl user.max_user_namespaces, on Ubuntu"
            " kernel.apparmor_restrict_unprivileged_userns=0), or run as root",
            "or do with less isolation: --kanister-isolation=nss_wrapper",
        ],
        looked=[" ".join(program)],
        evidence=evidence,
    )


def _by_loader(root: Path) -> list[str]:
    """Runs the fetched bwrap with the libraries that were fetched with it."""
    folder = next(iter(sorted((root / "usr/lib").glob("*-linux-gnu*"))), root / "usr/lib")
    loader = next(iter(sorted(folder.glob("ld-linux*.so.*"))), None)
    program = str(root / "usr/bin/bwrap")
    return [program] if loader is None else [str(loader), "--library-path", str(folder), program]


def _nss_wrapper(cache: Path, progress: Callable[[str], None]) -> NssWrapper:
    places = [Path("/usr/lib"), Path("/usr/lib64")]
    found = [file for place in places for file in sorted(place.glob("**/libnss_wrapper.so*"))]
    if not found:
        root = fetch_packages(
            "nss-wrapper", ["libnss-wrapper"], suite=None, cache=cache, progress=progress
        )
        found = sorted((root / "usr/lib").glob("**/libnss_wrapper.so*"))
    library = found[0]
    env = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(library), "NSS_WRAPPER_HOSTS": "/etc/hosts"}
    done = run(["getent", "hosts", "localhost"], env=env, timeout_s=30)
    if done.exit_status or "ERROR" in done.stderr or "cannot be preloaded" in done.stderr:
        raise EnvironmentProblem(
            "nss_wrapper cannot be loaded here",
            remedies=["install libnss-wrapper"],
            looked=[str(library)],
            evidence=done.tail(3),
        )
    return NssWrapper(library)
