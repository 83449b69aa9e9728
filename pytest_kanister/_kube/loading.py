"""Loads the `kubernetes` package: late, once, in a thread when somebody asked early.

Its import takes 0.6 s of one core whatever part is wanted, as the package's `__init__` imports
all of it; so it is overlapped with the start of a cluster.
"""

from __future__ import annotations

import contextlib
import threading
from importlib import import_module
from typing import Any

__all__ = ["package", "warm_up"]

_lock = threading.Lock()
_thread: threading.Thread | None = None


def warm_up() -> None:
    """Begins `import kubernetes` in a thread; later use waits for it."""
    global _thread
    with _lock:
        if _thread is None:
            _thread = threading.Thread(
                target=_load, name="pytest-kanister: import kubernetes", daemon=True
            )
            _thread.start()


def package(module: str) -> Any:
    """A module of the `kubernetes` package by its dotted name."""
    if _thread is not None and _thread is not threading.current_thread():
        _thread.join()
    return import_module(module)


def _load() -> None:
    # A broken installation is reported where the package is used, not from this thread; so is
    # what an import beside other threads' imports may run into: it is done again there.
    with contextlib.suppress(Exception):
        import kubernetes  # noqa: F401  # to be loaded is all that is wanted of it
