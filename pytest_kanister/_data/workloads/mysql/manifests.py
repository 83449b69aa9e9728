"""What a release of MySQL or MariaDB consists of, with the names that public Blueprints read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._data.workloads.manifests import server_manifests
from pytest_kanister._data.workloads.release import Names

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["MYSQL", "PORT", "Flavour", "manifests", "names_of"]

PORT = 3306


class Flavour(NamedTuple):
    """Names in which the two products differ.

    Attributes:
        kind: word in labels, ports and the Secret's keys.
        product: for people.
        image: what runs unless told.
        password_variable: how the image gets root's password.
    """

    kind: str
    product: str
    image: str
    password_variable: str

    @property
    def password_key(self) -> str:
        """Of root's password in the Secret, as public charts write it."""
        return f"{self.kind}-root-password"


MYSQL = Flavour("mysql", "MySQL", "mysql:9.7", "MYSQL_ROOT_PASSWORD")


def names_of(name: str, flavour: Flavour = MYSQL) -> Names:
    """Of a release: its own name for all but the headless Service."""
    return Names(name, f"{name}-headless", name, flavour.password_key)


def manifests(
    name: str,
    namespace: str,
    *,
    image: str,
    storage: str,
    password: str,
    flavour: Flavour = MYSQL,
) -> list[Object]:
    """See `server_manifests`."""
    kind = flavour.kind
    reference = {"secretKeyRef": {"name": name, "key": flavour.password_key}}
    # The keys that public charts write; the last two belong to accounts that we do not make, but
    # Blueprints that refer to them must not fail on a missing key.
    keys = (flavour.password_key, f"{kind}-password", f"{kind}-replication-password")
    return server_manifests(
        names_of(name, flavour),
        namespace,
        selector={"app.kubernetes.io/instance": name, "app.kubernetes.io/name": kind},
        container={
            "name": kind,
            "image": image,
            "ports": [{"name": kind, "containerPort": PORT}],
            "env": [{"name": flavour.password_variable, "valueFrom": reference}],
            "volumeMounts": [{"name": "data", "mountPath": "/var/lib/mysql"}],
        },
        port={"name": kind, "port": PORT, "targetPort": kind},
        storage=storage,
        keys=dict.fromkeys(keys, password),
    )
