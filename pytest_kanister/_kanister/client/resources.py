"""Profiles and Blueprints, made as kanctl and kubectl make them."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.client.denial import denial
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import BLUEPRINTS, SECRETS
from pytest_kanister.errors import AlreadyExists, ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.secret import Secret

__all__ = ["create_blueprint", "create_profile"]

_ID, _KEY = "aws_access_key_id", "aws_secret_access_key"
_SUFFIX = string.ascii_lowercase + string.digits


def create_profile(
    kube: KubeClient,
    *,
    namespace: str,
    location: Mapping[str, Any],
    access_key: Secret,
    secret_key: Secret,
    name: str = "",
    skip_ssl_verify: bool = False,
    labels: Mapping[str, str] | None = None,
) -> Target:
    """A Secret with the key pair and a Profile that names it, like `kanctl create profile`.

    Args:
        kube: the cluster.
        namespace: for both.
        location: `type`, `bucket`, `endpoint`, `prefix`, `region`; absent ones are empty.
        access_key: the key's id.
        secret_key: the key.
        name: the Profile's name; empty: `s3-profile-` and what the API server adds.
        skip_ssl_verify: the Profile's `skipSSLVerify`.
        labels: for both.

    Returns:
        The Profile, as an ActionSet refers to it.
    """
    secret = kube.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": "s3-secret-" + "".join(secrets.choice(_SUFFIX) for _ in range(6)),
                "namespace": namespace,
                "labels": dict(labels or {}),
            },
            "stringData": {_ID: access_key.reveal(), _KEY: secret_key.reveal(), "role": ""},
        }
    )
    reference = {"apiVersion": "", "group": "", "kind": "", "resource": ""}
    reference |= {"name": secret["metadata"]["name"], "namespace": namespace}
    fields = ("type", "bucket", "endpoint", "prefix", "region")
    named = {"name": name} if name else {"generateName": "s3-profile-"}
    try:
        profile = kube.create(
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {**named, "namespace": namespace, "labels": dict(labels or {})},
                "location": {field: str(location.get(field, "")) for field in fields},
                "credential": {
                    "type": "keyPair",
                    "keyPair": {"idField": _ID, "secretField": _KEY, "secret": reference},
                },
                "skipSSLVerify": skip_ssl_verify,
            }
        )
    except ApiError:
        kube.delete(SECRETS, reference["name"], namespace)
        raise
    return Target("profile", profile["metadata"]["name"], namespace)


def create_blueprint(
    kube: KubeClient,
    blueprint: Blueprint,
    *,
    namespace: str = "kanister",
    labels: Mapping[str, str] | None = None,
) -> str:
    """The Blueprint in the controller's namespace; an older one of its name gets its content.

    Returns:
        Its name in the cluster.

    Raises:
        BlueprintDenied: Kanister's webhook refuses it.
    """
    metadata = dict(blueprint.data["metadata"])
    metadata["namespace"] = namespace
    metadata["labels"] = {**metadata.get("labels", {}), **(labels or {})}
    body = {**blueprint.data, "metadata": metadata}
    try:
        try:
            kube.create(body)
        except AlreadyExists:
            there = kube.get(BLUEPRINTS, blueprint.name, namespace)
            if there.get("actions") != body.get("actions"):
                metadata["resourceVersion"] = there["metadata"]["resourceVersion"]
                kube.update(body)
    except ApiError as error:
        denied = denial(error, blueprint)
        if denied is None:
            raise
        raise denied from None
    return blueprint.name
