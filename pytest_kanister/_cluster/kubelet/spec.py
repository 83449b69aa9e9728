"""A container's specification → argv and environment, by Kubernetes' rules."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.kubelet.runtime import PATH
from pytest_kanister._model.resources import CONFIGMAPS, SECRETS
from pytest_kanister.errors import KanisterHarnessError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_kanister._cluster.contracts import Program
    from pytest_kanister._model.api import Api, Object
    from pytest_kanister._model.resources import Resource

__all__ = [
    "ConfigProblem",
    "build_argv",
    "build_env",
    "expand",
    "field_value",
    "fill_placeholders",
    "read_values",
]


class ConfigProblem(KanisterHarnessError):
    """The pod cannot be made as it is written (yet): the waiting container shows the text."""


def expand(text: str, env: Mapping[str, str]) -> str:
    """`$(NAME)` replaced where NAME is known; `$$` is a dollar sign (Kubernetes' expansion)."""

    def one(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        return env.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", one, text)


def build_argv(
    container: Mapping[str, Any], program: Program, env: Mapping[str, str]
) -> tuple[list[str], bool]:
    """Argv, and whether it is the image's own entrypoint (whose placeholders are still in it).

    `command` replaces the entrypoint and the image's default arguments; `args` alone replace
    these and follow the entrypoint.
    """
    args = [expand(word, env) for word in container.get("args") or []]
    command = container.get("command") or []
    if command:
        return [expand(word, env) for word in command] + args, False
    return [*program.entrypoint, *(args or program.command)], True


async def build_env(
    api: Api, pod: Object, container: Mapping[str, Any], program: Program, ip: str
) -> dict[str, str]:
    """The container's environment: the image's, envFrom, env, each overriding the one before.

    Raises:
        ConfigProblem: a Secret, ConfigMap, key or field that must be there is not.
    """
    namespace = pod["metadata"]["namespace"]
    path = ":".join([*(str(folder) for folder in program.path), PATH])
    env = {"PATH": path, "HOSTNAME": pod["spec"].get("hostname") or pod["metadata"]["name"]}
    if not program.whole:
        env |= {"HOME": "/root", "LANG": "C.UTF-8"}
    env |= program.env
    for source in container.get("envFrom") or []:
        for kind, resource in (("secretRef", SECRETS), ("configMapRef", CONFIGMAPS)):
            if kind in source:
                values = await read_values(api, resource, namespace, source[kind])
                prefix = source.get("prefix", "")
                env.update({prefix + key: _text(value) for key, value in values.items()})
    for entry in container.get("env") or []:
        value = await _value(api, pod, entry, env, ip)
        if value is not None:
            env[entry["name"]] = value
    if (
        path != env["PATH"] and program.path
    ):  # a PATH of the pod's own still needs the image's programs
        env["PATH"] = ":".join([*(str(folder) for folder in program.path), env["PATH"]])
    return env


async def _value(
    api: Api, pod: Object, entry: Mapping[str, Any], env: Mapping[str, str], ip: str
) -> str | None:
    source = entry.get("valueFrom")
    if not source:
        return expand(entry.get("value") or "", env)
    namespace = pod["metadata"]["namespace"]
    for kind, resource in (("secretKeyRef", SECRETS), ("configMapKeyRef", CONFIGMAPS)):
        if kind in source:
            reference = source[kind]
            values = await read_values(api, resource, namespace, reference)
            if reference["key"] in values:
                return _text(values[reference["key"]])
            if reference.get("optional"):
                return None
            raise ConfigProblem(
                f"couldn't find key {reference['key']} in {resource.kind}"
                f" {namespace}/{reference['name']}"
            )
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"]["fieldPath"], ip)
    raise ConfigProblem(
        f"env {entry['name']}: valueFrom {', '.join(source)} is not supported by the embedded"
        " cluster"
    )


async def read_values(
    api: Api, resource: Resource, namespace: str, reference: Mapping[str, Any]
) -> dict[str, bytes]:
    """A Secret's or ConfigMap's values as bytes; empty when it is optional and missing."""
    name = reference.get("name") or reference.get("secretName") or ""
    try:
        found = await api.get(resource, name, namespace)
    except NotFound:
        if reference.get("optional"):
            return {}
        raise ConfigProblem(f'{resource.kind.lower()} "{name}" not found') from None
    if resource is SECRETS:
        return {k: base64.b64decode(v or "") for k, v in (found.get("data") or {}).items()}
    values = {key: value.encode() for key, value in (found.get("data") or {}).items()}
    binary = found.get("binaryData") or {}
    return values | {key: base64.b64decode(value) for key, value in binary.items()}


def field_value(pod: Object, path: str, ip: str) -> str:
    """A field of the downward API (`metadata.name`, `status.podIP` …).

    Raises:
        ConfigProblem: a field that is not offered.
    """
    metadata, spec = pod["metadata"], pod["spec"]
    keyed = re.fullmatch(r"metadata\.(labels|annotations)(?:\['([^']+)'\])?", path)
    if keyed:
        values: Mapping[str, str] = metadata.get(keyed[1]) or {}
        if keyed[2]:
            return values.get(keyed[2], "")
        return "\n".join(f'{key}="{values[key]}"' for key in sorted(values))
    known: dict[str, str] = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata["uid"],
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", "default"),
        "status.podIP": ip,
        "status.podIPs": ip,
        "status.hostIP": "127.0.0.1",
    }
    if path not in known:
        raise ConfigProblem(f"fieldRef {path} is not supported by the embedded cluster")
    return known[path]


def _text(value: bytes) -> str:
    # What cannot stand in an environment is kept byte for byte as far as it can.
    return value.decode("utf-8", "surrogateescape").partition("\0")[0]


def fill_placeholders(argv: Sequence[str], ip: str, place: Callable[[str], str]) -> list[str]:
    """An image's own argv with `{ip}` and `{dir:PATH}` filled in."""

    def one(match: re.Match[str]) -> str:
        return ip if match[0] == "{ip}" else place(match[1])

    return [re.sub(r"\{ip\}|\{dir:([^}]+)\}", one, word) for word in argv]
