"""`kanctl create actionset`: new ones, and ones made from a parent."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.tools.kanctl.printing import as_yaml
from pytest_kanister._kanister.tools.kanctl.references import (
    KINDS,
    named_objects,
    pairs,
    reference,
    references,
    selected_objects,
)
from pytest_kanister._kanister.tools.kando.flags import CommandError
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    CONFIGMAPS,
    PROFILES,
    SECRETS,
    Resource,
)
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._model.api import Api, Object

__all__ = ["create_actionset"]

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_WARNING = (
    "Warning: --profile flag is not provided.\n"
    "Action might fail if blueprint is using this resource."
)


async def create_actionset(
    api: Api, namespace: str, values: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Creates an ActionSet, or prints it (`--dry-run`).

    Raises:
        CommandError: flags that do not fit, or what they name is not there.
        ApiError: the API refused.
    """
    objects = named_objects(values) + await selected_objects(api, values)
    chosen = _Chosen(values, namespace, objects)
    if values["profile"] == "":
        say(_WARNING)
    if values["from"]:
        actions = await _derived(api, namespace, values["from"], chosen)
    else:
        actions = chosen.new_actions()
    if values["skip-validation"] != "true":
        await _verify(api, namespace, chosen, say)
    metadata: Object = {"creationTimestamp": None, "name": _name(values)}
    labels = pairs(values["labels"], "labels")
    if labels:
        metadata["labels"] = labels
    actionset: Object = {
        "apiVersion": ACTIONSETS.api_version,
        "kind": ACTIONSETS.kind,
        "metadata": metadata,
        "spec": {"actions": actions},
    }
    if values["dry-run"] == "true":
        say(as_yaml(actionset))
        return
    created = await api.create(ACTIONSETS, actionset, namespace)
    say(f"actionset {created['metadata']['name']} created")


class _Chosen:
    """What the flags say, parsed."""

    def __init__(self, values: Mapping[str, str], namespace: str, objects: list[Object]) -> None:
        self.action = values["action"]
        self.blueprint = values["blueprint"]
        self.objects = objects
        self.secrets = references(values["secrets"])
        self.configmaps = references(values["config-maps"])
        self.options = pairs(values["options"], "options")
        self.pod_labels = pairs(values["podlabels"], "podlabels")
        self.pod_annotations = pairs(values["podannotations"], "podannotations")
        self.profile: Object | None = None
        if values["profile"]:
            where, slash, name = values["profile"].rpartition("/")
            self.profile = reference(name, where if slash else namespace)

    def new_actions(self) -> list[Object]:
        """One action per object."""
        if not self.objects:
            raise CommandError(
                "no objects found to perform action set. Please pass a valid parent action set "
                "and/or selector"
            )
        for what, found in (("action", self.action), ("blueprint", self.blueprint)):
            if not found:
                raise CommandError(f"{what} required to create new action set")
        return [
            self.entry(
                name=self.action,
                blueprint=self.blueprint,
                object=obj,
                secrets=self.secrets,
                configMaps=self.configmaps,
                profile=self.profile,
                options=self.options,
            )
            for obj in self.objects
        ]

    def entry(self, **fields: Any) -> Object:
        """An action; what is empty is left out, but for what is always written."""
        kept = {key: value for key, value in fields.items() if value}
        return {
            "name": "",
            "blueprint": "",
            "preferredVersion": "",
            "podLabels": self.pod_labels,
            "podAnnotations": self.pod_annotations,
            **kept,
        }


async def _derived(api: Api, namespace: str, parent_name: str, chosen: _Chosen) -> list[Object]:
    """Actions for a child: artifacts of the parent's status, the rest of its spec or the flags.

    podOverride, podLabels, podAnnotations and preferredVersion of the parent are dropped.
    """
    parent = await api.get(ACTIONSETS, parent_name, namespace)
    status = parent.get("status") or {}
    if status.get("state") != "complete":
        raise CommandError(f"Request parent ActionSet {parent_name} has not been executed")
    actions: list[Object] = []
    specs = parent["spec"].get("actions") or []
    for spec, done in zip(specs, status.get("actions") or [], strict=False):
        options = {**(spec.get("options") or {}), **chosen.options}
        actions += [
            chosen.entry(
                name=chosen.action or spec.get("name"),
                blueprint=chosen.blueprint or done.get("blueprint"),
                object=obj,
                artifacts=done.get("artifacts"),
                secrets=chosen.secrets or spec.get("secrets"),
                configMaps=chosen.configmaps or spec.get("configMaps"),
                profile=chosen.profile or spec.get("profile"),
                options=options,
            )
            for obj in chosen.objects or [done.get("object") or {}]
        ]
    return actions


def _name(values: Mapping[str, str]) -> str:
    if values["name"]:
        return values["name"]
    parts = [part for part in (values["action"], values["from"]) if part]
    suffix = "".join(random.choice(_ALPHABET) for _ in range(5))
    return "-".join([*parts, suffix])


async def _verify(api: Api, namespace: str, chosen: _Chosen, say: Callable[[str], None]) -> None:
    """Everything that a flag names must be there; what is inherited is not looked at."""
    wanted: list[tuple[str, Resource, Object]] = []
    if chosen.blueprint:
        wanted.append(("blueprint", BLUEPRINTS, reference(chosen.blueprint, namespace)))
    if chosen.profile:
        wanted.append(("profile", PROFILES, chosen.profile))
    for obj in chosen.objects:
        resource = KINDS.get(obj["kind"]) or Resource(
            obj["group"], obj["apiVersion"], obj["resource"], obj["resource"]
        )
        wanted.append((obj["kind"] or obj["resource"], resource, obj))
    wanted += [("configmap", CONFIGMAPS, found) for found in chosen.configmaps.values()]
    wanted += [("secret", SECRETS, found) for found in chosen.secrets.values()]
    missing = False
    for kind, resource, found in wanted:
        where = found.get("namespace", "")
        try:
            await api.get(resource, found["name"], where if resource.namespaced else None)
        except ApiError as error:
            missing = True
            say(
                f"Please make sure '{kind}' with name '{found['name']}' exists in namespace "
                f"'{where}': {error}"
            )
    if missing:
        raise CommandError("resource verification failed")
