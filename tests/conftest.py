"""For every test: what a shell's background takes away is given back."""

from __future__ import annotations

import signal

import pytest

# A shell without job control starts its background with SIGINT ignored, and every program below
# inherits that: no Ctrl-C of ours would end anything.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Rooms that a tox environment of their own runs: `-m "not slow"` leaves them out as well.
ROOMS = ("front_door", "interruptions", "library", "live", "thorough", "wheel")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What has a tox environment of its own is slow, whatever else it says."""
    for item in items:
        if any(item.get_closest_marker(room) for room in ROOMS):
            item.add_marker("slow")
