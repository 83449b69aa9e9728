"""Kanister in the embedded cluster: namespace, CRDs, webhook, the operator as a Deployment.

Names are those of the chart `kanister-operator` installed as release `kanister`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.admission import WEBHOOKS, webhook
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import CRDS, DEPLOYMENTS, NAMESPACES

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["IMAGE", "NAMESPACE", "RELEASE", "install_kanister"]

RELEASE = "0.119.0"
"""The Kanister release that our operator emulates."""

IMAGE = f"ghcr.io/kanisterio/controller:{RELEASE}"
NAMESPACE = "kanister"

_NAME = "kanister-kanister-operator"
_LABELS = {"app": "kanister-operator", "release": "kanister"}


async def install_kanister(api: Api) -> None:
    """Creates namespace, CRDs, webhook and Deployment; returns when the API has them."""
    await api.create(
        NAMESPACES, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    )
    for crd in kanister_crds():
        await api.create(CRDS, crd)
    await api.create(WEBHOOKS, webhook(_NAME, NAMESPACE))
    await api.create(DEPLOYMENTS, _deployment(), NAMESPACE)


def _deployment() -> Object:
    def field(path: str) -> Object:
        return {"valueFrom": {"fieldRef": {"fieldPath": path}}}

    container = {
        "name": "kanister-operator",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "env": [
            {"name": "POD_NAMESPACE", **field("metadata.namespace")},
            {"name": "POD_NAME", **field("metadata.name")},
            {"name": "POD_IP", **field("status.podIP")},
            {"name": "POD_SERVICE_ACCOUNT", "value": _NAME},
            {"name": "KANISTER_TOOLS", "value": f"ghcr.io/kanisterio/kanister-tools:{RELEASE}"},
            # The CRDs are there before the operator is, so that clients need not wait for it.
            {"name": "CREATEORUPDATE_CRDS", "value": "false"},
            {"name": "LOG_LEVEL", "value": "info"},
        ],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": _NAME, "namespace": NAMESPACE, "labels": _LABELS},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": _LABELS["app"]}},
            "template": {"metadata": {"labels": _LABELS}, "spec": {"containers": [container]}},
        },
    }
