"""Which kinds there are: /version, /api, /apis, in the old form and in one document."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.api.negotiation import json_response
from pytest_kanister._cluster.api.reviews import RESOURCES
from pytest_kanister._cluster.registry.builtin import KUBERNETES_VERSION

if TYPE_CHECKING:
    from aiohttp import web

    from pytest_kanister._cluster.registry.kinds import Kind, Kinds

__all__ = ["Discovery"]

_GROUPED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_STREAM_KINDS = {
    "exec": ("PodExecOptions", ["create", "get"]),
    "attach": ("PodAttachOptions", ["create", "get"]),
    "portforward": ("PodPortForwardOptions", ["create", "get"]),
    "log": ("Pod", ["get"]),
    "finalize": ("Namespace", ["update"]),
}


class Discovery:
    """Documents made from the kinds that are served right now."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._cache: dict[tuple[str, bool], Any] = {}
        self._revision = -1

    def answer(self, path: str, *, grouped: bool) -> web.Response | None:
        """The document under a path without trailing slash; None when there is none."""
        if self._revision != self._kinds.revision:
            self._cache.clear()
            self._revision = self._kinds.revision
        grouped = grouped and path in ("/api", "/apis")
        document = self._cache.get((path, grouped))
        if document is None:
            document = self._document(path, grouped=grouped)
            if document is None:
                return None
            self._cache[path, grouped] = document
        if grouped:
            return json_response(document, content_type=_GROUPED)
        return json_response(document)

    def _document(self, path: str, *, grouped: bool) -> Any:
        if path == "/version":
            return _version()
        if path == "/":
            groups = [f"/apis/{group}" for group in self._groups() if group]
            return {"paths": ["/api", "/api/v1", "/apis", *groups, "/openapi/v3", "/version"]}
        if grouped:
            core = path == "/api"
            items = [
                self._grouped(group, versions)
                for group, versions in self._groups().items()
                if (not group) == core
            ]
            return {
                "kind": "APIGroupDiscoveryList",
                "apiVersion": "apidiscovery.k8s.io/v2",
                "metadata": {},
                "items": items,
            }
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        if path == "/apis":
            groups_ = [_group(group, found) for group, found in self._groups().items() if group]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups_}
        return self._group_or_version(path.strip("/").split("/"))

    def _group_or_version(self, parts: list[str]) -> Any:
        groups = self._groups()
        if parts[0] == "api" and parts[1:] == ["v1"]:
            return self._resources("", "v1")
        if parts[0] != "apis" or parts[1] not in groups or not parts[1]:
            return None
        if len(parts) == 2:
            return {"apiVersion": "v1", "kind": "APIGroup", **_group(parts[1], groups[parts[1]])}
        if len(parts) == 3 and parts[2] in groups[parts[1]]:
            return self._resources(parts[1], parts[2])
        return None

    def _groups(self) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for kind in self._kinds.all():
            versions = groups.setdefault(kind.resource.group, [])
            if kind.resource.version not in versions:
                versions.append(kind.resource.version)
        for group, _, _ in RESOURCES:
            groups.setdefault(group, ["v1"])
        return groups

    def _of(self, group: str, version: str) -> list[Kind]:
        return [
            kind
            for kind in self._kinds.all()
            if (kind.resource.group, kind.resource.version) == (group, version)
        ]

    def _resources(self, group: str, version: str) -> Any:
        found: list[dict[str, Any]] = []
        for kind in self._of(group, version):
            resource = kind.resource
            entry: dict[str, Any] = {
                "name": resource.plural,
                "singularName": kind.singular,
                "namespaced": resource.namespaced,
                "kind": resource.kind,
                "verbs": list(kind.verbs),
            }
            if kind.short_names:
                entry["shortNames"] = list(kind.short_names)
            if kind.categories:
                entry["categories"] = list(kind.categories)
            found.append(entry)
            for name in sorted(kind.subresources):
                shown, group_version, verbs = _subresource(kind, name)
                below: dict[str, Any] = {
                    "name": f"{resource.plural}/{name}",
                    "singularName": "",
                    "namespaced": resource.namespaced,
                    "kind": shown,
                    "verbs": verbs,
                }
                if group_version:
                    below["group"], below["version"] = group_version.split("/")
                found.append(below)
        found += [
            {
                "name": plural,
                "singularName": kind_name.lower(),
                "namespaced": False,
                "kind": kind_name,
                "verbs": ["create"],
            }
            for review_group, plural, kind_name in RESOURCES
            if (review_group, "v1") == (group, version)
        ]
        spelled = f"{group}/{version}" if group else version
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": spelled,
            "resources": found,
        }

    def _grouped(self, group: str, versions: list[str]) -> Any:
        shown = []
        for version in versions:
            resources = []
            for kind in self._of(group, version):
                resource = kind.resource
                entry: dict[str, Any] = {
                    "resource": resource.plural,
                    "responseKind": _gvk(group, version, resource.kind),
                    "scope": "Namespaced" if resource.namespaced else "Cluster",
                    "singularResource": kind.singular,
                    "verbs": list(kind.verbs),
                    "shortNames": list(kind.short_names),
                    "categories": list(kind.categories),
                    "subresources": [],
                }
                for name in sorted(kind.subresources):
                    kind_name, group_version, verbs = _subresource(kind, name)
                    above = group_version.split("/") if group_version else (group, version)
                    entry["subresources"].append(
                        {
                            "subresource": name,
                            "responseKind": _gvk(above[0], above[1], kind_name),
                            "verbs": verbs,
                        }
                    )
                resources.append(entry)
            resources += [
                {
                    "resource": plural,
                    "responseKind": _gvk(group, version, kind_name),
                    "scope": "Cluster",
                    "singularResource": kind_name.lower(),
                    "verbs": ["create"],
                }
                for review_group, plural, kind_name in RESOURCES
                if review_group == group
            ]
            shown.append({"version": version, "resources": resources, "freshness": "Current"})
        return {"metadata": {"name": group, "creationTimestamp": None}, "versions": shown}


def _subresource(kind: Kind, name: str) -> tuple[str, str, list[str]]:
    if name == "scale":
        return "Scale", "autoscaling/v1", ["get", "patch", "update"]
    if name in _STREAM_KINDS:
        shown, verbs = _STREAM_KINDS[name]
        return shown, "", verbs
    return kind.resource.kind, "", ["get", "patch", "update"]


def _gvk(group: str, version: str, kind: str) -> dict[str, str]:
    return {"group": group, "version": version, "kind": kind}


def _group(group: str, versions: list[str]) -> dict[str, Any]:
    shown = [{"groupVersion": f"{group}/{version}", "version": version} for version in versions]
    return {"name": group, "versions": shown, "preferredVersion": shown[0]}


def _version() -> dict[str, str]:
    major, minor, _ = KUBERNETES_VERSION.removeprefix("v").split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": f"{KUBERNETES_VERSION}+pytest-kanister",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": platform.python_implementation().lower(),
        "platform": f"linux/{'amd64' if platform.machine() == 'x86_64' else platform.machine()}",
    }
