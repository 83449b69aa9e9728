"""`pytest-kanister kanctl …`: Kanister's own command line, as far as it is emulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._backends.tools import run_kanctl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs kanctl; returns its exit status (0 or 1, not ours)."""
    return run_kanctl(arguments)
