"""Parameters with which a Blueprint's templates render: each value says where it stands for.

Made from what the templates read, so nothing that they need is missing and nothing is real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.templates.parameters import CHECKED_KINDS, ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_kanister._kanister.blueprint.lint.templates.reading import Reference

__all__ = ["made_up"]

_WORKLOADS = frozenset({"StatefulSet", "Deployment", "DeploymentConfig"})
_TIME = "2026-08-21T22:01:00.123456789Z"


def made_up(references: Iterable[Reference]) -> dict[str, Any]:
    """Plain parameters in the names that templates use; Secrets' data are texts."""
    found: dict[str, Any] = {"Time": _TIME}
    for reference in references:
        root = reference.names[0]
        if root in _WORKLOADS:
            found[root] = _workload(root)
        elif root in CHECKED_KINDS.values():
            found[root] = {"Name": f"a-{root.lower()}", "Namespace": "a-namespace"}
        elif root == "Profile":
            found[root] = _profile()
        elif root != "Time" and root in ROOTS:
            _put(found, reference.names)
    return found


def _put(tree: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names[:-1]:
        inner = tree.setdefault(name, {})
        if not isinstance(inner, dict):
            return  # something below it was read before, as a text
        tree = inner
    tree.setdefault(names[-1], f"a-{names[-1]}" if len(names) > 1 else {})


def _workload(kind: str) -> dict[str, Any]:
    name = f"a-{kind.lower()}"
    pod = f"{name}-0"
    return {
        "Name": name,
        "Namespace": "a-namespace",
        "Pods": [pod],
        "Containers": [["a-container"]],
        "PersistentVolumeClaims": {pod: {f"data-{pod}": "/data"}},
    }


def _profile() -> dict[str, Any]:
    return {
        "Location": {
            "Type": "s3Compliant",
            "Bucket": "a-bucket",
            "Endpoint": "http://a-store:9000",
            "Prefix": "",
            "Region": "a-region",
        },
        "Credential": {
            "Type": "keyPair",
            "KeyPair": {"ID": "a-key-id", "Secret": "a-secret-key"},
        },
        "SkipSSLVerify": False,
    }
