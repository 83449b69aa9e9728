"""4.0: every registered function's arguments are checked before it runs: required, then unknown."""

from __future__ import annotations

from typing import Any

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from tests.conformance.kanister.case import Case, Expect, on


def _fails(name: str, func: str, args: dict[str, Any], message: str) -> Case:
    return Case(
        name,
        "2.7, 4.0",
        {"backup": {"phases": [{"func": func, "name": "p", "args": args}]}},
        Expect("failed", error=f"null: {message}", phases=["p failed"], pods=[]),
        [on()],
    )


def _missing(func: str) -> Case:
    *given, last = SIGNATURES[func].required
    return _fails(
        f"{func}-argument-missing",
        func,
        dict.fromkeys(given, "x"),
        f"Required args missing for function {func}: Required arg missing: {last}",
    )


def _unsupported(func: str) -> Case:
    return _fails(
        f"{func}-argument-unsupported",
        func,
        {**dict.fromkeys(SIGNATURES[func].required, "x"), "nonsense": "x"},
        f"Checking supported args for function {func}.: argument nonsense is not supported",
    )


CASES = [check(func) for func in SIGNATURES for check in (_missing, _unsupported)]
