"""What `kanctl validate` and `kanctl create profile` look at, stage by stage."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.validation import BlueprintInvalid, validate_blueprint
from pytest_kanister._kanister.location.client import S3Client
from pytest_kanister._kanister.location.errors import LocationError, S3Error
from pytest_kanister._kanister.location.signing import Credentials
from pytest_kanister._kanister.tools.kando.flags import CommandError
from pytest_kanister._model.resources import SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Api, Object

__all__ = ["Keys", "check_blueprint", "check_profile", "check_schema", "validate_profile"]

_SCHEMA = "Validate Profile schema"
_REGION = "Validate bucket region specified in profile"
_READ = "Validate read access to bucket specified in profile"
_WRITE = "Validate write access to bucket specified in profile"
_SAMPLE = "sample"
"""Kanister's own name of the object that tries out the writing; the prefix plays no part."""

_TYPES = ("s3Compliant", "gcs", "azure")


@dataclass(frozen=True)
class Keys:
    """An S3 key pair; `repr` hides it."""

    access: str
    secret: str

    def __repr__(self) -> str:
        return "Keys(…)"


def passed(stage: str) -> str:
    """The line for a stage that passed."""
    return f"Passed the '{stage}' check.. ✅"


def failed(stage: str) -> str:
    """The line for a stage that failed."""
    return f"Failed the '{stage}' check.. ❌"


def skipped(stage: str) -> str:
    """The line for a stage that was left out."""
    return f"Skipping the '{stage}' check.. 🚫"


def check_blueprint(blueprint: Object, say: Callable[[str], None]) -> None:
    """Tells each stage.

    Raises:
        CommandError: the Blueprint is not valid.
    """
    try:
        validate_blueprint(
            blueprint, lambda stage, good: say(passed(stage) if good else failed(stage))
        )
    except BlueprintInvalid as error:
        raise CommandError(str(error)) from error


def check_schema(profile: Object) -> None:
    """The rules that need no cluster.

    Raises:
        CommandError: one is broken.
    """
    location, credential = profile.get("location") or {}, profile.get("credential") or {}
    if location.get("type") not in _TYPES:
        raise CommandError("unknown or unsupported location type")
    kind = credential.get("type")
    if kind == "keyPair":
        pair = credential.get("keyPair") or {}
        if not (pair.get("secret") or {}).get("name"):
            raise CommandError("secret for bucket credentials not specified")
        if not pair.get("idField") or not pair.get("secretField"):
            raise CommandError("secret field or id field empty")
    elif kind == "secret":
        secret = credential.get("secret") or {}
        if not secret.get("name") or not secret.get("namespace"):
            raise CommandError("secret name or namespace empty")
    else:
        raise CommandError("unknown or unsupported credential type")
    if location["type"] == "s3Compliant":
        if not location.get("bucket"):
            raise CommandError("S3 bucket not specified")
        if not location.get("region"):
            raise CommandError("S3 bucket region not specified")


async def profile_keys(api: Api, profile: Object) -> Keys:
    """The key pair that a Profile names, from its Secret.

    Raises:
        ApiError: the Secret is not there.
        CommandError: it lacks a field.
    """
    credential = profile["credential"]
    if credential["type"] == "keyPair":
        pair = credential["keyPair"]
        fields, reference = (pair["idField"], pair["secretField"]), pair["secret"]
    else:
        fields = ("aws_access_key_id", "aws_secret_access_key")
        reference = credential["secret"]
    secret = await api.get(SECRETS, reference["name"], reference.get("namespace") or "default")
    data = secret.get("data") or {}
    missing = [field for field in fields if field not in data]
    if missing:
        raise CommandError(
            f"Key '{missing[0]}' not found in secret "
            f"'{reference.get('namespace', '')}:{reference['name']}'"
        )
    return Keys(*(base64.b64decode(data[field]).decode() for field in fields))


async def check_profile(profile: Object, keys: Keys, say: Callable[[str], None]) -> None:
    """Region, reading, writing: for real.

    Raises:
        CommandError: a stage failed.
    """
    location = profile["location"]
    if location["type"] != "s3Compliant":
        raise CommandError(
            f"location type {location['type']}: this kanctl speaks s3Compliant only; use the "
            "released kanctl"
        )
    await asyncio.to_thread(_try_out, profile, location, keys, say)


def _try_out(profile: Object, location: Object, keys: Keys, say: Callable[[str], None]) -> None:
    stage = _REGION
    try:
        client = S3Client(
            location["bucket"],
            Credentials(keys.access, keys.secret),
            endpoint=location.get("endpoint") or "",
            region=location["region"],
            verify_tls=not profile.get("skipSSLVerify"),
        )
        try:
            region = client.location() or "us-east-1"
            if region != location["region"]:
                raise CommandError(
                    f"Incorrect region for bucket. Expected '{region}', Got '{location['region']}'"
                )
            say(passed(stage))
            stage = _READ
            for _ in client.objects(""):
                pass
            say(passed(stage))
            stage = _WRITE
            client.put(_SAMPLE, b"sample content")
            client.delete(_SAMPLE)
            say(passed(stage))
        finally:
            client.close()
    except (S3Error, LocationError) as error:
        say(failed(stage))
        raise CommandError(str(error)) from error
    except CommandError:
        say(failed(stage))
        raise


async def validate_profile(
    api: Api, profile: Object, say: Callable[[str], None], *, schema_only: bool
) -> None:
    """`kanctl validate profile`.

    Raises:
        CommandError: a stage failed.
        ApiError: the Profile's Secret is not there.
    """
    try:
        check_schema(profile)
    except CommandError:
        say(failed(_SCHEMA))
        raise
    say(passed(_SCHEMA))
    if schema_only:
        for stage in (_REGION, _READ, _WRITE):
            say(skipped(stage))
    else:
        await check_profile(profile, await profile_keys(api, profile), say)
    say("All checks passed.. ✅\n")
