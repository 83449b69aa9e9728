"""`options`, `podOverride`, `secrets` and `configMaps`, of a scenario and of a single step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._model.secret import Secret
from pytest_kanister._scenario.model import Inputs, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._scenario.reader import Reader

__all__ = ["INPUT_KEYS", "INPUT_SCHEMA", "read_inputs"]

INPUT_KEYS = ("options", "podOverride", "secrets", "configMaps")

_NAME = {"type": "string", "minLength": 1}
_TEXTS = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}


def _sources(data_key: str) -> dict[str, Any]:
    reference = {
        "type": "object",
        "properties": {"name": _NAME, "namespace": _NAME},
        "required": ["name"],
        "additionalProperties": False,
    }
    made = {
        "type": "object",
        "properties": {data_key: _TEXTS},
        "required": [data_key],
        "additionalProperties": False,
    }
    return {"type": "object", "additionalProperties": {"oneOf": [reference, made]}}


INPUT_SCHEMA: Mapping[str, Any] = {
    "options": {**_TEXTS, "description": "The ActionSet's options"},
    "podOverride": {"type": "object", "description": "Merged into the pods of the phases"},
    "secrets": {
        **_sources("stringData"),
        "description": "Secrets by the name under which templates reach them: one that is there "
        "({name, namespace}), or one that is made ({stringData})",
    },
    "configMaps": {**_sources("data"), "description": "ConfigMaps, likewise ({data})"},
}


def read_inputs(reader: Reader) -> Inputs:
    """Those of the four keys that the mapping holds."""
    return Inputs(
        options=reader.field("options", lambda part: part.texts(), {}),
        pod_override=reader.field("podOverride", lambda part: part.mapping(optional=None), {}),
        secrets=reader.field("secrets", lambda part: _read(part, "stringData"), {}),
        config_maps=reader.field("configMaps", lambda part: _read(part, "data"), {}),
    )


def _read(reader: Reader, data_key: str) -> dict[str, Source]:
    return {
        name: reader.at(name).attempt(lambda part: _source(part, data_key), Source())
        for name in reader.mapping(optional=None)
    }


def _source(reader: Reader, data_key: str) -> Source:
    reader.mapping(optional=("name", "namespace", data_key))
    if reader.has("name") == reader.has(data_key):
        raise reader.error(
            f"{reader.label}: expected either 'name' of one that is there, or {data_key!r}"
        )
    if reader.has("name"):
        return Source(
            name=reader.at("name").text(),
            namespace=reader.field("namespace", lambda part: part.text(), ""),
        )
    texts = reader.at(data_key).texts()
    return Source(data={key: Secret(text) for key, text in texts.items()})
