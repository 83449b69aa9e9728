"""`Guard`: what a run may touch on a cluster that others use.

Three rules, enforced where every request passes: objects are made in namespaces of this run, or
in named ones whose owner allowed it by a label; whatever is made bears the run's label; only what
bears it is changed or deleted.
"""

from __future__ import annotations

import secrets
import string
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.ownership import (
    ALLOW_LABEL,
    HELM_NAMESPACE,
    MADE_ANNOTATION,
    OWNER_ANNOTATION,
    RUN_LABEL,
)
from pytest_kanister._model.resources import NAMESPACES, Resource
from pytest_kanister.errors import NotFound, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_kanister._model.api import Object

__all__ = ["Guard"]

_CLUSTER_WIDE = {
    "Namespace",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
}
"""Kinds without a namespace that a run may make: what it works in, and what installs Kanister."""

_ALPHABET = string.ascii_lowercase + string.digits


class Guard:
    """The rules of one run.

    Args:
        run: its name, the label's value.
        owner: who it is, for `cleanup`.
        named: existing namespaces that the person named.
    """

    def __init__(self, run: str, owner: str, named: Collection[str] = ()) -> None:
        self.run = run
        self._owner = owner
        self._named = frozenset(named)

    def marked(self, obj: Mapping[str, Any]) -> Object:
        """A copy that bears our label, as do the pods and claims that are made from it.

        A generated name is drawn here, so that a creation whose answer was lost can be recognised.
        """
        copy: Object = deepcopy(dict(obj))
        metadata = copy.setdefault("metadata", {})
        if metadata.get("generateName") and not metadata.get("name"):
            random = "".join(secrets.choice(_ALPHABET) for _ in range(5))
            metadata["name"] = metadata.pop("generateName") + random
        self._label(metadata)
        metadata["annotations"][MADE_ANNOTATION] = secrets.token_hex(8)
        if copy.get("kind") != "CustomResourceDefinition":
            spec = copy.get("spec")
            for part in self._templates(spec if isinstance(spec, dict) else {}):
                self._label(part.setdefault("metadata", {}))
        return copy

    def require_open(
        self, namespace: str, get: Callable[[Resource, str], Object], what: str
    ) -> None:
        """Refuses a namespace that is neither of this run nor named and allowed.

        Args:
            namespace: where something is to happen.
            get: fetches an object without a namespace.
            what: the intention, for the text: `making Secret a/b`.

        Raises:
            UsageProblem: the refusal.
        """
        try:
            labels = get(NAMESPACES, namespace)["metadata"].get("labels") or {}
        except NotFound:
            labels = {}
        if labels.get(RUN_LABEL) == self.run:
            return
        if namespace not in self._named:
            raise UsageProblem(
                f"{what} is refused: namespace {namespace} was not made by this run "
                f"({self.run}) and is not among the ones that were named\n"
                "  name it (--kanister-namespaces, --kanister-namespace) and label it "
                f'{ALLOW_LABEL}="true", if its owner agrees'
            )
        if labels.get(ALLOW_LABEL) != "true":
            raise UsageProblem(
                f"{what} is refused: namespace {namespace} does not bear the label "
                f'{ALLOW_LABEL}="true"\n'
                f"  if its owner agrees: kubectl label namespace {namespace} {ALLOW_LABEL}=true"
            )

    def require_makeable(
        self, resource: Resource, get: Callable[[Resource, str], Object], place: str, namespace: str
    ) -> None:
        """Refuses to make an object where, or of a kind that, we may not.

        Raises:
            UsageProblem: the refusal.
        """
        if resource.namespaced:
            self.require_open(namespace, get, f"making {resource.kind} {place}")
        elif resource.kind not in _CLUSTER_WIDE:
            raise UsageProblem(
                f"making {resource.kind} {place} is refused: it belongs to the whole cluster; "
                "let its administrator make it"
            )

    def require_ours(
        self, resource: Resource, obj: Object, get: Callable[[Resource, str], Object], verb: str
    ) -> None:
        """Refuses to touch an object that this run did not make and that is in nobody's of ours.

        Raises:
            UsageProblem: the refusal.
        """
        metadata = obj["metadata"]
        found = (metadata.get("labels") or {}).get(RUN_LABEL)
        if found == self.run:
            return
        release = (metadata.get("annotations") or {}).get(HELM_NAMESPACE)
        if release == f"kanister-{self.run}":
            return  # what helm made for the release of this run
        if metadata.get("namespace"):
            home = get(NAMESPACES, metadata["namespace"])
            if (home["metadata"].get("labels") or {}).get(RUN_LABEL) == self.run:
                return  # what controllers made in a namespace of this run
        name = "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))
        whose = f"it is of run {found}" if found else "it does not bear our label"
        raise UsageProblem(
            f"{verb} {resource.kind} {name} is refused: this run ({self.run}) did not make it, "
            f"{whose}\n  whoever made it has to do that"
        )

    def is_answer_to(self, made: Object, found: Object) -> bool:
        """Whether `found` is what our creation of `made` left, its answer having been lost."""
        word = made["metadata"]["annotations"][MADE_ANNOTATION]
        there = found["metadata"].get("annotations") or {}
        return bool(there.get(MADE_ANNOTATION) == word)

    def _label(self, metadata: dict[str, Any]) -> None:
        metadata["labels"] = {**(metadata.get("labels") or {}), RUN_LABEL: self.run}
        annotations = {**(metadata.get("annotations") or {}), OWNER_ANNOTATION: self._owner}
        metadata["annotations"] = annotations

    def _templates(self, spec: dict[str, Any]) -> list[dict[str, Any]]:
        found = [*(spec.get("volumeClaimTemplates") or ())]
        for holder in (spec, (spec.get("jobTemplate") or {}).get("spec") or {}):
            template = holder.get("template")
            if isinstance(template, dict):
                found.append(template)
        return found
