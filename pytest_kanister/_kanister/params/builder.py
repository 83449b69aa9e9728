"""The whole tree of template parameters, built when an action is launched."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate.decode import decode
from pytest_kanister._kanister.params.errors import ParamsError
from pytest_kanister._kanister.params.lookup import fetch, fetch_reference
from pytest_kanister._kanister.params.profile import profile_params
from pytest_kanister._kanister.params.types import TYPES
from pytest_kanister._kanister.params.wire import from_wire
from pytest_kanister._kanister.params.workloads import DEPLOYMENTCONFIGS, workload_params
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    SECRETS,
    STATEFULSETS,
    Resource,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._kanister.gotemplate import World
    from pytest_kanister._model.api import Api, Object

__all__ = ["TemplateParams", "build"]

_WORKLOADS = {
    "statefulset": ("StatefulSet", STATEFULSETS),
    "deployment": ("Deployment", DEPLOYMENTS),
    "deploymentconfig": ("DeploymentConfig", DEPLOYMENTCONFIGS),
}


class TemplateParams:
    """The parameters of one running action; phases add to them as they run.

    Args:
        plain: field of `param.TemplateParams` → plain data in Go's names (see `gotemplate.decode`).
        world: clock, environment and so on that templates may ask; None: safe defaults.
    """

    def __init__(self, plain: Object, world: World | None = None) -> None:
        self.plain = plain
        self.world = world
        self._context: object = None

    def context(self) -> object:
        """The typed value that templates run on."""
        if self._context is None:
            self._context = decode(TYPES, "param.TemplateParams", self.plain)
        return self._context

    async def start_phase(
        self, api: Api, name: str, references: Mapping[str, Object], *, deferred: bool = False
    ) -> None:
        """Fetches a phase's `objects` as they are now and puts them under its name.

        Only Secrets and ConfigMaps are fetched; other kinds are ignored silently.

        Raises:
            ParamsError: one of them is not there.
        """
        secrets: Object = {}
        configmaps: Object = {}
        for key, reference in references.items():
            kind = (reference.get("kind") or "").lower()
            if kind == "secret":
                secret = await fetch_reference(api, SECRETS, reference)
                secrets[key] = from_wire("v1.Secret", secret)
            elif kind == "configmap":
                configmap = await fetch_reference(api, CONFIGMAPS, reference)
                configmaps[key] = from_wire("v1.ConfigMap", configmap)
        phase = {"Secrets": secrets, "ConfigMaps": configmaps, "Output": None}
        if deferred:
            self._set(DeferPhase=phase)
        else:
            self._set(Phases={**(self.plain.get("Phases") or {}), name: phase})

    def end_phase(
        self, name: str, output: Mapping[str, Any] | None, *, deferred: bool = False
    ) -> None:
        """Puts a phase's output where later templates read it."""
        plain = None if output is None else {key: _go_value(item) for key, item in output.items()}
        if deferred:
            self._set(DeferPhase={**(self.plain.get("DeferPhase") or {}), "Output": plain})
        else:
            phases = self.plain.get("Phases") or {}
            self._set(Phases={**phases, name: {**phases.get(name, {}), "Output": plain}})

    def _set(self, **fields: Any) -> None:
        self.plain = {**self.plain, **fields}
        self._context = None


async def build(
    api: Api,
    action: Object,
    *,
    now_ns: Callable[[], int] = time.time_ns,
    world: World | None = None,
) -> TemplateParams:
    """The parameters for one entry of an ActionSet's `spec.actions`.

    Fetched in Kanister's order, which decides what fails first: secrets, configMaps, profile,
    then the time, the workload, the object itself.

    Args:
        api: the cluster.
        action: entry of `spec.actions`.
        now_ns: clock; nanoseconds since the epoch.
        world: what templates may know of the outside; None: safe defaults.

    Raises:
        ParamsError: something that the action names is not there.
    """
    secrets = {
        key: from_wire("v1.Secret", await fetch_reference(api, SECRETS, reference))
        for key, reference in (action.get("secrets") or {}).items()
    }
    configmaps = {
        key: from_wire("v1.ConfigMap", await fetch_reference(api, CONFIGMAPS, reference))
        for key, reference in (action.get("configMaps") or {}).items()
    }
    plain: Object = {
        "Secrets": secrets,
        "ConfigMaps": configmaps,
        "Profile": await profile_params(api, action.get("profile")),
        "Time": _rfc3339_nano(now_ns()),
        "ArtifactsIn": from_wire("map[string]v1alpha1.Artifact", action.get("artifacts")),
        "Options": action.get("options"),
        "PodOverride": action.get("podOverride"),
        "PodLabels": action.get("podLabels"),
        "PodAnnotations": action.get("podAnnotations"),
    }
    reference = action.get("object") or {}
    kind = (reference.get("kind") or "").lower()
    name, namespace = reference.get("name") or "", reference.get("namespace") or ""
    resource, scope = _resource(kind, reference), namespace
    if kind in _WORKLOADS:
        plain[_WORKLOADS[kind][0]] = await workload_params(api, kind, name, namespace)
    elif kind == "pvc":
        await fetch(api, PERSISTENTVOLUMECLAIMS, name, namespace)
        plain["PVC"] = {"Name": name, "Namespace": namespace}
    elif kind == "namespace":
        # Kanister takes both from object.namespace; object.name only finds `.Object`.
        plain["Namespace"] = {"Name": namespace, "Namespace": namespace}
        scope = ""
    try:
        plain["Object"] = await fetch(api, resource, name, scope)
    except ParamsError as error:
        raise ParamsError(
            f"could not fetch object name: {name}, namespace: {scope}, group: {resource.group}, "
            f"version: {resource.version}, resource: {resource.plural}: {error}"
        ) from error
    return TemplateParams(plain, world)


def _resource(kind: str, reference: Object) -> Resource:
    """Where `.Object` is read: known kinds by name, others as the reference says."""
    if kind in _WORKLOADS:
        return _WORKLOADS[kind][1]
    if kind == "pvc":
        return PERSISTENTVOLUMECLAIMS
    if kind == "namespace":
        return NAMESPACES
    return Resource(
        reference.get("group") or "",
        reference.get("apiVersion") or "",
        reference.get("resource") or "",
        reference.get("kind") or "",
        namespaced=bool(reference.get("namespace")),
    )


def _rfc3339_nano(now_ns: int) -> str:
    """UTC with up to nine decimals, zeros at the end dropped: Go's RFC3339Nano."""
    seconds, nanoseconds = divmod(now_ns, 1_000_000_000)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    decimals = f"{nanoseconds:09d}".rstrip("0")
    return f"{text}.{decimals}Z" if decimals else f"{text}Z"


def _go_value(value: Any) -> Any:
    """A function's output value: whole numbers are Go `int` there, not the wire's int64."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"$go": "int", "value": value}
    return value
