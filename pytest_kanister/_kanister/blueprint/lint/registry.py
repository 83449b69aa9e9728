"""All rules by code: importing this module imports every family."""

from __future__ import annotations

from importlib import import_module

from pytest_kanister._kanister.blueprint.lint.rules.declaring import DECLARED

__all__ = ["FAMILIES", "RULES"]

FAMILIES = {
    "file": "The file and its comments",
    "schema": "What Kanister checks itself, and what it silently drops",
    "templates": "Templates: what they read, and when it is there",
    "artifacts": "Artifacts between the actions",
    "shell": "Scripts whose failures go unseen",
    "commands": "Programs that do not do what was meant",
    "secrets": "Secrets in scripts",
    "dumps": "Dumps that leave something out",
    "loads": "Restores that hide their errors",
    "locations": "Where backups are kept, and what deletes them",
    "images": "Images and names",
    "actions": "Actions as a whole",
}
"""Module of `rules/` → heading of its chapter in the catalogue."""

for _family in FAMILIES:
    import_module(f"pytest_kanister._kanister.blueprint.lint.rules.{_family}")

RULES = dict(sorted(DECLARED.items()))
