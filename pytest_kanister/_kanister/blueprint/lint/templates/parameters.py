"""Which parameters templates can read: names and, as far as rules ask, Go types.

The truth about them is `params.types`, which stands beside this package and must not be imported
from here; a test compares the two.
"""

from __future__ import annotations

__all__ = ["CHECKED_KINDS", "ROOTS", "known", "type_of"]

_WORKLOAD = {
    "Name": "string",
    "Namespace": "string",
    "Pods": "[]string",
    "Containers": "[][]string",
    "PersistentVolumeClaims": "map",
}
_NAMED = {"Name": "string", "Namespace": "string"}
_ANY: dict[str, object] = {}
_SECRET = {"Data": {"*": "bytes"}, "Name": "string", "Namespace": "string"}
_PHASE = {"Secrets": {"*": _SECRET}, "ConfigMaps": _ANY, "Output": {"*": "string"}}

ROOTS: dict[str, object] = {
    "StatefulSet": _WORKLOAD,
    "Deployment": _WORKLOAD,
    "DeploymentConfig": _WORKLOAD,
    "PVC": _NAMED,
    "Namespace": _NAMED,
    "ArtifactsIn": {"*": {"KeyValue": {"*": "string"}, "KopiaSnapshot": "string"}},
    "ConfigMaps": _ANY,
    "Secrets": {"*": _SECRET},
    "Time": "string",
    "Profile": {
        "Location": {
            "Type": "string",
            "Bucket": "string",
            "Endpoint": "string",
            "Prefix": "string",
            "Region": "string",
        },
        "Credential": {
            "Type": "string",
            "KeyPair": {"ID": "string", "Secret": "string"},
            "Secret": _SECRET,
            "KopiaServerSecret": _ANY,
        },
        "SkipSSLVerify": "bool",
    },
    "Options": {"*": "string"},
    "Object": _ANY,
    "CurrentPhase": _ANY,
    "Phases": {"*": _PHASE},
    "DeferPhase": _PHASE,
    "PodOverride": _ANY,
    "PodAnnotations": {"*": "string"},
    "PodLabels": {"*": "string"},
}
"""Parameter → its fields; `*`: any key of a map; an empty dictionary: not looked into."""

CHECKED_KINDS = {
    "statefulset": "StatefulSet",
    "deployment": "Deployment",
    "deploymentconfig": "DeploymentConfig",
    "pvc": "PVC",
    "namespace": "Namespace",
}
"""Kind of an ActionSet's object, lower case → the one parameter that it sets beside `.Object`."""

_OPEN = frozenset({"Labels", "Annotations", "UID", "Type", "BinaryData", "ResourceVersion"})
"""Promoted fields of Secrets that are left alone."""


def type_of(names: tuple[str, ...]) -> str:
    """Go type of `.a.b.c` as far as it matters; empty: not known."""
    found = _lookup(names)
    return found if isinstance(found, str) else ""


def known(names: tuple[str, ...]) -> str:
    """The first name of `.a.b.c` that is none; empty: all right as far as can be told."""
    here: object = ROOTS
    for name in names:
        if not isinstance(here, dict):
            return name if here == "string" else ""
        if not here:
            return ""
        if name not in here and "*" not in here:
            return "" if here is _SECRET and name in _OPEN else name
        here = here.get(name, here.get("*"))
    return ""


def _lookup(names: tuple[str, ...]) -> object:
    here: object = ROOTS
    for name in names:
        if not isinstance(here, dict) or not here:
            return None
        here = here.get(name, here.get("*"))
    return here
