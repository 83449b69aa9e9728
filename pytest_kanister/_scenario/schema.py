"""The JSON schema of scenario files, made of what the loader itself knows."""

from __future__ import annotations

from typing import Any

from pytest_kanister._scenario.inputs import INPUT_SCHEMA
from pytest_kanister._scenario.matrix import MATRIX_SCHEMA
from pytest_kanister._scenario.model import API_VERSION
from pytest_kanister._scenario.steps.arguments import SECONDS, TEXT, object_of
from pytest_kanister._scenario.steps.registry import STEPS

__all__ = ["scenario_schema"]

_WORDS: dict[str, Any] = {
    "oneOf": [
        {"type": ["string", "number"]},
        {"type": "array", "minItems": 1, "items": {"type": ["string", "number"]}},
    ]
}


def scenario_schema() -> dict[str, Any]:
    """JSON schema, draft 2020-12, of one YAML document of a `*.kanister.yaml` file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pytest-kanister scenario",
        "description": "A backup/restore round trip of a Kanister Blueprint",
        **object_of(
            {
                "apiVersion": {"const": API_VERSION},
                "kind": {"const": "Scenario"},
                "metadata": object_of(
                    {"name": {**TEXT, "pattern": r"^(?!.*::)[^/\[]+$"}, "description": TEXT},
                    ("name",),
                ),
                "spec": _spec(),
            },
            ("apiVersion", "kind", "metadata", "spec"),
        ),
        "$defs": {"step": _step()},
    }


def _spec() -> dict[str, Any]:
    return object_of(
        {
            "workload": {
                "type": "object",
                "properties": {"kind": TEXT, "name": TEXT, "namespace": TEXT},
                "required": ["kind", "name"],
                "description": "The database under test; further keys are its own options",
            },
            "blueprint": {
                **TEXT,
                "description": "A file beside the scenario, or the name of a bundled one",
            },
            "store": {**TEXT, "description": "Kind of S3 server"},
            "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
            "matrix": MATRIX_SCHEMA,
            **INPUT_SCHEMA,
            "marks": {
                "type": "array",
                "items": {
                    "oneOf": [TEXT, {"type": "object", "minProperties": 1, "maxProperties": 1}]
                },
                "description": "pytest's markers: `slow`, `{xfail: reason}`, `{timeout: 60}`",
            },
            "timeouts": {
                **object_of({"default": SECONDS, **dict.fromkeys(STEPS, SECONDS)}),
                "description": "Longest time of a step by its word, in seconds",
            },
            "budgets": {
                **object_of({"rtoSeconds": SECONDS, "backupSeconds": SECONDS}),
                "description": "Promised times: of the action `restore`, of the action `backup`",
            },
            "requires": {
                **object_of(
                    dict.fromkeys(("backend", "isolation", "kanister", "kubernetes"), _WORDS)
                ),
                "description": "What the cluster must be; elsewhere the scenario is refused",
            },
            "known": {
                "type": "array",
                "items": object_of(
                    {
                        "loss": {**TEXT, "description": "A grade or a class of objects"},
                        "in": {**TEXT, "description": "Dotted name of what holds it"},
                        "why": TEXT,
                        "until": {"type": "string", "format": "date"},
                    },
                    ("loss", "why", "until"),
                ),
                "description": "Losses that are known; each must occur, until its last day",
            },
            "unverified": {
                "type": "array",
                "items": object_of({"check": TEXT, "why": TEXT}, ("check", "why")),
                "description": "Checks that cannot be made here, and why",
            },
        },
        ("workload", "blueprint"),
    )


def _step() -> dict[str, Any]:
    return {
        "oneOf": [
            {
                **object_of({word: kind.schema}, (word,)),
                "title": word,
                "description": kind.help,
            }
            for word, kind in STEPS.items()
        ]
    }
