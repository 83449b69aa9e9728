"""Findings as SARIF 2.1.0, which code hosts show beside the changed lines.

Source of the shape: OASIS, Static Analysis Results Interchange Format 2.1.0; the tests hold it
against its schema.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from pytest_kanister._kanister.blueprint.lint.model import Finding, Rule
    from pytest_kanister._kanister.blueprint.lint.running import LintResult

__all__ = ["as_sarif"]


def as_sarif(result: LintResult, *, version: str) -> str:
    """One run of the tool.

    Args:
        result: what was found.
        version: pytest-kanister's own.
    """
    rules = sorted({finding.rule.code: finding.rule for finding in result.findings}.items())
    index = {code: number for number, (code, _) in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "pytest-kanister lint",
                "version": version,
                "rules": [_rule(rule) for _, rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, index[found.rule.code]) for found in result.findings],
        "invocations": [_invocation(result)],
    }
    return json.dumps(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        },
        indent=2,
    )


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.remedy},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    place = finding.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endColumn": place.column + place.length,
    }
    found: dict[str, Any] = {
        "ruleId": finding.rule.code,
        "ruleIndex": index,
        "level": finding.rule.severity,
        "message": {"text": f"{finding.message}. {finding.rule.remedy}"},
        "locations": [_location(finding.file, region)],
    }
    if finding.also:
        found["relatedLocations"] = [
            {"id": number, **_location(finding.file, {"startLine": line})}
            for number, line in enumerate(finding.also, 1)
        ]
    return found


def _location(file: str, region: dict[str, int]) -> dict[str, Any]:
    path = PurePath(file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _invocation(result: LintResult) -> dict[str, Any]:
    """Rules that were not run are told: an empty list of results must not look like a clean one."""
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if result.not_checked:
        invocation["toolConfigurationNotifications"] = [
            {
                "level": "warning",
                "message": {
                    "text": "not checked, as scripts were not read: "
                    + " ".join(rule.code for rule in result.not_checked)
                },
            }
        ]
    return invocation
