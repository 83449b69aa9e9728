"""A Profile's JSON, as `{{ toJson .Profile }}` writes it, made into a client for its bucket."""

from __future__ import annotations

import base64
import binascii
from collections import namedtuple

from pytest_kanister._kanister.location import gojson
from pytest_kanister._kanister.location.client import S3Client
from pytest_kanister._kanister.location.errors import LocationError, S3Error
from pytest_kanister._kanister.location.signing import Credentials

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Location", "open_bucket", "parse_profile"]

_AWS_SECRET = "secrets.kanister.io/aws"
_AWS_FIELDS = ("aws_access_key_id", "aws_secret_access_key", "role")


class Location(
    namedtuple(
        "_Fields",
        ("kind", "bucket", "endpoint", "prefix", "region", "credentials", "skip_tls_verify"),
    )
):
    """Where artifacts go, and the keys for it (`repr` hides them)."""

    __slots__ = ()


def parse_profile(text: str) -> Location:
    """Reads the JSON: keys in any case, unknown ones ignored, as Go decodes.

    Raises:
        LocationError: no JSON, a location or credential that is not supported here.
    """
    try:
        raw = gojson.loads(text)
    except ValueError as error:
        raise LocationError(f"failed to unmarshal profile: {error}") from None
    if not isinstance(raw, dict | None):
        raise LocationError(
            f"failed to unmarshal profile: json: cannot unmarshal {_json_type(raw)} into Go value "
            "of type param.Profile"
        )
    profile = raw or {}
    location = _field(profile, "location", {})
    kind = _text(location, "Location", "type")
    if kind in ("gcs", "azure", "kopia"):
        raise LocationError(
            f"location type {kind}: the embedded kando speaks s3Compliant only; run this Blueprint "
            "on backend kind or kubeconfig, where the image's own kando does it"
        )
    if kind != "s3Compliant":
        raise LocationError(f"Unsupported Location type: {kind}")
    return Location(
        kind,
        _text(location, "Location", "bucket"),
        _text(location, "Location", "endpoint"),
        _text(location, "Location", "prefix"),
        _text(location, "Location", "region"),
        _credentials(_field(profile, "credential", {})),
        bool(_field(profile, "skipSSLVerify", default=False)),
    )


def _field(record: Any, name: str, default: Any) -> Any:
    """One field; exact spelling wins over another case, null counts as absent."""
    if not isinstance(record, dict):
        return default
    value = record.get(name)
    if value is None:
        lower = name.lower()
        value = next((item for key, item in record.items() if key.lower() == lower), None)
    return default if value is None else value


def _text(record: Any, owner: str, name: str) -> str:
    """A field that must be a text."""
    value: Any = _field(record, name, "")
    if not isinstance(value, str):
        raise LocationError(
            f"failed to unmarshal profile: json: cannot unmarshal {_json_type(value)} into Go "
            f"struct field {owner}.{name} of type string"
        )
    return value


def _json_type(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "bool"}
    return names.get(type(value), "number")


def _credentials(credential: Any) -> Credentials:
    kind = _field(credential, "type", "")
    if kind == "keyPair":
        pair = _field(credential, "keyPair", {})
        return Credentials(_text(pair, "KeyPair", "id"), _text(pair, "KeyPair", "secret"))
    if kind == "secret":
        return _secret_credentials(_field(credential, "secret", {}))
    raise LocationError(f"Unsupported type '{kind}' for credential")


def _secret_credentials(secret: Any) -> Credentials:
    kind = _field(secret, "type", "")
    if kind != _AWS_SECRET:
        metadata = _field(secret, "metadata", {})
        where = f"{_field(metadata, 'namespace', '')}:{_field(metadata, 'name', '')}"
        raise LocationError(f"Unsupported type '{kind}' for secret '{where}'")
    values: dict[str, str] = {}
    data = _field(secret, "data", {})
    if not isinstance(data, dict):
        raise LocationError(
            f"failed to unmarshal profile: json: cannot unmarshal {_json_type(data)} into Go "
            "struct field Secret.data of type map[string][]uint8"
        )
    for name, encoded in data.items():
        if name not in _AWS_FIELDS:
            raise LocationError("Secret has an unknown field")
        try:
            values[name] = base64.b64decode(encoded or "", validate=True).decode()
        except (binascii.Error, TypeError, ValueError):
            raise LocationError(
                f"failed to unmarshal profile: Credential.Secret.data.{name}: expected base64"
            ) from None
    if values.get("role"):
        raise LocationError(
            "role in the Profile's secret: the embedded kando cannot assume an AWS role (STS); "
            "leave `role` out, or run on backend kind or kubeconfig"
        )
    return Credentials(values.get("aws_access_key_id", ""), values.get("aws_secret_access_key", ""))


def open_bucket(location: Location) -> S3Client:
    """A client for the bucket, which must be there: it is never created.

    With an endpoint the store is asked for the bucket's region, which then replaces the
    Profile's (Kanister does so to work with stores in other regions).

    Raises:
        LocationError: `failed to get bucket …` with the store's own words.
    """
    client = S3Client(
        location.bucket,
        location.credentials,
        endpoint=location.endpoint,
        region=location.region or "us-east-1",
        verify_tls=not location.skip_tls_verify,
    )
    try:
        _find_region(client, location)
    except S3Error as error:
        client.close()
        raise LocationError(f"failed to get bucket {location.bucket}: {error}") from error
    return client


def _find_region(client: S3Client, location: Location) -> None:
    if not location.endpoint:
        return
    try:
        client.region = client.location() or "us-east-1"
        return
    except S3Error as error:
        if error.code in ("NoSuchBucket", "RequestError", "InvalidAccessKeyId"):
            raise
        # The keys may lack the right to ask for the region: see whether the bucket is there.
        client.region = error.region or client.region
    try:
        client.region = client.head_bucket() or client.region
    except S3Error as error:
        if error.status != 403:
            raise
