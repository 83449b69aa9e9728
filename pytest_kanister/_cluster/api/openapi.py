"""OpenAPI v3: one document a group version, made from the field tables and from CRDs.

What kubectl needs of it: the `patch` operation with the kind and the parameter
`fieldValidation` (so it leaves validation to the server), and schemas for `explain`.
Descriptions are not there.  Of OpenAPI v2 there is an empty document: kubectl asks for it when
it reads a `kind: List`, finds no schema and leaves validation to the server, too.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from aiohttp import web

from pytest_kanister._cluster.api.negotiation import dump, json_response
from pytest_kanister._cluster.registry.problems import no_such_path
from pytest_kanister._cluster.registry.schema import fields_of
from pytest_kanister._cluster.registry.strategies.custom import CustomResources

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry.kinds import Kind, Kinds
    from pytest_kanister._cluster.registry.schema import Field

__all__ = ["OpenApi"]

_SCALARS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "quantity": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "microtime": {"type": "string", "format": "date-time"},
    "intstr": {"type": "string", "format": "int-or-string"},
    "bytes": {"type": "string", "format": "byte"},
    "any": {"x-kubernetes-preserve-unknown-fields": True},
}


_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
# Document{swagger: "2.0", info: {title: "Kubernetes", version: "v1"}, paths: {}} in protobuf.
_EMPTY_V2 = b"\x0a\x032.0\x12\x10\x0a\x0aKubernetes\x12\x02v1\x42\x00"

_PARAMETERS = [
    {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
    for name in ("dryRun", "fieldManager", "fieldValidation")
]


class OpenApi:
    """Documents by group version, kept until the served kinds change."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._revision = -1
        self._documents: dict[str, bytes] = {}

    def answer(self, path: str) -> web.Response:
        """The index (empty path) or a document (`api/v1`, `apis/apps/v1`)."""
        if self._revision != self._kinds.revision:
            self._documents = self._all()
            self._revision = self._kinds.revision
        if not path:
            paths = {
                place: {
                    "serverRelativeURL": f"/openapi/v3/{place}?hash="
                    f"{hashlib.sha256(document).hexdigest().upper()}"
                }
                for place, document in self._documents.items()
            }
            return json_response({"paths": paths})
        if path not in self._documents:
            raise no_such_path(f"/openapi/v3/{path}")
        return web.Response(
            body=self._documents[path], headers={"Content-Type": "application/json"}
        )

    @staticmethod
    def answer_v2() -> web.Response:
        """The empty OpenAPI v2 document."""
        return web.Response(body=_EMPTY_V2, headers={"Content-Type": _V2})

    def _all(self) -> dict[str, bytes]:
        groups: dict[str, list[Kind]] = {}
        for kind in self._kinds.all():
            resource = kind.resource
            place = f"apis/{resource.api_version}" if resource.group else "api/v1"
            groups.setdefault(place, []).append(kind)
        return {place: dump(_document(kinds)) for place, kinds in groups.items()}


def _document(kinds: list[Kind]) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for kind in kinds:
        resource = kind.resource
        gvk = {"group": resource.group, "version": resource.version, "kind": resource.kind}
        name = _schema_of(kind, schemas, gvk)
        paths.update(_paths(kind, name, gvk))
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "pytest-kanister"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _schema_of(kind: Kind, schemas: dict[str, Any], gvk: dict[str, str]) -> str:
    resource = kind.resource
    if isinstance(kind.strategy, CustomResources):
        name = ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])
        schema = dict(kind.strategy.schema)
        schema["properties"] = {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            **(schema.get("properties") or {}),
            "metadata": {"type": "object"},
        }
        schemas[name] = {**schema, "x-kubernetes-group-version-kind": [gvk]}
        return name
    group = resource.group.partition(".")[0] or "core"
    prefix = f"io.k8s.api.{group}.{resource.version}"
    _add_type(kind.strategy.type_name, prefix, schemas)
    name = f"{prefix}.{kind.strategy.type_name}"
    top = schemas[name] = dict(schemas[name])
    top["properties"] = {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        **top["properties"],
    }
    top["x-kubernetes-group-version-kind"] = [gvk]
    return name


def _add_type(type_name: str, prefix: str, schemas: dict[str, Any]) -> None:
    name = f"{prefix}.{type_name}"
    if name in schemas:
        return
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    schemas[name] = schema
    for field in (fields_of(type_name) or {}).values():
        schema["properties"][field.name] = _field_schema(field, prefix, schemas)


def _field_schema(field: Field, prefix: str, schemas: dict[str, Any]) -> dict[str, Any]:
    if field.scalar:
        inner = _SCALARS[field.type]
    else:
        _add_type(field.type, prefix, schemas)
        inner = {"allOf": [{"$ref": f"#/components/schemas/{prefix}.{field.type}"}]}
    if field.shape == "{}":
        return {"type": "object", "additionalProperties": inner}
    if field.shape != "[]":
        return inner
    result: dict[str, Any] = {"type": "array", "items": inner}
    if field.merge_key:
        result["x-kubernetes-patch-strategy"] = "merge"
        if field.merge_key != "*":
            result["x-kubernetes-patch-merge-key"] = field.merge_key
    return result


def _paths(kind: Kind, schema: str, gvk: dict[str, str]) -> dict[str, Any]:
    resource = kind.resource
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    answer = {"200": {"description": "OK", "content": {"application/json": body}}}

    def operation(action: str, *, writes: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {
            "x-kubernetes-action": action,
            "x-kubernetes-group-version-kind": gvk,
            "responses": answer,
        }
        if writes:
            found["parameters"] = _PARAMETERS
            media = (
                ("application/merge-patch+json", "application/apply-patch+yaml")
                if action == "patch"
                else ("application/json",)
            )
            found["requestBody"] = {"content": dict.fromkeys(media, body)}
        return found

    collection = {"get": operation("list"), "post": operation("post", writes=True)}
    single = {
        "get": operation("get"),
        "put": operation("put", writes=True),
        "patch": operation("patch", writes=True),
        "delete": operation("delete"),
    }
    return {
        resource.path("{namespace}"): collection,
        resource.path("{namespace}", "{name}"): single,
    }
