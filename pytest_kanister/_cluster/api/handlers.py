"""From an HTTP request to a verb and back.

Just over 300 lines: one method a verb, with the parsing of its parameters beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from pytest_kanister._cluster.api import reviews, streaming
from pytest_kanister._cluster.api.discovery import Discovery
from pytest_kanister._cluster.api.execs import serve_exec
from pytest_kanister._cluster.api.forwarding import serve_forward
from pytest_kanister._cluster.api.logs import serve_logs
from pytest_kanister._cluster.api.negotiation import (
    PATCH_TYPES,
    Answer,
    accepted,
    json_response,
    read_body,
    warning_headers,
)
from pytest_kanister._cluster.api.openapi import OpenApi
from pytest_kanister._cluster.api.options import DeleteOptions, ListOptions, WriteOptions
from pytest_kanister._cluster.api.tables import partial, to_table
from pytest_kanister._cluster.api.targets import Target, parse_target
from pytest_kanister._cluster.registry import problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from pytest_kanister._cluster.api.local import LocalApi
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._model.api import Object, PatchType

__all__ = ["Handlers"]

_STREAMS = ("log", "exec", "attach", "portforward")


class Handlers:
    """Every path of the API server."""

    def __init__(self, api: LocalApi) -> None:
        self._api = api
        self._verbs = api.verbs
        self._kinds = api.store.kinds
        self._discovery = Discovery(self._kinds)
        self._openapi = OpenApi(self._kinds)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to one authenticated request; raises `ApiError`."""
        path = request.path
        target = parse_target(path)
        if target is None:
            return self._fixed(request, path)
        kind = self._kinds.find(target.group, target.version, target.plural)
        if kind is None:
            if request.method == "POST" and reviews.knows(target):
                return json_response(reviews.answer(target, await read_body(request)), status=201)
            raise problems.no_such_path(path)
        _check_shape(kind, target, path)
        if target.subresource in _STREAMS:
            return await self._stream(request, target)
        answer = accepted(request.headers.get("Accept", ""))
        method = request.method
        if method == "GET":
            return await self._read(request, kind, target, answer)
        if method == "POST":
            return await self._create(request, kind, target, answer)
        if method == "PUT":
            return await self._update(request, kind, target, answer)
        if method == "PATCH":
            return await self._patch(request, kind, target, answer)
        if method == "DELETE":
            return await self._delete(request, kind, target, answer)
        raise problems.method_not_allowed(kind.resource, method.lower())

    def _fixed(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        from aiohttp import web

        if request.method not in ("GET", "HEAD"):
            raise problems.no_such_path(path)
        plain = path.rstrip("/")
        if plain in ("/healthz", "/readyz", "/livez"):
            return web.Response(text="ok")
        if plain.startswith("/openapi/v3"):
            return self._openapi.answer(plain.removeprefix("/openapi/v3").strip("/"))
        if plain == "/openapi/v2" and "protobuf" in request.headers.get("Accept", ""):
            return self._openapi.answer_v2()
        answer = accepted(request.headers.get("Accept", ""))
        found = self._discovery.answer(plain or "/", grouped=answer.as_ == "APIGroupDiscoveryList")
        if found is None:
            raise problems.no_such_path(path)
        return found

    async def _stream(self, request: web.BaseRequest, target: Target) -> web.StreamResponse:
        if target.subresource == "log":
            return await serve_logs(self._api, request, target.namespace or "", target.name)
        if target.subresource == "exec":
            return await serve_exec(self._api, request, target.namespace or "", target.name)
        if target.subresource == "portforward":
            return await serve_forward(self._api, request, target.namespace or "", target.name)
        raise problems.not_implemented(f"pods/{target.subresource}")

    async def _read(
        self, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
    ) -> web.StreamResponse:
        query = request.query
        if query.get("watch") in ("true", "1"):
            _allow(kind, "watch")
            return await streaming.serve_watch(self._api.store, request, kind, target, answer)
        if target.name:
            _allow(kind, "get")
            home = target.namespace or ""
            obj = self._verbs.get(kind, home, target.name, target.subresource)
            if answer.as_ == "Table" and not target.subresource:
                stored = self._api.store.get(kind, home, target.name) or obj
                metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
                include = query.get("includeObject", "Metadata")
                return _respond(to_table(kind, [stored], metadata, include), answer)
            return _respond(_formed(obj, answer), answer)
        _allow(kind, "list")
        options = _list_options(query)
        if answer.as_ == "Table":
            found = self._verbs.list(kind, target.namespace, options, served=False)
            include = query.get("includeObject", "Metadata")
            return _respond(to_table(kind, found["items"], found["metadata"], include), answer)
        found = self._verbs.list(kind, target.namespace, options)
        if answer.as_.startswith("PartialObjectMetadata"):
            found = {
                "kind": "PartialObjectMetadataList",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": found["metadata"],
                "items": [partial(obj) for obj in found["items"]],
            }
        return _respond(found, answer)

    async def _create(
        self, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
    ) -> web.StreamResponse:
        if target.name:
            raise problems.method_not_allowed(kind.resource, "post")
        _allow(kind, "create")
        options = _write_options(request.query)
        body = await read_body(request)
        if kind.resource.namespaced and target.namespace is None:
            raise problems.bad_request("an empty namespace may not be set during creation")
        obj = self._verbs.create(kind, target.namespace or "", body, options)
        return _respond(_formed(obj, answer), answer, status=201, warnings=options.warnings)

    async def _update(
        self, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
    ) -> web.StreamResponse:
        if not target.name:
            raise problems.method_not_allowed(kind.resource, "put")
        _allow(kind, "update")
        options = _write_options(request.query)
        body = await read_body(request)
        obj = self._verbs.update(
            kind, target.namespace or "", target.name, body, target.subresource, options
        )
        return _respond(_formed(obj, answer), answer, warnings=options.warnings)

    async def _patch(
        self, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
    ) -> web.StreamResponse:
        if not target.name:
            raise problems.method_not_allowed(kind.resource, "patch")
        _allow(kind, "patch")
        patch_type = PATCH_TYPES.get(request.content_type)
        if patch_type is None:
            raise problems.unsupported_media(PATCH_TYPES)
        options = _write_options(request.query)
        body = await read_body(request)
        obj, created = self._verbs.patch(
            kind,
            target.namespace or "",
            target.name,
            body,
            cast("PatchType", patch_type),
            target.subresource,
            options,
        )
        return _respond(
            _formed(obj, answer),
            answer,
            status=201 if created else 200,
            warnings=options.warnings,
        )

    async def _delete(
        self, request: web.BaseRequest, kind: Kind, target: Target, answer: Answer
    ) -> web.StreamResponse:
        if target.subresource:
            raise problems.method_not_allowed(kind.resource, "delete")
        options = _delete_options(request.query, await read_body(request))
        if not target.name:
            _allow(kind, "deletecollection")
            listing = _list_options(request.query)
            found = self._verbs.delete_collection(kind, target.namespace, listing, options)
            return _respond(found, answer)
        _allow(kind, "delete")
        obj, gone = self._verbs.delete(kind, target.namespace or "", target.name, options)
        if not gone or kind.strategy.returns_deleted:
            return _respond(_formed(obj, answer), answer)
        resource = kind.resource
        details = {"name": target.name, "kind": resource.plural, "uid": obj["metadata"]["uid"]}
        if resource.group:
            details["group"] = resource.group
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return _respond({**status, "details": details}, Answer(yaml=answer.yaml))


def _check_shape(kind: Kind, target: Target, path: str) -> None:
    """Refuses a namespaced path of a cluster-scoped kind, and unknown subresources."""
    if kind.resource.namespaced:
        fits = target.namespace is not None or not target.name
    else:
        fits = target.namespace is None
    if not fits or (target.subresource and target.subresource not in kind.subresources):
        raise problems.no_such_path(path)


def _allow(kind: Kind, verb: str) -> None:
    if verb not in kind.verbs:
        raise problems.method_not_allowed(kind.resource, verb)


def _formed(obj: Object, answer: Answer) -> Object:
    return partial(obj) if answer.as_ == "PartialObjectMetadata" else obj


def _respond(
    body: Object, answer: Answer, *, status: int = 200, warnings: list[str] | None = None
) -> web.StreamResponse:
    headers = warning_headers(warnings or [])
    if answer.yaml:
        import yaml
        from aiohttp import web

        text = yaml.safe_dump(body, sort_keys=True)
        headers["Content-Type"] = "application/yaml"
        return web.Response(body=text.encode(), status=status, headers=headers)
    return json_response(body, status=status, headers=headers)


def _dry_run(given: list[str]) -> bool:
    if any(item != "All" for item in given):
        raise problems.bad_request(f'dryRun: Unsupported value: {given}: supported values: "All"')
    return bool(given)


def _number(query: Mapping[str, str], key: str) -> int | None:
    text = query.get(key, "")
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise problems.bad_request(f'{key}: Invalid value: "{text}": must be a number') from None


def _list_options(query: Mapping[str, str]) -> ListOptions:
    return ListOptions(
        query.get("labelSelector", ""),
        query.get("fieldSelector", ""),
        max(_number(query, "limit") or 0, 0),
        query.get("continue", ""),
    )


def _write_options(query: Any) -> WriteOptions:
    validation = query.get("fieldValidation") or "Warn"
    if validation not in ("Ignore", "Warn", "Strict"):
        raise problems.bad_request(
            f'fieldValidation: Unsupported value: "{validation}": supported values: "Ignore", '
            '"Strict", "Warn"'
        )
    return WriteOptions(
        dry_run=_dry_run(query.getall("dryRun", [])),
        field_validation=validation,
        field_manager=query.get("fieldManager", ""),
        force=query.get("force") in ("true", "1"),
    )


def _delete_options(query: Any, body: Any) -> DeleteOptions:
    given = body if isinstance(body, dict) else {}
    wanted = given.get("preconditions") or {}
    grace = given.get("gracePeriodSeconds", _number(query, "gracePeriodSeconds"))
    if grace is not None and not isinstance(grace, int):
        raise problems.bad_request("gracePeriodSeconds must be a number")
    propagation = given.get("propagationPolicy") or query.get("propagationPolicy", "")
    if given.get("orphanDependents") or query.get("orphanDependents") == "true":
        propagation = "Orphan"
    if propagation not in ("", "Background", "Foreground", "Orphan"):
        raise problems.bad_request(
            f'propagationPolicy: Unsupported value: "{propagation}": supported values: '
            '"Background", "Foreground", "Orphan"'
        )
    return DeleteOptions(
        grace,
        propagation,
        wanted.get("uid") or "",
        wanted.get("resourceVersion") or "",
        _dry_run(list(given.get("dryRun") or query.getall("dryRun", []))),
    )
