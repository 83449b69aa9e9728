"""A Profile with its credentials resolved, as `.Profile` holds it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.params.errors import ParamsError
from pytest_kanister._kanister.params.lookup import fetch_reference
from pytest_kanister._kanister.params.wire import from_wire
from pytest_kanister._model.resources import PROFILES, SECRETS

if TYPE_CHECKING:
    from pytest_kanister._model.api import Api, Object

__all__ = ["profile_params"]

_AWS_FIELDS = frozenset({"aws_access_key_id", "aws_secret_access_key", "role"})
_UNCHECKED_TYPES = frozenset(
    {"secrets.kanister.io/azure", "secrets.kanister.io/gcp", "secrets.kanister.io/filestore"}
)


async def profile_params(api: Api, reference: Object | None) -> Object | None:
    """Plain `.Profile`; None when the action names none.

    Raises:
        ParamsError: Profile, Secret or a field of it is missing, or of a kind that Kanister
            does not take.
    """
    if reference is None:
        return None
    profile = await fetch_reference(api, PROFILES, reference)
    return {
        "Location": from_wire("v1alpha1.Location", profile.get("location") or {}),
        "Credential": await _credential(api, profile.get("credential") or {}),
        "SkipSSLVerify": bool(profile.get("skipSSLVerify")),
    }


async def _credential(api: Api, credential: Object) -> Object:
    kind = credential.get("type") or ""
    if kind == "keyPair":
        pair = credential.get("keyPair")
        if pair is None:
            raise ParamsError("KVSecret cannot be nil")
        return {"Type": kind, "KeyPair": await _key_pair(api, pair)}
    if kind == "secret":
        reference = credential.get("secret")
        if reference is None:
            raise ParamsError("Secret reference cannot be nil")
        return {"Type": kind, "Secret": await _typed_secret(api, reference)}
    if kind == "kopia":
        return {"Type": kind, "KopiaServerSecret": await _kopia(api, credential)}
    raise ParamsError(f"CredentialType '{kind}' not supported")


async def _key_pair(api: Api, pair: Object) -> Object:
    secret = await fetch_reference(api, SECRETS, pair.get("secret") or {})
    data = secret.get("data") or {}
    where = f"{secret['metadata']['namespace']}:{secret['metadata']['name']}"
    id_field, secret_field = pair.get("idField") or "", pair.get("secretField") or ""
    if id_field not in data:
        raise ParamsError(f"Key '{id_field}' not found in secret '{where}'")
    if secret_field not in data:
        raise ParamsError(f"Value '{secret_field}' not found in secret '{where}'")
    return {"ID": _text(data[id_field]), "Secret": _text(data[secret_field])}


async def _typed_secret(api: Api, reference: Object) -> Object:
    secret = await fetch_reference(api, SECRETS, reference)
    kind = secret.get("type") or ""
    if kind == "secrets.kanister.io/aws":
        if not (secret.get("data") or {}).keys() <= _AWS_FIELDS:
            raise ParamsError("Secret has an unknown field")
    elif kind not in _UNCHECKED_TYPES:
        where = f"{secret['metadata']['namespace']}:{secret['metadata']['name']}"
        raise ParamsError(f"Unsupported type '{kind}' for secret '{where}'")
    typed: Object = from_wire("v1.Secret", secret)
    return typed


async def _kopia(api: Api, credential: Object) -> Object:
    server = credential.get("kopiaServerSecret")
    if server is None:
        raise ParamsError("KopiaServerSecret cannot be nil")
    return {
        "Username": await _keyed(api, server.get("username")),
        "Hostname": server.get("hostname") or "",
        "Password": await _keyed(api, server.get("userPassphrase")),
        "Cert": await _keyed(api, server.get("tlsCert")),
        "ConnectOptions": server.get("connectOptions"),
    }


async def _keyed(api: Api, holder: Any) -> str:
    if not holder:
        return ""
    secret = await fetch_reference(api, SECRETS, holder.get("secret") or {})
    data = secret.get("data") or {}
    key = holder.get("key") or ""
    if key not in data:
        where = f"{secret['metadata']['namespace']}:{secret['metadata']['name']}"
        raise ParamsError(f"Key '{key}' not found in secret '{where}'")
    return _text(data[key])


def _text(encoded: str) -> str:
    """A secret's value as a Go string: any bytes."""
    return base64.b64decode(encoded).decode("utf-8", "surrogateescape")
