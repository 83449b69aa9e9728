"""Work that goes on while we do something else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Later"]

T = TypeVar("T")


class Later(Generic[T]):
    """Runs `work` in a daemon thread at once; `result()` waits for it.

    A daemon, so that Ctrl-C while a server is being fetched ends the program at once.
    """

    def __init__(self, work: Callable[[], T], name: str) -> None:
        self._done = threading.Event()
        self._value: T
        self._error: BaseException | None = None

        def run() -> None:
            try:
                self._value = work()
            except BaseException as error:  # told to whoever asks for the result
                self._error = error
            finally:
                self._done.set()

        threading.Thread(target=run, name=f"pytest-kanister {name}", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it has ended well."""
        return self._done.is_set() and self._error is None

    def result(self) -> T:
        """What `work` returned; raises what it raised."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._value
