"""`Run`: what the plugin keeps for one pytest process; a pytest plugin of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_kanister._harness import Harness
    from pytest_kanister._model.settings import Settings

__all__ = ["PROPERTY", "RUN", "Run"]

PROPERTY = "kanister"
"""Name of the report property in which an item leaves its record."""


class Run:
    """Settings, and the harness once somebody wants it.

    Attributes:
        settings: as the person chose.
        config: pytest's.
        next_item: the item after the current one.
        records: what scenarios and fixtures reported, as JSON texts, in order of arrival.
    """

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self.settings = settings
        self.config = config
        self.records: list[str] = []
        self.next_item: pytest.Item | None = None
        self._harness: Harness | None = None

    @property
    def harness(self) -> Harness:
        """The session's harness; made, not begun, when first asked for."""
        if self._harness is None:
            from pytest_kanister._harness import Harness

            self._harness = Harness(self.settings, progress=self.tell)
        return self._harness

    def tell(self, line: str) -> None:
        """Progress and steps as they happen, for a person who asked for them with `-vv`."""
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self.config.get_verbosity() >= 2:
            reporter.ensure_newline()
            reporter.write_line(f"kanister: {line}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gathers what ran, also from xdist's workers; each phase of an item brings it again."""
        for name, value in report.user_properties:
            if name == PROPERTY and value not in self.records:
                self.records.append(str(value))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What really ran; silent when nothing did."""
        if self.records:
            from pytest_kanister._plugin.summary import summary_lines

            terminalreporter.section("kanister: what really ran")
            for line in summary_lines(self.records):
                terminalreporter.write_line(line)

    def close(self) -> None:
        """Ends what the harness started."""
        if self._harness is not None:
            self._harness.close()


RUN = pytest.StashKey[Run]()
