"""What every kind's damages ask of their arguments, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["a_text", "check_true", "counted", "the_only"]


def the_only(who: str, known: Iterable[str], how: Mapping[str, Any]) -> tuple[str, Any]:
    """Word and argument of the one damage that is to be done.

    Args:
        who: knows them: a product.
        known: the words.
        how: as `Workload.damage` is given it.

    Raises:
        UsageProblem: it is not exactly one, or not known.
    """
    words = (*known,)
    listed = ", ".join(words)
    if len(how) != 1:
        found = ", ".join(how) or "none"
        raise UsageProblem(f"damage: expected one of {listed}, found {found}")
    ((word, argument),) = how.items()
    if word not in words:
        raise UsageProblem(f"damage: {who} knows {listed}, found {word!r}")
    return word, argument


def a_text(damage: str, argument: Any, expected: str) -> str:
    """The argument.

    Raises:
        UsageProblem: it is no text, or an empty one; the message says what was expected.
    """
    if not isinstance(argument, str) or not argument.strip():
        raise UsageProblem(f"damage {damage}: expected {expected}, found {argument!r}")
    return argument


def check_true(damage: str, argument: Any) -> None:
    """Refuses anything but `true`, for a damage that has nothing to choose."""
    if argument is not True:
        raise UsageProblem(f"damage {damage}: expected true, found {argument!r}")


def counted(number: int, word: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
