"""Which rows of the specification's failure matrix (2.11) and checklist (11) the table shows.

A case names its rows in `rule`: `2.11.4` is the matrix's fourth row.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.conformance.kanister.case import Case

__all__ = ["CHECKLIST", "FAILURE_MATRIX", "ROWS", "cases_by_row"]

FAILURE_MATRIX = {
    "2.11.1": "no Blueprint named, or it is missing, at intake",
    "2.11.2": "the action is not in the Blueprint",
    "2.11.3": "the Blueprint is deleted between intake and launch",
    "2.11.4": "unknown function",
    "2.11.5": "the Profile is missing",
    "2.11.6": "the Profile's Secret is missing or lacks a field",
    "2.11.7": "the action has no Profile",
    "2.11.8": "the target workload is missing",
    "2.11.9": "a phase's Secret is missing",
    "2.11.10": "null inside args",
    "2.11.11": "two phases of one name in one action",
}
CHECKLIST = {
    "11.1": "raw templates stand in the status' artifacts until success",
    "11.2": "objects are rendered before phase 1, Secrets fetched per phase",
    "11.3": "objects of the deferPhase are its own; its success rescues nothing",
    "11.4": ".Namespace.Name is object.namespace",
    "11.5": "`null: ` in error messages, `%s` in those of validation",
    "11.6": "PrepareData ignores the exit status",
    "11.7": "KubeExec reads stdout only, KubeTask both streams",
    "11.8": "kando delete goes by string prefix",
    "11.9": "push takes an empty or cut stream, pull does not truncate",
    "11.10": "an invalid ActionSet gets no status, a restart orphans what runs",
    "11.11": "args are weakly typed, templates give strings, null crashes",
    "11.12": "actions of one ActionSet run beside each other",
    "11.13": "date of a text is now",
    "11.14": "job pods: names, labels, gone at once also after a failure",
    "11.15": "kanctl --from: what a child keeps and drops",
    "11.16": "the webhook refuses duplicate phase names, the controller runs them",
}
ROWS = {**FAILURE_MATRIX, **CHECKLIST}


def cases_by_row(cases: Iterable[Case]) -> dict[str, list[str]]:
    """Row → ids of the cases that show it, in the table's order; no case: an empty list."""
    found: dict[str, list[str]] = {row: [] for row in ROWS}
    for case in cases:
        for rule in case.rule.split(","):
            if rule.strip() in found:
                found[rule.strip()].append(case.id)
    return found
