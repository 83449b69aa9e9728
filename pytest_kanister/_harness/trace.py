"""A file with one JSON line for each thing that happens, as it happens."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from pytest_kanister.errors import UsageProblem

__all__ = ["Trace"]


class Trace:
    """Appends to a file; does nothing when the file has no name.

    Args:
        file: its name; workers of one run may share it, as each line is one write.

    Raises:
        UsageProblem: the file cannot be opened.
    """

    def __init__(self, file: str) -> None:
        self._handle = -1
        if file:
            try:
                self._handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            except OSError as error:
                raise UsageProblem(
                    f"kanister trace: cannot write {file}: {error.strerror}"
                ) from None

    def note(self, what: str, text: str, **more: Any) -> None:
        """One line: seconds since the epoch, `progress` or `step`, the text, further figures."""
        if self._handle >= 0:
            line = json.dumps({"at": time.time(), "what": what, "text": text, **more})
            os.write(self._handle, f"{line}\n".encode())

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        handle, self._handle = self._handle, -1
        if handle >= 0:
            os.close(handle)
