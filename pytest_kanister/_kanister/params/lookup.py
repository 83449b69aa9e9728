"""Reading one object, with the words of the Go client where it refuses by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.params.errors import ParamsError
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._model.api import Api, Object
    from pytest_kanister._model.resources import Resource

__all__ = ["fetch", "fetch_reference"]


async def fetch(api: Api, resource: Resource, name: str, namespace: str) -> Object:
    """The object.

    Raises:
        ParamsError: with the API's message (`secrets "x" not found`), or the Go client's where
            name or namespace is empty.
    """
    if not name:
        raise ParamsError("resource name may not be empty")
    if resource.namespaced and not namespace:
        raise ParamsError(
            f"the server could not find the requested resource (get {resource.qualified} {name})"
        )
    try:
        return await api.get(resource, name, namespace if resource.namespaced else None)
    except ApiError as error:
        raise ParamsError(error.message) from error


async def fetch_reference(api: Api, resource: Resource, reference: Mapping[str, str]) -> Object:
    """The object that an ObjectReference names; kind and group in it are not looked at."""
    return await fetch(api, resource, reference.get("name") or "", reference.get("namespace") or "")
