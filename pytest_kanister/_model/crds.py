"""Kanister's three kinds as CustomResourceDefinitions.

Facts that tests of Blueprints rely on: group `cr.kanister.io`, one version, everything
namespaced, no status subresource, no required fields, enums or defaults, unknown fields pruned
except in `args`, `output` and `podOverride`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["kanister_crds"]

_Schema = dict[str, Any]

_STRING: _Schema = {"type": "string"}
_INTEGER: _Schema = {"type": "integer", "format": "int64"}
_DATE_TIME: _Schema = {"type": "string", "format": "date-time"}
_ANYTHING: _Schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def _object(**properties: _Schema) -> _Schema:
    return {"type": "object", "properties": properties}


def _map(values: _Schema) -> _Schema:
    return {"type": "object", "additionalProperties": values}


def _list(items: _Schema) -> _Schema:
    return {"type": "array", "items": items}


_STRINGS = _map(_STRING)
_REFERENCE = _object(
    **dict.fromkeys(("apiVersion", "group", "resource", "kind", "name", "namespace"), _STRING)
)
_ARTIFACTS = _map(_object(keyValue=_STRINGS, kopiaSnapshot=_STRING))
_SIZES = dict.fromkeys(
    ("sizeDownloadedB", "sizeUploadedB", "estimatedDownloadSizeB", "estimatedUploadSizeB"),
    _INTEGER,
)
_PHASE_STATUS = _object(
    name=_STRING,
    state=_STRING,
    output=_ANYTHING,
    progress=_object(
        progressPercent=_STRING,
        **_SIZES,
        # Kanister itself writes this one misspelt (estinatedTimeSeconds), so it is always pruned.
        estimatedTimeSeconds=_INTEGER,
        lastTransitionTime=_DATE_TIME,
    ),
)

_ACTION_SET = _object(
    spec=_object(
        actions=_list(
            _object(
                name=_STRING,
                object=_REFERENCE,
                blueprint=_STRING,
                artifacts=_ARTIFACTS,
                configMaps=_map(_REFERENCE),
                secrets=_map(_REFERENCE),
                profile=_REFERENCE,
                podOverride=_ANYTHING,
                options=_STRINGS,
                preferredVersion=_STRING,
                podLabels=_STRINGS,
                podAnnotations=_STRINGS,
            )
        )
    ),
    status=_object(
        state=_STRING,
        actions=_list(
            _object(
                name=_STRING,
                object=_REFERENCE,
                blueprint=_STRING,
                phases=_list(_PHASE_STATUS),
                artifacts=_ARTIFACTS,
                deferPhase=_PHASE_STATUS,
            )
        ),
        error=_object(message=_STRING),
        progress=_object(
            runningPhase=_STRING,
            percentCompleted=_STRING,
            **_SIZES,
            lastTransitionTime=_DATE_TIME,
        ),
    ),
)

_PHASE = _object(func=_STRING, name=_STRING, objects=_map(_REFERENCE), args=_ANYTHING)
_BLUEPRINT = _object(
    actions=_map(
        _object(
            name=_STRING,
            kind=_STRING,
            configMapNames=_list(_STRING),
            secretNames=_list(_STRING),
            inputArtifactNames=_list(_STRING),
            outputArtifacts=_ARTIFACTS,
            phases=_list(_PHASE),
            deferPhase=_PHASE,
        )
    )
)

_KEYED_SECRET = _object(key=_STRING, secret=_REFERENCE)
_PROFILE = _object(
    location=_object(**dict.fromkeys(("type", "bucket", "endpoint", "prefix", "region"), _STRING)),
    credential=_object(
        type=_STRING,
        keyPair=_object(idField=_STRING, secretField=_STRING, secret=_REFERENCE),
        secret=_REFERENCE,
        kopiaServerSecret=_object(
            username=_KEYED_SECRET,
            hostname=_STRING,
            userPassphrase=_KEYED_SECRET,
            tlsCert=_KEYED_SECRET,
            connectOptions=_map({"type": "integer"}),
        ),
    ),
    skipSSLVerify={"type": "boolean"},
)


def _column(name: str, path: str, kind: str = "string", form: str = "") -> Object:
    column = {"name": name, "type": kind, "jsonPath": path}
    return {**column, "format": form} if form else column


# Columns of one's own replace the server's AGE column: `kubectl get actionsets` shows none.
_ACTION_SET_COLUMNS = [
    _column("Progress", ".status.progress.percentCompleted"),
    _column("SizeDownloadedB", ".status.progress.sizeDownloadedB", "integer"),
    _column("SizeUploadedB", ".status.progress.sizeUploadedB", "integer"),
    _column("EstimatedDownloadSizeB", ".status.progress.estimatedDownloadSizeB", "integer"),
    _column("EstimatedUploadSizeB", ".status.progress.estimatedUploadSizeB", "integer"),
    _column("Running Phase", ".status.progress.runningPhase"),
    _column("Last Transition Time", ".status.progress.lastTransitionTime", "string", "date-time"),
    _column("State", ".status.state"),
]


def _crd(kind: str, schema: _Schema, columns: list[Object] | None = None) -> Object:
    singular = kind.lower()
    root = {
        "type": "object",
        "properties": {
            "apiVersion": _STRING,
            "kind": _STRING,
            "metadata": {"type": "object"},
            **schema["properties"],
        },
    }
    version: Object = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root},
    }
    if columns:
        version["additionalPrinterColumns"] = columns
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{singular}s.cr.kanister.io"},
        "spec": {
            "group": "cr.kanister.io",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": f"{singular}s",
                "singular": singular,
            },
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def kanister_crds() -> list[Object]:
    """ActionSet, Blueprint and Profile, ready to create; each call gives fresh objects."""
    crds = [
        _crd("ActionSet", _ACTION_SET, _ACTION_SET_COLUMNS),
        _crd("Blueprint", _BLUEPRINT),
        _crd("Profile", _PROFILE),
    ]
    return [_copy(crd) for crd in crds]


def _copy(value: Any) -> Any:
    """A copy without shared parts: callers own what they get."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
