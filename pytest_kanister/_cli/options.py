"""`Settings` on the command line: the option wins over the environment variable."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_kanister._model.settings import OPTIONS, Settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection

__all__ = ["OF_A_ROUND", "add_settings", "settings_of"]

OF_A_ROUND = tuple(
    option.name for option in OPTIONS if option.name not in ("report", "artifacts", "missing")
)
"""Settings that a round trip on the command line heeds; the rest is about pytest's items."""

_PREFIX = "kanister_setting_"


def add_settings(parser: argparse.ArgumentParser, names: Collection[str]) -> None:
    """Adds the options of the named settings (`cache` → `--kanister-cache`)."""
    group = parser.add_argument_group("settings")
    for option in OPTIONS:
        if option.name in names:
            destination = _PREFIX + option.name
            if option.is_switch:
                group.add_argument(
                    option.flag,
                    dest=destination,
                    action="store_const",
                    const=True,
                    help=option.help,
                )
            else:
                group.add_argument(
                    option.flag,
                    dest=destination,
                    metavar="VALUE",
                    help=f"{option.help} (or {option.variable})",
                )


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Settings from parsed options, then environment variables, then defaults.

    Raises:
        UsageProblem: a value that its setting cannot hold.
    """
    texts = {}
    for option in OPTIONS:
        given = getattr(arguments, _PREFIX + option.name, None)
        texts[option.name] = os.environ.get(option.variable) if given is None else given
    return Settings.of(texts)
