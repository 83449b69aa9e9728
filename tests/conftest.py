"""For every test: what a shell's background takes away is given back."""

from __future__ import annotations

import signal
from importlib.metadata import version

import pytest
from packaging.version import Version

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


def pytest_configure(config: pytest.Config) -> None:
    """Tests of a group share a server: apart they would fail here and there.

    pytest-xdist 3.8 writes the group where pytest 9.2 no longer reads it, and says nothing:
    https://github.com/pytest-dev/pytest-xdist/issues/1386.
    """
    grouped = config.getoption("dist", "no") == "loadgroup"
    if (
        grouped
        and pytest.version_tuple >= (9, 2)
        and Version(version("pytest-xdist")) < Version("3.9")
    ):
        raise pytest.UsageError(
            f"--dist loadgroup has no effect with pytest {pytest.__version__} and "
            f"pytest-xdist {version('pytest-xdist')}; install pytest<9.2"
        )
