"""What goes over the wire and in which form: bodies in, answers out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from pytest_kanister._cluster.api import protobuf
from pytest_kanister._cluster.registry.problems import bad_request, unsupported_media
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "PATCH_TYPES",
    "Answer",
    "accepted",
    "dump",
    "json_response",
    "read_body",
    "warning_headers",
]

PATCH_TYPES = {
    "application/json-patch+json": "json",
    "application/merge-patch+json": "merge",
    "application/strategic-merge-patch+json": "strategic",
    "application/apply-patch+yaml": "apply",
}
"""Content type → how the body is meant."""

_BODY_TYPES = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")


def dump(value: Any) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def json_response(
    value: Any,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> web.Response:
    """An answer in JSON."""
    sent = {"Content-Type": content_type, "Cache-Control": "no-cache, private", **(headers or {})}
    return web.Response(body=dump(value), status=status, headers=sent)


def warning_headers(warnings: list[str]) -> dict[str, str]:
    """The `Warning` header that kubectl prints; several are joined as HTTP allows."""
    if not warnings:
        return {}
    shown = (text.replace("\\", "\\\\").replace('"', '\\"') for text in warnings)
    return {"Warning": ", ".join(f'299 - "{text}"' for text in shown)}


class Answer:
    """The form that a client asked for: `as_` is empty, Table or PartialObjectMetadata."""

    __slots__ = ("as_", "group", "yaml")

    def __init__(self, as_: str = "", *, group: str = "", yaml: bool = False) -> None:
        self.as_ = as_
        self.group = group
        self.yaml = yaml


_PLAIN = Answer()
_FORMS = ("Table", "PartialObjectMetadata", "PartialObjectMetadataList", "APIGroupDiscoveryList")


def accepted(header: str) -> Answer:
    """The first form in an Accept header that we can give.

    Raises:
        ApiError: 406, none of them.
    """
    if not header or header == "application/json":
        return _PLAIN
    for item in header.split(","):
        media, *parameters = (part.strip() for part in item.split(";"))
        given = dict(part.split("=", 1) for part in parameters if "=" in part)
        if media not in ("application/json", "*/*", "application/*", "application/yaml"):
            continue
        form = given.get("as", "")
        if form and (form not in _FORMS or given.get("v") not in ("v1", "v2")):
            continue
        if given.get("v") == "v2" and form != "APIGroupDiscoveryList":
            continue
        return Answer(form, group=given.get("g", ""), yaml=media == "application/yaml")
    raise ApiError.of(
        406,
        "NotAcceptable",
        "only the following media types are accepted: application/json, application/yaml",
    )


async def read_body(request: web.BaseRequest) -> Any:
    """The request's body as JSON data; None when empty.

    Raises:
        BadRequest: it cannot be decoded.
        ApiError: 413 or 415.
    """
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError.of(
            413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"
        ) from None
    if not body:
        return None
    media = request.content_type
    if media in ("application/json", "application/octet-stream") or media.endswith("+json"):
        try:
            return json.loads(body)
        except ValueError as error:
            raise bad_request(f"error decoding body: invalid JSON: {error}") from None
    if media in ("application/yaml", "application/x-yaml", "application/apply-patch+yaml"):
        return _yaml(body)
    if media == "application/vnd.kubernetes.protobuf":
        return protobuf.decode(body)
    raise unsupported_media(_BODY_TYPES)


def _yaml(body: bytes) -> Any:
    try:
        return json.loads(body)  # kubectl's "YAML" is JSON, and this is a hundred times faster
    except ValueError:
        pass
    import yaml

    try:
        return yaml.load(body, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise bad_request(f"error decoding body: invalid YAML: {error}") from None
