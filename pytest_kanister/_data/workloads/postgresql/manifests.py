"""The objects that a PostgreSQL release consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._data.workloads.manifests import server_manifests
from pytest_kanister._data.workloads.postgresql.connection import PORT
from pytest_kanister._data.workloads.release import Names

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["manifests", "names_of"]

_PASSWORD_KEY = "postgres-password"


def names_of(name: str) -> Names:
    """Of a release: `<release>-postgresql` for everything, as Bitnami's chart has it."""
    full = f"{name}-postgresql"
    return Names(full, f"{full}-hl", full, _PASSWORD_KEY)


def manifests(
    name: str, namespace: str, *, image: str, storage: str, password: str
) -> list[Object]:
    """See `server_manifests`."""
    names = names_of(name)
    bitnami = "bitnami" in image
    mount = "/bitnami/postgresql" if bitnami else "/var/lib/postgresql/data"
    # The official image's own place differs from release to release.
    place = [] if bitnami else [{"name": "PGDATA", "value": f"{mount}/pgdata"}]
    reference = {"secretKeyRef": {"name": names.secret, "key": _PASSWORD_KEY}}
    # Charts before 11 wrote the second key; Blueprints of that time read it.
    keys = (_PASSWORD_KEY, "postgresql-password")
    return server_manifests(
        names,
        namespace,
        selector={
            "app.kubernetes.io/instance": name,
            "app.kubernetes.io/name": "postgresql",
            "app.kubernetes.io/component": "primary",
        },
        container={
            "name": "postgresql",
            "image": image,
            "ports": [{"name": "tcp-postgresql", "containerPort": PORT}],
            "env": [{"name": "POSTGRES_PASSWORD", "valueFrom": reference}, *place],
            "volumeMounts": [{"name": "data", "mountPath": mount}],
        },
        port={"name": "tcp-postgresql", "port": PORT, "targetPort": "tcp-postgresql"},
        storage=storage,
        keys=dict.fromkeys(keys, password),
    )
