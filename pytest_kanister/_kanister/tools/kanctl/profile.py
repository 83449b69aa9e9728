"""`kanctl create profile s3compliant`: a Secret and a Profile, tried out before they are kept."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

from pytest_kanister._kanister.tools.kanctl.printing import as_yaml
from pytest_kanister._kanister.tools.kanctl.references import reference
from pytest_kanister._kanister.tools.kanctl.validation import Keys, check_profile, check_schema
from pytest_kanister._kanister.tools.kando.flags import CommandError
from pytest_kanister._model.resources import PROFILES, SECRETS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pytest_kanister._model.api import Api, Object

__all__ = ["create_s3_profile"]

_SUFFIX = string.ascii_lowercase + string.digits
_ID, _KEY = "aws_access_key_id", "aws_secret_access_key"


async def create_s3_profile(
    api: Api, namespace: str, values: Mapping[str, str], say: Callable[[str], None]
) -> None:
    """Creates both, or prints them (`--dry-run`).

    With `--skip-validation` only the schema is looked at.

    Raises:
        CommandError: the Profile is not valid; the Secret is deleted again.
        ApiError: the API refused.
    """
    secret = _secret(namespace, values)
    profile = _profile(namespace, values, secret["metadata"]["name"])
    if values["dry-run"] == "true":
        check_schema(profile)
        say(as_yaml(secret))
        say("---")
        say(as_yaml(profile))
        return
    name = secret["metadata"]["name"]
    await api.create(SECRETS, secret, namespace)
    say(f"secret '{name}' created")
    try:
        check_schema(profile)
        if values["skip-validation"] != "true":
            if values["role"]:
                raise CommandError(
                    "--role: this kanctl cannot assume an AWS role (STS); use the released "
                    "kanctl, or --skip-validation"
                )
            keys = Keys(values["access-key"], values["secret-key"])
            await check_profile(profile, keys, say)
    except CommandError as error:
        say(f"validation failed, deleting secret '{name}'")
        await api.delete(SECRETS, name, namespace)
        say(f"secret '{name}' deleted")
        raise CommandError(f"profile validation failed: {error}") from error
    created = await api.create(PROFILES, profile, namespace)
    say(f"profile '{created['metadata']['name']}' created")


def _secret(namespace: str, values: Mapping[str, str]) -> Object:
    suffix = "".join(random.choice(_SUFFIX) for _ in range(6))
    secret: Object = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "creationTimestamp": None,
            "name": f"s3-secret-{suffix}",
            "namespace": namespace,
        },
        "stringData": {
            _ID: values["access-key"],
            _KEY: values["secret-key"],
            "role": values["role"],
        },
    }
    if values["role"]:
        secret["type"] = "secrets.kanister.io/aws"
    return secret


def _profile(namespace: str, values: Mapping[str, str], secret: str) -> Object:
    where = reference(secret, namespace)
    credential: Object
    if values["role"]:
        credential = {"type": "secret", "secret": where}
    else:
        pair = {"idField": _ID, "secretField": _KEY, "secret": where}
        credential = {"type": "keyPair", "keyPair": pair}
    return {
        "apiVersion": PROFILES.api_version,
        "kind": PROFILES.kind,
        "metadata": {
            "creationTimestamp": None,
            "generateName": "s3-profile-",
            "namespace": namespace,
        },
        "location": {
            "type": "s3Compliant",
            **{name: values[name] for name in ("bucket", "endpoint", "prefix", "region")},
        },
        "credential": credential,
        "skipSSLVerify": values["skip-SSL-verification"] == "true",
    }
