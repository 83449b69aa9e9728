"""The scenario's options of a workload, checked before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_options"]


def check_options(
    kind: str, options: Mapping[str, Any], texts: Iterable[str], others: Iterable[str] = ()
) -> None:
    """Refuses what the kind does not know, and a text that is none or empty.

    Args:
        kind: of the workload.
        options: as the scenario has them.
        texts: those that are texts.
        others: those that the caller looks at itself.

    Raises:
        UsageProblem: see above.
    """
    known = (*texts, *others)
    for option, value in options.items():
        if option not in known:
            raise UsageProblem(
                f"workload {kind}: it has the options {', '.join(known)}, found {option!r}"
            )
        if option not in others and (not isinstance(value, str) or not value):
            raise UsageProblem(f"workload {kind} {option}: expected a text, found {value!r}")
