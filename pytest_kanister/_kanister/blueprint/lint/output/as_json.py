"""Findings for programs: one JSON document, its shape fixed by `version`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._kanister.blueprint.lint.model import Finding
    from pytest_kanister._kanister.blueprint.lint.running import LintResult

__all__ = ["as_json"]


def as_json(result: LintResult) -> str:
    """`{version, files, findings, notChecked, silenced}`; lines and columns are 1-based."""
    return json.dumps(
        {
            "version": 1,
            "files": list(result.files),
            "findings": [_finding(finding) for finding in result.findings],
            "notChecked": [rule.code for rule in result.not_checked],
            "silenced": result.silenced,
        },
        indent=2,
        ensure_ascii=False,
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.rule.code,
        "name": finding.rule.name,
        "severity": finding.rule.severity,
        "message": finding.message,
        "remedy": finding.rule.remedy,
        "file": finding.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "length": finding.place.length,
        "alsoInLines": list(finding.also),
    }
