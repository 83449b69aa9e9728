"""A tiny engine for `kind: command`: one line of a file for each row."""

from __future__ import annotations

from typing import Any

__all__ = ["OPTIONS", "changed"]

_LABELS = {"app": "tried"}

OPTIONS: dict[str, Any] = {
    "deploy": [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "tried-keys"},
            "stringData": {"password": "x"},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "tried", "labels": _LABELS},
            "spec": {
                "serviceName": "tried",
                "selector": {"matchLabels": _LABELS},
                "template": {
                    "metadata": {"labels": _LABELS},
                    "spec": {
                        "terminationGracePeriodSeconds": 0,
                        "containers": [
                            {
                                "name": "engine",
                                "image": "busybox:1.37",
                                "command": ["sh", "-c", "exec tail -f /dev/null"],
                                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                            }
                        ],
                    },
                },
                "volumeClaimTemplates": [
                    {
                        "metadata": {"name": "data"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "64Mi"}},
                        },
                    }
                ],
            },
        },
    ],
    "seed": {
        "rows": r"printf 'one 1\ntwo 2\ntwo 2\n\377\n' >> /data/rows",
        "nothing": "true",
    },
    "damage": {
        "drop": 'grep -av "^$1 " /data/rows > /data/new; mv /data/new /data/rows',
        "touch": "touch /data/rows",
    },
    "snapshot": "cat /data/rows 2> /dev/null || true",
    "secrets": {"keys": "tried-keys"},
    "ready": "test -d /data",
    "notCovered": ["order"],
}


def changed(**more: Any) -> dict[str, Any]:
    """The options with others in their place; None takes one away."""
    return {key: value for key, value in {**OPTIONS, **more}.items() if value is not None}
