"""What Kanister's own validation would object to in a new ActionSet.

It only logs its objections, so a client that waits must know them itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["objections"]

_KINDS = ("statefulset", "deployment", "pvc", "deploymentconfig", "namespace", "unstructured")


def objections(actionset: Object) -> list[str]:
    """One sentence for each rule that the ActionSet breaks."""
    spec = actionset.get("spec")
    if spec is None:
        return ["spec: expected a mapping, found nothing"]
    found = []
    for index, action in enumerate(spec.get("actions") or ()):
        target = action.get("object") or {}
        kind = target.get("kind", "")
        if kind.lower() in _KINDS or (target.get("apiVersion") and target.get("resource")):
            continue
        found.append(
            f"spec.actions[{index}] ({action.get('name', '')}): object.kind: expected one of "
            f"{', '.join(_KINDS)}, or apiVersion and resource beside another kind; found {kind!r}"
        )
    return found
