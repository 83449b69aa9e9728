"""4.11, 1.1: the functions on Amazon's RDS without an account there, and those on a Kopia server
without one: none can succeed."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, on, phase

_ARGS: dict[str, dict[str, Any]] = {
    "BackupDataUsingKopiaServer": {
        "container": "main",
        "includePath": "/data",
        "namespace": "<ns>",
        "pod": "db-0",
    },
    "RestoreDataUsingKopiaServer": {
        "backupIdentifier": "i",
        "namespace": "<ns>",
        "restorePath": "/data",
        "image": "x",
    },
    "DeleteDataUsingKopiaServer": {"backupID": "i", "namespace": "<ns>", "image": "x"},
    "CreateRDSSnapshot": {"instanceID": "i"},
    "DeleteRDSSnapshot": {"snapshotID": "s"},
    "ExportRDSSnapshotToLocation": {
        "namespace": "<ns>",
        "instanceID": "i",
        "snapshotID": "s",
        "dbEngine": "PostgreSQL",
    },
    "RestoreRDSSnapshot": {"instanceID": "i", "snapshotID": "s"},
}


def _case(name: str, func: str, error: str, **args: Any) -> Case:
    expect = Expect("failed", error=error, phases=["p failed"], pods=[])
    blueprint = {"backup": {"phases": [phase(func, **{**_ARGS[func], **args})]}}
    rule = "1.1" if "Kopia" in func else "4.11"
    return Case(name, rule, blueprint, expect, [on()])


def _bad(func: str) -> Case:
    wrong = next(name for name in _ARGS[func] if name != "namespace")
    error = f"null: Failed to decode arg `{wrong}`…"
    return _case(f"{func}-bad-argument", func, error, **{wrong: {"a": "b"}})


CASES = [
    *(_case(f"{func}-fails", func, "null: …") for func in _ARGS),
    *(_bad(func) for func in _ARGS),
    _case(
        "CreateRDSSnapshot-bad-argument-credentials",
        "CreateRDSSnapshot",
        "null: …",
        credentialsSource="guesswork",
    ),
    _case(
        "ExportRDSSnapshotToLocation-bad-argument-engine",
        "ExportRDSSnapshotToLocation",
        "null: …",
        dbEngine="MySQL",
    ),
]
