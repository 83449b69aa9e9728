"""LocationDelete: deletes artifacts from the controller's own process, without a pod."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from pytest_kanister._kanister.location.errors import LocationError
from pytest_kanister._kanister.location.keys import object_key
from pytest_kanister._kanister.location.profile import open_bucket, parse_profile
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.params import render_text

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> None:
    """Deletes every object whose key starts with the Profile's prefix and the artifact joined.

    A bucket's name at the artifact's beginning is dropped first.
    """
    artifact = call.text("artifact")
    if call.params.plain.get("Profile") is None:
        raise KanisterError(
            "Failed to validate Profile", cause=KanisterError("Profile must be non-nil")
        )
    profile = render_text("{{ toJson .Profile }}", call.params)
    bucket = json.loads(profile)["Location"]["bucket"]
    path = artifact.removeprefix("/").removeprefix(f"{bucket}/") if bucket else artifact
    try:
        await asyncio.to_thread(_delete, profile, path)
    except LocationError as error:
        raise KanisterError("Failed to delete data", cause=error) from error


def _delete(profile: str, path: str) -> None:
    location = parse_profile(profile)
    client = open_bucket(location)
    try:
        prefix = object_key(location.prefix, path)
        for key in [row.key for row in client.objects(prefix) if row.storage_class != "GLACIER"]:
            client.delete(key)
    finally:
        client.close()
