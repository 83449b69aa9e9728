"""The section at the end: scenarios with their steps, what really ran, how to repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._report.closing import closing_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

__all__ = ["write_summary"]

_MARKUP: dict[str, dict[str, bool]] = {
    "proven": {"green": True},
    "different": {"red": True},
    "error": {"red": True},
    "unverified": {"yellow": True},
}


def write_summary(reporter: pytest.TerminalReporter, records: Sequence[Mapping[str, Any]]) -> None:
    """Writes the section."""
    reporter.section("kanister")
    for text, verdict in closing_report(records, verbosity=reporter.config.get_verbosity()):
        reporter.write_line(text, **_MARKUP.get(verdict, {}))
