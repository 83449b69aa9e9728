"""Options: command line over ini over environment, into one frozen `Settings`."""

from __future__ import annotations

import os
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
        settings = settings_of(config, os.environ)
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from None
    run = config.stash[RUN] = Run(settings, config)
    config.pluginmanager.register(run, "kanister-run")


def close(config: pytest.Config, exit_status: int) -> None:
    """Writes the report, and ends what the run started."""
    run = config.stash.get(RUN, None)
    if run is None:
        return
    try:
        run.write_report(exit_status)
    except UsageProblem as problem:
        pytest.exit(str(problem), returncode=pytest.ExitCode.USAGE_ERROR)
    finally:
        run.close()


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
