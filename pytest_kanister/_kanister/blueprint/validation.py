"""What Kanister's admission webhook and `kanctl validate blueprint` demand of a Blueprint.

Neither looks at templates, at arguments' types and values, at `objects` or at artifacts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_kanister._model.api import Object

__all__ = ["BlueprintInvalid", "argument_maps_problems", "validate_blueprint"]

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


class BlueprintInvalid(Exception):
    """The Blueprint is refused; the text is Kanister's."""


def validate_blueprint(
    blueprint: Object, told: Callable[[str, bool], None] = lambda what, passed: None
) -> None:
    """Checks every action, then that no two phases of the Blueprint share a name.

    Args:
        blueprint: the object, as the API server keeps it.
        told: called with each stage's name and whether it passed, the failing one last.  Actions
            come in the order of their names (in Kanister in any).

    Raises:
        BlueprintInvalid: the first thing that is wrong.
    """
    actions = blueprint.get("actions") or {}
    for name in sorted(actions):
        action = actions[name] or {}
        for phase in [*(action.get("phases") or []), *_deferred(action)]:
            func = phase.get("func") or ""
            if func not in SIGNATURES:
                told(f"validation of action {name}", False)  # noqa: FBT003  # what, passed
                raise BlueprintInvalid(
                    f"Failed to validate action {name}: Requested function {{{func}}} has not "
                    "been registered"
                )
        for phase in [*_deferred(action), *(action.get("phases") or [])]:
            stage = f"phase {phase.get('name') or ''} in action {name}"
            problem = _phase_problem(phase)
            told(f"validation of {stage}", not problem)
            if problem:
                raise BlueprintInvalid(f"Failed to validate {stage}: {problem}")
    _require_unique_names(actions)


def _deferred(action: Object) -> list[Object]:
    deferred = action.get("deferPhase")
    return [] if deferred is None else [deferred]


def _require_unique_names(actions: Object) -> None:
    seen: set[str] = set()
    for name in sorted(actions):
        action = actions[name] or {}
        for phase in [*(action.get("phases") or []), *_deferred(action)]:
            found = phase.get("name") or ""
            if found in seen:
                raise BlueprintInvalid(
                    "Failed to validate: Duplicated phase name is not allowed. "
                    f"Violating phase '{found}'"
                )
            seen.add(found)


def _phase_problem(phase: Object) -> str:
    """The first problem of a phase's arguments; empty: none."""
    signature = SIGNATURES[phase["func"]]
    args = phase.get("args") or {}
    if signature.creates_pods:
        for _, problem in argument_maps_problems(args):
            return problem
    for name in sorted(args):
        if name not in signature.arguments:
            return f"argument {name} is not supported"
    for name in signature.required:
        if name not in args:
            return f"Required arg missing: {name}"
    return ""


def argument_maps_problems(args: Object) -> Iterator[tuple[str, str]]:
    """What is wrong with the podLabels and podAnnotations of a function that makes pods.

    Yields:
        the argument's name and the problem in Kanister's words.
    """
    for name, labels in (("podLabels", True), ("podAnnotations", False)):
        for problem in _map_problems(args, name, labels=labels):
            yield name, problem


def _map_problems(args: Object, name: str, *, labels: bool) -> Iterator[str]:
    """Keys are checked, labels' values too; a template in a label's value is no label value."""
    values: Any = args.get(name)
    if values is None:
        return
    if not isinstance(values, dict):
        yield f"{name}: expected a map"
        return
    what = "label" if labels else "annotation"
    for key, value in sorted(values.items()):
        if not isinstance(value, str):
            continue
        if not _is_qualified(key if labels else key.lower()):
            yield f"{what} key '{key}' failed validation: it is no qualified name"
        if labels and value and (len(value) > 63 or not _NAME.fullmatch(value)):
            yield f"label value '{value}' failed validation: it is no label value"


def _is_qualified(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _SUBDOMAIN.fullmatch(prefix)):
        return False
    return len(name) <= 63 and _NAME.fullmatch(name) is not None
