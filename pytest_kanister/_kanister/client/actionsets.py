"""ActionSets as `kanctl create actionset` makes them, with and without `--from`."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["JOB_LABEL", "create_actionset", "derive_actionset"]

JOB_LABEL = "kanister.io/JobID"
"""Kanister copies this label from an ActionSet to the pods of its tasks, so we can tell whose
they are."""

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Kubernetes' own alphabet for generated names, which kanctl uses."""


def create_actionset(
    kube: KubeClient,
    *,
    action: str,
    blueprint: str,
    target: Target,
    profile: Target | None = None,
    secrets: Mapping[str, Target] | None = None,
    config_maps: Mapping[str, Target] | None = None,
    options: Mapping[str, str] | None = None,
    pod_override: Mapping[str, Any] | None = None,
    namespace: str = "kanister",
    name: str = "",
    labels: Mapping[str, str] | None = None,
) -> str:
    """An ActionSet with one action on one object.

    Args:
        kube: the cluster.
        action: key in the Blueprint's `actions`.
        blueprint: the Blueprint's name in `namespace`.
        target: the object; of kind `namespace`, name and namespace are both set to its name.
        profile: where artifacts go.
        secrets: Secrets by the name under which templates reach them.
        config_maps: ConfigMaps, likewise.
        options: the action's options.
        pod_override: merged by Kanister into the pods of its phases.
        namespace: the controller's namespace: it sees no other's ActionSets.
        name: empty: `<action>-<5 random>`.
        labels: for the ActionSet.

    Returns:
        Its name.
    """
    body: Object = {
        "name": action,
        "blueprint": blueprint,
        "object": _object(target),
        **_ALWAYS,
    }
    if profile is not None:
        body["profile"] = _reference(profile)
    if secrets:
        body["secrets"] = {key: _reference(value) for key, value in secrets.items()}
    if config_maps:
        body["configMaps"] = {key: _reference(value) for key, value in config_maps.items()}
    if options:
        body["options"] = dict(options)
    if pod_override:
        body["podOverride"] = dict(pod_override)
    return _create(kube, name or f"{action}-{_suffix()}", namespace, [body], labels)


def derive_actionset(
    kube: KubeClient,
    parent: str,
    *,
    action: str,
    target: Target | None = None,
    blueprint: str = "",
    profile: Target | None = None,
    secrets: Mapping[str, Target] | None = None,
    config_maps: Mapping[str, Target] | None = None,
    options: Mapping[str, str] | None = None,
    pod_override: Mapping[str, Any] | None = None,
    namespace: str = "kanister",
    name: str = "",
    labels: Mapping[str, str] | None = None,
) -> str:
    """An ActionSet from a completed one, like `kanctl create actionset --from`.

    For each action of the parent: Blueprint, object and artifacts come from its *status*
    (artifacts always), Secrets, ConfigMaps and Profile from its *spec* unless given (then
    wholesale), options are the parent's overlaid with the given ones.  The parent's podOverride,
    pod labels and annotations are dropped, as kanctl drops them; a given podOverride is set.

    Raises:
        UsageProblem: the parent is not complete.
        NotFound: there is no parent.
    """
    source = kube.get(ACTIONSETS, parent, namespace)
    status = source.get("status") or {}
    if status.get("state") != "complete":
        raise UsageProblem(
            f"ActionSet {namespace}/{parent} has not been executed: expected state complete, "
            f"found {status.get('state') or 'no status'}; wait for it, or name another one"
        )
    actions = []
    for planned, done in zip(source["spec"]["actions"], status["actions"], strict=True):
        body: Object = {
            "name": action,
            "blueprint": blueprint or done["blueprint"],
            "object": done["object"] if target is None else _object(target),
            "options": {**(planned.get("options") or {}), **(options or {})},
            **_ALWAYS,
        }
        if done.get("artifacts"):
            body["artifacts"] = done["artifacts"]
        given = (("secrets", secrets), ("configMaps", config_maps))
        for key, references in given:
            inherited = planned.get(key)
            if references:
                body[key] = {ref: _reference(value) for ref, value in references.items()}
            elif inherited:
                body[key] = inherited
        if profile is not None:
            body["profile"] = _reference(profile)
        elif planned.get("profile"):
            body["profile"] = planned["profile"]
        if pod_override:
            body["podOverride"] = dict(pod_override)
        actions.append(body)
    return _create(kube, name or f"{action}-{parent}-{_suffix()}", namespace, actions, labels)


_ALWAYS: dict[str, Any] = {"preferredVersion": "", "podLabels": {}, "podAnnotations": {}}
"""What kanctl serialises even when nothing was said."""


def _create(
    kube: KubeClient,
    name: str,
    namespace: str,
    actions: list[Object],
    labels: Mapping[str, str] | None,
) -> str:
    created = kube.create(
        {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": {
                "name": name,
                "namespace": namespace,
                # A label holds 63 characters; a longer name keeps its random end.
                "labels": {JOB_LABEL: name[-63:].lstrip("-."), **(labels or {})},
            },
            "spec": {"actions": actions},
        }
    )
    return str(created["metadata"]["name"])


def _object(target: Target) -> Object:
    # kanctl's namespace targets set both, and templates read either.
    namespace = target.name if target.kind == "namespace" else target.namespace
    return {
        "apiVersion": "",
        "group": "",
        "kind": target.kind,
        "name": target.name,
        "namespace": namespace,
        "resource": "",
    }


def _reference(target: Target) -> Object:
    return _object(Target("", target.name, target.namespace))


def _suffix() -> str:
    return "".join(_random.choice(_ALPHABET) for _ in range(5))


_random = secrets.SystemRandom()
