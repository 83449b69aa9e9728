"""Kanister's admission webhook, on by default in its chart: Blueprints are checked as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._model.resources import BLUEPRINTS, Resource
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry import Store
    from pytest_kanister._model.api import Object

__all__ = ["WEBHOOKS", "Webhook", "webhook"]

WEBHOOKS = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    namespaced=False,
)
_NAME = "blueprints.cr.kanister.io"


def webhook(service: str, namespace: str) -> Object:
    """The configuration as the chart installs it."""
    rule = {
        "apiGroups": ["cr.kanister.io"],
        "apiVersions": ["v1alpha1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["blueprints"],
        "scope": "Namespaced",
    }
    path = "/validate/v1alpha1/blueprint"
    return {
        "metadata": {"name": _NAME},
        "webhooks": [
            {
                "name": _NAME,
                "admissionReviewVersions": ["v1"],
                "clientConfig": {
                    "service": {"name": service, "namespace": namespace, "path": path}
                },
                "failurePolicy": "Fail",
                "rules": [rule],
                "sideEffects": "None",
                "timeoutSeconds": 5,
            }
        ],
    }


class Webhook:
    """Implements `contracts.Admit`: refuses what Kanister's webhook would deny.

    Args:
        store: the cluster's state; without the configuration in it nothing is checked.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, resource: Resource, obj: Object) -> None:
        """Looks at a Blueprint.

        Raises:
            ApiError: 403 with the webhook's words.
        """
        if resource != BLUEPRINTS:
            return
        if self._store.get(self._store.kinds.of(WEBHOOKS), "", _NAME) is None:
            return
        # Loaded with the first Blueprint: the cluster's start is counted in milliseconds.
        from pytest_kanister._kanister.blueprint.validation import (
            BlueprintInvalid,
            validate_blueprint,
        )

        try:
            validate_blueprint(obj)
        except BlueprintInvalid as error:
            raise ApiError.of(
                403,
                "Forbidden",
                f'admission webhook "{_NAME}" denied the request: Invalid blueprint, {error}\n',
            ) from None
