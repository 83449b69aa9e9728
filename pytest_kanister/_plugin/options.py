"""Options: command line over ini over environment, into one frozen `Settings`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._model.settings import OPTIONS, Settings
from pytest_kanister._plugin.state import RECORD, RUN, Run
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RECORD",
    "RUN",
    "add_options",
    "begin_screen",
    "close",
    "close_screen",
    "configure",
    "settings_of",
]


def add_options(parser: pytest.Parser) -> None:
    """One flag and one ini key for each setting; an absent one leaves it to the next source."""
    group = parser.getgroup("kanister", "Kanister round trips")
    for option in OPTIONS:
        help_text = f"{option.help} (ini: {option.ini}, environment: {option.variable})"
        if option.is_switch:
            group.addoption(option.flag, action="store_const", const=True, help=help_text)
        else:
            group.addoption(option.flag, metavar=option.name.upper(), help=help_text)
        parser.addini(option.ini, option.help, default=None)


def settings_of(config: pytest.Config, environment: Mapping[str, str]) -> Settings:
    """The settings of a run.

    Raises:
        UsageProblem: a value that its setting cannot hold.
    """
    values: dict[str, object] = {}
    for option in OPTIONS:
        for value in (
            config.getoption(option.flag.lstrip("-").replace("-", "_"), default=None),
            config.getini(option.ini),
            environment.get(option.variable),
        ):
            # An ini key that nobody set reads as None or as an empty text, by pytest's version.
            if value is not None and value != "":
                values[option.name] = value
                break
    return Settings.of(values)


def configure(config: pytest.Config) -> None:
    """Keeps a `Run` in the config's stash; a bad setting is pytest's usage error."""
    try:
        settings = _shared_out(settings_of(config, os.environ), config)
        if settings.trace and not hasattr(config, "workerinput"):
            _try_trace(settings.trace)
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from None
    run = config.stash[RUN] = Run(settings, config)
    config.pluginmanager.register(run, "kanister-run")


def _shared_out(settings: Settings, config: pytest.Config) -> Settings:
    """Named namespaces are dealt out to xdist's workers: each is a run of its own.

    Raises:
        UsageProblem: there are fewer than workers.
    """
    named = [name.strip() for name in settings.namespaces.split(",") if name.strip()]
    workers = config.getoption("numprocesses", default=None)
    if named and isinstance(workers, int) and workers > len(named):
        raise UsageProblem(
            f"kanister namespaces: expected one for each of the {workers} workers at least, "
            f"found {', '.join(named)}\n  name more, or run with `-n {len(named)}`"
        )
    mine: dict[str, object] | None = getattr(config, "workerinput", None)
    if not named or mine is None:
        return settings
    first, step = int(str(mine["workerid"]).removeprefix("gw")), int(str(mine["workercount"]))
    return replace(settings, namespaces=",".join(named[first::step]))


def _try_trace(file: str) -> None:
    """A file that cannot be written is told before anything runs, and nothing is left of it."""
    from pytest_kanister._harness.trace import Trace

    was_there = Path(file).exists()
    Trace(file).close()
    if not was_there:
        Path(file).unlink()


def close(session: pytest.Session, exit_status: int) -> None:
    """Writes the report, and ends what the run started.

    A report that cannot be written is told, and is the run's exit status; pytest's own summary is
    still to come, so nothing is raised.
    """
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    try:
        run.write_report(exit_status)
    except UsageProblem as problem:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(f"ERROR: {problem}", red=True)
    finally:
        run.close()


def end_shared_clusters(config: pytest.Config) -> None:
    """Under xdist a cluster is its controller's: it ends here, as the workers are over by now."""
    run = config.stash.get(RUN, None)
    if run is None or not run.records or not config.pluginmanager.hasplugin("dsession"):
        return
    from pytest_kanister._backends.embedded import end_own

    end_own()


def begin_screen(config: pytest.Config) -> None:
    """Opens the screen once it is known that an item of ours will run."""
    from pytest_kanister._plugin.screen import open_screen

    run = config.stash[RUN]
    if run.screen is None:
        run.screen = open_screen(config, os.environ)


def close_screen(config: pytest.Config) -> None:
    """Closes it; a second call does nothing."""
    run = config.stash.get(RUN, None)
    if run is not None and run.screen is not None:
        run.screen.close()
