"""A scenario's `marks` as pytest's markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_kanister._scenario.model import PytestMark

__all__ = ["marker"]


def marker(mark: PytestMark, expected: type[BaseException]) -> pytest.MarkDecorator:
    """The marker.

    Args:
        mark: as the scenario has it.
        expected: the only exception that an `xfail` accepts: a broken machine is not the failure
            that the author expects.

    Raises:
        ScenarioError: pytest was told to be strict and nobody registered the marker.
    """
    try:
        made = getattr(pytest.mark, mark.name)
    except pytest.fail.Exception as error:
        raise mark.mark.error(
            f"marks: {str(error).splitlines()[0]}",
            "register it under `markers` in pytest's configuration",
        ) from None
    kwargs: dict[str, Any] = dict(mark.kwargs)
    if mark.name == "xfail":
        kwargs["raises"] = expected
    # Called by name: a marker with one callable argument and nothing else would be a decorator.
    decorated: pytest.MarkDecorator = made.with_args(*mark.args, **kwargs)
    return decorated
