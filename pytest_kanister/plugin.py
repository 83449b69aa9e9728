"""The door for pytest: entry point `kanister`; every hook only delegates.

Loaded in every pytest run of the environment, used or not: so nothing heavy is imported here or
in what is imported here, and nothing is printed or started before something asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._plugin import options
from pytest_kanister._plugin.fixtures import kanister, kanister_mysql

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

__all__ = ["kanister", "kanister_mysql"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Group `kanister` with an option and an ini key for each setting."""
    options.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker; reads the settings, so that a wrong one ends the run at once."""
    config.addinivalue_line(
        "markers", "kanister: takes a workload through backup and restore (set by the plugin)"
    )
    options.configure(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Gives back what `pytest_configure` took."""
    options.close_screen(config)
    options.end_shared_clusters(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Each `*.kanister.yaml` is a file of scenarios."""
    if not file_path.name.endswith(".kanister.yaml"):
        return None
    from pytest_kanister._plugin.collect import ScenarioFile

    return ScenarioFile.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what uses us, before `-m` selects."""
    from pytest_kanister._plugin.selection import mark_users

    mark_users(config, items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Starts cluster and store while pytest still prepares, if any selected item needs them."""
    from pytest_kanister._plugin.selection import begin_early

    begin_early(session)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Remembers who is next."""
    item.config.stash[options.RUN].next_item = nextitem


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """When an item of ours has what it needs, its successor's database may start."""
    following = item.config.stash[options.RUN].next_item
    if following is None or not item.get_closest_marker("kanister"):
        return
    if following.get_closest_marker("kanister"):
        from pytest_kanister._plugin.ahead import prepare

        prepare(following)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Gives the report what an item of ours left."""
    report = yield
    if report.when == "call" and report.failed and item.get_closest_marker("kanister"):
        from pytest_kanister._plugin.outcome import explain

        explain(item, report)
    if options.RECORD in item.stash:
        from pytest_kanister._plugin.outcome import attach

        attach(item, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Surroundings that fail while a test runs are an error, not a failure of what it tests."""
    if not hasattr(report, "kanister_environment"):
        return None
    from pytest_kanister._plugin.outcome import short_status

    return short_status(report)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Shows which rows and definitions differ when snapshots do."""
    import sys

    if "pytest_kanister._data.proof" not in sys.modules:
        return None  # nobody can have made a Snapshot
    from pytest_kanister._plugin.comparison import explain

    return explain(op, left, right)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Ends what was started, however the run ended."""
    options.close(session, int(exitstatus))
