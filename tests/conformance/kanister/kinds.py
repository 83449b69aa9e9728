"""Which of the four kinds of case each registered function has: success, missing argument, bad
argument, failing command (where it has no command: its nearest failure).

Computed from the cases themselves: a success is a phase of the function in an ActionSet that
completes; a missing argument is Kanister's own message for the function; the other two are called
`FUNCTION-bad-argument…` and `FUNCTION-fails…`, and must fail in a phase of that function.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from tests.conformance.kanister.case import Case

__all__ = ["EXEMPT", "KINDS", "kinds_by_function"]

KINDS = ("success", "missing argument", "bad argument", "failing command")
_NAMES = {"bad argument": "bad-argument", "failing command": "fails"}

_NO_KOPIA = "needs a RepositoryServer, a kind of up to 0.119.0: refused by name"
_NO_RDS = "needs an Amazon account: the embedded operator refuses it by name"
EXEMPT = {
    ("BackupDataUsingKopiaServer", "success"): _NO_KOPIA,
    ("DeleteDataUsingKopiaServer", "success"): _NO_KOPIA,
    ("RestoreDataUsingKopiaServer", "success"): _NO_KOPIA,
    ("CreateRDSSnapshot", "success"): _NO_RDS,
    ("DeleteRDSSnapshot", "success"): _NO_RDS,
    ("ExportRDSSnapshotToLocation", "success"): _NO_RDS,
    ("RestoreRDSSnapshot", "success"): _NO_RDS,
}
"""(function, kind) → why there can be no such case."""


def kinds_by_function(cases: Iterable[Case]) -> dict[str, set[str]]:
    """Function → the kinds of case that it has."""
    found: dict[str, set[str]] = {name: set() for name in SIGNATURES}
    for case in cases:
        for func in _functions(case) & found.keys():
            found[func].update(kind for kind in KINDS if _shows(case, func, kind))
    return found


def _shows(case: Case, func: str, kind: str) -> bool:
    expect = case.expect
    if kind == "success":
        return expect.state == "complete"
    if expect.state != "failed" or not any("failed" in text for text in expect.phases or ()):
        return False
    if kind == "missing argument":
        return f"Required args missing for function {func}:" in (expect.error or "")
    name = f"{func}-{_NAMES[kind]}"
    return case.id == name or case.id.startswith(f"{name}-")


def _functions(case: Case) -> set[str]:
    named = {action.get("name") for action in case.actions or ()}
    return {
        phase.get("func", "")
        for name, action in (case.blueprint or {}).items()
        if name in named
        for phase in action.get("phases") or []
    }
