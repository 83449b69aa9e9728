"""`Run`: what the plugin keeps for one pytest process; a pytest plugin of its own."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_kanister._harness import Harness
    from pytest_kanister._model.settings import Settings
    from pytest_kanister._plugin.screen import Screen

__all__ = ["RECORD", "RUN", "Run", "leave_record"]

RECORD = pytest.StashKey[dict[str, Any]]()
"""What an item of ours leaves behind: the values of `result_as_json` and more."""


def leave_record(item: pytest.Item, **values: Any) -> None:
    """Adds to the item's record."""
    item.stash.setdefault(RECORD, {}).update(values)


class Run:
    """Settings, and the harness once somebody wants it.

    Attributes:
        settings: as the person chose.
        config: pytest's.
        next_item: the item after the current one.
        screen: where a person sees what happens as it happens; None: nobody watches.
        records: what items left, by node id, in order of arrival.
    """

    def __init__(self, settings: Settings, config: pytest.Config) -> None:
        self.settings = settings
        self.config = config
        self.screen: Screen | None = None
        self.records: dict[str, dict[str, Any]] = {}
        self.next_item: pytest.Item | None = None
        self._begun = datetime.now(tz=UTC), time.monotonic()
        self._harness: Harness | None = None

    @property
    def harness(self) -> Harness:
        """The session's harness; made, not begun, when first asked for."""
        if self._harness is None:
            from pytest_kanister._harness import Harness

            self._harness = Harness(self.settings, progress=self.tell)
        return self._harness

    def tell(self, line: str) -> None:
        """Progress as it happens, for a person who watches."""
        if self.screen is not None:
            self.screen.progress(line)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gathers what ran, also from xdist's workers; each phase of an item brings it again."""
        text = getattr(report, "kanister", "")
        if not text:
            return
        record = self.records.setdefault(report.nodeid, {"attempts": 0})
        if report.when == "setup" and not record.get("open"):
            record.update(attempts=record["attempts"] + 1, open=True, outcome="")
        record.update(json.loads(text))
        record["outcome"] = _outcome(report) or record.get("outcome", "")
        if report.when == "teardown":
            record["open"] = False

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Scenarios with their steps, and what really ran; silent when nothing did."""
        if self.records:
            from pytest_kanister._plugin.summary import write_summary

            write_summary(terminalreporter, self.documents())

    def documents(self) -> list[dict[str, Any]]:
        """The records as the report's schema has them."""
        return [
            {
                "nodeid": nodeid,
                "ran": {},
                "losses": [],
                **{key: value for key, value in record.items() if key != "open"},
                "attempts": max(1, record["attempts"]),
            }
            for nodeid, record in self.records.items()
        ]

    def write_report(self, exit_status: int) -> None:
        """The JSON report, in the process that hears of all tests."""
        if not self.settings.report or hasattr(self.config, "workerinput"):
            return
        from pytest_kanister import __version__
        from pytest_kanister._report.run_report import run_report, write_report

        begun, begin = self._begun
        document = run_report(
            self.documents(),
            version=str(__version__),
            begun=begun.isoformat(),
            seconds=time.monotonic() - begin,
            exit_status=exit_status,
            settings=vars(self.settings),
        )
        write_report(self.settings.report, document)

    def close(self) -> None:
        """Ends what the harness started."""
        if self._harness is not None:
            self._harness.close()
        if self.screen is not None:
            self.screen.close()


def _outcome(report: pytest.TestReport) -> str:
    """The item's outcome as far as this phase decides it; empty: it does not."""
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.failed:
        environment = getattr(report, "kanister_environment", False)
        return "failed" if report.when == "call" and not environment else "error"
    if report.skipped:
        return "skipped"
    return "passed" if report.when == "call" and report.passed else ""


RUN = pytest.StashKey[Run]()
