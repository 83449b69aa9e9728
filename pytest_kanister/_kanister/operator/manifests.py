"""Kubernetes manifests in an argument: YAML as the Kubernetes libraries read it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import yaml

from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["read_manifests"]

_MOST_NODES = 200_000


class _Loader(yaml.SafeLoader):
    """Without times: what looks like one stays a text."""


_Loader.yaml_implicit_resolvers = {
    first: [row for row in rows if row[0] != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_manifests(text: str) -> list[Object]:
    """Every document that is not empty, as JSON has it: keys are texts.

    Raises:
        KanisterError: no YAML, a document that is no map, or what JSON has not.
    """
    try:
        documents = [_Tree().plain(item) for item in yaml.load_all(text, _Loader) if item]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise _unread(f"yaml: {place}{error.problem}") from error
    except RecursionError:
        raise _unread("yaml: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _unread(f"yaml: {error}") from error
    for document in documents:
        if not isinstance(document, dict):
            found = {list: "array", str: "string", bool: "bool"}.get(type(document), "number")
            raise _unread(
                f"json: cannot unmarshal {found} into Go value of type map[string]interface {{}}"
            )
        if not isinstance(document.get("metadata") or {}, dict):
            raise _unread("metadata: expected a map")
    return documents


class _Tree:
    """One document on its way to JSON; aliases may multiply it, but not without end."""

    def __init__(self) -> None:
        self._nodes = 0

    def plain(self, value: Any) -> Any:
        """A copy.

        Raises:
            ValueError: what JSON has not, or too much.
        """
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise ValueError("document contains excessive aliasing")
        if isinstance(value, dict):
            return {_key(key): self.plain(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            go_text = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
            raise ValueError(f"json: unsupported value: {go_text}")
        if value is None or isinstance(value, str | bool | int | float):
            return value
        raise ValueError(f"json: unsupported type: {type(value).__name__}")


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, str | int | float):
        return str(key)
    raise ValueError(f"json: unsupported key: {key!r}")


def _unread(reason: str) -> KanisterError:
    return KanisterError("Failed to decode spec", cause=KanisterError(reason))
