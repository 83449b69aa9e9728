"""Which items use us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._plugin.fixtures import FIXTURES
from pytest_kanister._plugin.options import begin_screen
from pytest_kanister._plugin.state import RUN

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["begin_early", "mark_users"]


def mark_users(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Gives the marker `kanister` to each item that has one of our fixtures."""
    for item in items:
        if not FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.kanister)


def begin_early(session: pytest.Session) -> None:
    """Starts in the background what the selected items will wait for."""
    if session.config.option.collectonly or session.testsfailed:
        return
    if any(item.get_closest_marker("kanister") for item in session.items):
        begin_screen(session.config)
        session.config.stash[RUN].harness.begin()
