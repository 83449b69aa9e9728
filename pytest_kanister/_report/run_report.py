"""The whole run as one JSON document, and its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["REPORT_VERSION", "report_schema", "run_report", "write_report"]

REPORT_VERSION = "pytest-kanister/report/v1"

_VERDICTS = ["proven", "different", "unverified", "error"]
_CAUSES = ["", "data", "actionset", "unverified", "scenario", "environment", "interrupted"]
_OUTCOMES = ["passed", "failed", "error", "skipped", "xfailed", "xpassed"]


def run_report(
    records: Sequence[Mapping[str, Any]],
    *,
    version: str,
    begun: str,
    seconds: float,
    exit_status: int,
    settings: Mapping[str, object],
) -> dict[str, Any]:
    """The document; see `report_schema` for what it holds."""
    tests = [dict(record) for record in records]
    return {
        "apiVersion": REPORT_VERSION,
        "version": version,
        "begun": begun,
        "seconds": round(seconds, 3),
        "exitStatus": exit_status,
        "settings": dict(settings),
        "counts": {
            outcome: count
            for outcome in _OUTCOMES
            if (count := sum(record.get("outcome") == outcome for record in tests))
        },
        "tests": tests,
    }


def write_report(file: str, document: Mapping[str, Any]) -> None:
    """Writes it; folders are made.

    Raises:
        UsageProblem: the file cannot be written.
    """
    path = Path(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"kanister report: {file}: {error.strerror}") from None


def report_schema() -> dict[str, Any]:
    """JSON schema, draft 2020-12."""
    text: dict[str, Any] = {"type": "string"}
    seconds: dict[str, Any] = {"type": "number", "minimum": 0}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pytest-kanister report",
        "description": "One pytest run: every scenario, and every test that used a fixture of ours",
        **_object(
            {
                "apiVersion": {"const": REPORT_VERSION},
                "version": {**text, "description": "pytest-kanister's own"},
                "begun": {"type": "string", "format": "date-time"},
                "seconds": seconds,
                "exitStatus": {"type": "integer", "description": "pytest's"},
                "settings": {"type": "object"},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                "tests": {"type": "array", "items": {"$ref": "#/$defs/test"}},
            }
        ),
        "$defs": {
            "test": _object(
                {
                    "nodeid": text,
                    "outcome": {"enum": _OUTCOMES},
                    "attempts": {"type": "integer", "minimum": 1},
                    "command": {**text, "description": "Repeats it"},
                    "ran": {"type": "object", "additionalProperties": text},
                    "losses": {"type": "array", "items": text},
                    "name": text,
                    "verdict": {"enum": _VERDICTS},
                    "cause": {"enum": _CAUSES, "description": "Whose affair it is"},
                    "seconds": seconds,
                    "message": {**text, "description": "What kept it from beginning"},
                    "artifacts": {**text, "description": "Folder with the evidence"},
                    "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
                },
                ("nodeid", "outcome", "attempts", "command", "ran", "losses"),
            ),
            "step": _object(
                {
                    "step": text,
                    "verdict": {"enum": _VERDICTS},
                    "summary": text,
                    "seconds": seconds,
                    "where": {**text, "description": "file:line:column"},
                    "facts": {"type": "object"},
                    "detail": text,
                }
            ),
        },
    }


def _object(properties: Mapping[str, Any], required: Sequence[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }
