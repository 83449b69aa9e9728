"""What this machine gives the embedded cluster, and what would mend what is missing."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.opening import NEEDED
from pytest_kanister._base.folders import cache_folder
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_kanister._model.settings import Settings

__all__ = ["Finding", "examine"]

FETCH = "pytest-kanister demo"
"""The command that fetches what a round trip needs, and proves it."""

_DATABASES = ("packages mysql", "packages mariadb")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: the thing.
        found: how it is here.
        ok: False: the embedded cluster cannot work, or not with this part.
        losses: what it costs (one sentence each) where it works all the same.
        remedy: the command or step that mends it; empty when nothing is to be done.
    """

    what: str
    found: str
    ok: bool = True
    losses: tuple[str, ...] = ()
    remedy: str = ""


def examine(settings: Settings, progress: Callable[[str], None]) -> Iterator[Finding]:
    """Looks at everything the embedded cluster stands on, in the order in which it needs it.

    Starts nothing and fetches nothing but what telling needs (bubblewrap, when it is missing).
    """
    yield _system()
    packages = _packages()
    yield packages
    if not packages.ok:
        return
    yield _loopback()
    yield _isolation(settings, progress)
    yield from _servers(settings)


def _system() -> Finding:
    found = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    if sys.platform != "linux":
        return Finding("system", found, ok=False, remedy="the embedded cluster needs Linux")
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        return Finding(
            "system",
            f"{found}; processes cannot be watched: {error.strerror}",
            ok=False,
            remedy="a kernel of 5.3 or newer, and a sandbox that allows pidfd_open",
        )
    return Finding("system", found)


def _packages() -> Finding:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        return Finding(
            "extra 'embedded'",
            f"not installed: {', '.join(missing)}",
            ok=False,
            remedy="pip install 'pytest-kanister[embedded]'",
        )
    found = []
    for name in ("kubernetes", *NEEDED):
        try:
            found.append(f"{name} {version(name.replace('_', '-'))}")
        except PackageNotFoundError:
            found.append(name)
    return Finding("extra 'embedded'", ", ".join(found))


def _loopback() -> Finding:
    import socket

    with socket.socket() as listener:
        try:
            listener.bind(("127.77.0.1", 0))
        except OSError as error:
            return Finding(
                "addresses",
                f"a pod's address in 127.0.0.0/8 cannot be used: {error.strerror}",
                ok=False,
                remedy="run where the whole loopback network can be bound (any Linux host)",
            )
    return Finding("addresses", "every pod gets its own in 127.0.0.0/8")


def _isolation(settings: Settings, progress: Callable[[str], None]) -> Finding:
    from pytest_kanister._cluster.kubelet import probe_runtime

    try:
        runtime = probe_runtime(settings.isolation, cache_folder(settings.cache), progress)
    except EnvironmentProblem as problem:
        return Finding("isolation", problem.message, ok=False, remedy=problem.remedies[0])
    return Finding("isolation", runtime.name, losses=tuple(runtime.losses))


def _servers(settings: Settings) -> Iterator[Finding]:
    from pytest_kanister._cluster.images import describe

    cache = cache_folder(settings.cache)
    fetched = False
    for what, found, healthy in describe(cache):
        fetched = fetched or what in _DATABASES
        if healthy:
            yield Finding(what, found)
        elif what.startswith("S3"):
            yield Finding(what, found, ok=False, remedy="pip install 'pytest-kanister[embedded]'")
        else:
            yield Finding(
                what, f"changed since it was made: {found}", ok=False, remedy=f"rm -r {cache}"
            )
    if not fetched:
        yield Finding(
            "database servers",
            f"none in {cache}; they are fetched when first needed",
            remedy=FETCH,
        )
