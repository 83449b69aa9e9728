"""restic repositories in a Profile's bucket, as commands for pods.

Kanister runs restic through bash with the keys and the password exported inside the command
itself, nothing quoted; Profile.location.prefix is not looked at.
"""

from __future__ import annotations

import contextlib
import json
import posixpath
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.location.errors import LocationError
from pytest_kanister._kanister.location.profile import Location, parse_profile
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.execs import CommandFailed, Place, capture
from pytest_kanister._kanister.operator.jobs import job_pod
from pytest_kanister._kanister.operator.pods import pod_options
from pytest_kanister._kanister.operator.resticlog import read_backup
from pytest_kanister._kanister.params import render_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._kanister.operator.jobs import Job

__all__ = [
    "FUNCTION_VERSION",
    "Repository",
    "Target",
    "back_up",
    "open_repository",
    "open_target",
    "resolve_prefix",
    "tools_pod",
]

FUNCTION_VERSION = "v0.0.0"
"""What outputs call the functions' version."""

# SHA-256 of a constant of Kanister's: no secret.
_DEFAULT_KEY = "9f735e0df9a1ddc702bf0a1a7b83033f9f7153a00c29de82cedadc9957289b05"
_AMAZON = "s3.amazonaws.com"
_KNOWN_LOCATIONS = ("s3Compliant", "gcs", "azure", "kopia")
_TAG_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
_TAG_LENGTH = 10


@dataclass(frozen=True)
class Target:
    """Where repositories are, and how they are opened."""

    location: Location
    encryption_key: str = field(repr=False)
    insecure_tls: bool = False


@dataclass(frozen=True)
class Repository:
    """One repository: `path` is `bucket/…`."""

    target: Target
    path: str

    def command(self, *words: str) -> list[str]:
        """`restic WORDS…` on this repository."""
        location = self.target.location
        endpoint = (location.endpoint or _AMAZON).rstrip("/")
        exports = {
            "AWS_ACCESS_KEY_ID": location.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": location.credentials.secret_key,
            "RESTIC_REPOSITORY": f"s3:{endpoint}/{self.path}",
            "RESTIC_PASSWORD": self.target.encryption_key,
        }
        flags = ["--insecure-tls"] if self.target.insecure_tls else []
        lines = [f"export {name}={value}\n" for name, value in exports.items()]
        script = " ".join([*lines, "restic", *words, *flags])
        return ["bash", "-o", "errexit", "-o", "pipefail", "-c", script]


def open_target(call: Call, *, wrapped: bool = True) -> Target:
    """The Profile's bucket with the call's `encryptionKey` and `insecureTLS`.

    Args:
        call: the function's call.
        wrapped: whether errors begin with `Failed to validate Profile`: not every function says so.

    Raises:
        KanisterError: no Profile, one without keys, or of a kind of location that is not here.
    """
    key = call.text("encryptionKey", _DEFAULT_KEY)
    insecure = call.truth("insecureTLS", default=False)
    try:
        return Target(_location(call), key, insecure)
    except KanisterError as error:
        if not wrapped:
            raise
        raise KanisterError("Failed to validate Profile", cause=error) from error


def _location(call: Call) -> Location:
    if call.params.plain.get("Profile") is None:
        raise KanisterError("Profile must be non-nil")
    text = render_text("{{ toJson .Profile }}", call.params)
    kind = json.loads(text)["Location"]["type"]
    if kind not in _KNOWN_LOCATIONS:
        raise KanisterError("Location type not supported")
    if kind != "s3Compliant":
        raise KanisterError(
            f"location type {kind}: the embedded operator's {call.func} speaks s3Compliant only; "
            "run this Blueprint on backend kind or kubeconfig, where the released Kanister "
            "controller does it"
        )
    try:
        location = parse_profile(text)
    except LocationError as error:
        raise KanisterError(str(error)) from error
    if not location.credentials.access_key:
        raise KanisterError("Access key ID is not set")
    if not location.credentials.secret_key:
        raise KanisterError("Secret access key is not set")
    return location


def resolve_prefix(target: Target, prefix: str) -> str:
    """The prefix with the bucket in front, unless its first part is the bucket already."""
    bucket = target.location.bucket
    if prefix.split("/")[0] == bucket:
        return prefix
    return posixpath.normpath(f"{bucket}/{prefix}")


@contextlib.asynccontextmanager
async def tools_pod(
    call: Call,
    prefix: str,
    *,
    namespace: str | None = None,
    volumes: Mapping[str, str] | None = None,
) -> AsyncIterator[tuple[Job, Place]]:
    """A pod of the argument `image`, else of the tools image, that waits for commands.

    Args:
        call: the function's call.
        prefix: generateName.
        namespace: None takes the argument.
        volumes: PersistentVolumeClaim → mount path.
    """
    image = call.text("image", "") or call.controller.tools_image
    options = pod_options(call, prefix, image=image, command=["sh", "-c", "tail -f /dev/null"])
    options.namespace = namespace or options.namespace
    options.volumes = volumes or {}
    async with job_pod(call, options) as job:
        await job.wait_started()
        yield job, Place(job.namespace, job.name, job.container)


async def open_repository(call: Call, repository: Repository, place: Place) -> None:
    """Makes the repository unless its snapshots can be listed.

    Raises:
        KanisterError: it cannot be made.
    """
    try:
        await capture(call, place, repository.command("snapshots", "--json"))
    except CommandFailed:
        try:
            await capture(call, place, repository.command("init"))
        except CommandFailed as error:
            raise KanisterError(
                "Failed to create object store backup location", cause=error
            ) from error


async def back_up(call: Call, repository: Repository, place: Place, path: str) -> dict[str, Any]:
    """Backs up a folder under a fresh tag; makes the repository when it is not there.

    Returns:
        backupID, backupTag, fileCount, size, phySize.

    Raises:
        KanisterError: restic fails.
    """
    await open_repository(call, repository, place)
    tag = "".join(secrets.choice(_TAG_LETTERS) for _ in range(_TAG_LENGTH))
    try:
        log = await capture(call, place, repository.command("backup", "--tag", tag, path))
    except CommandFailed as error:
        raise KanisterError("Failed to create and upload backup", cause=error) from error
    return {**read_backup(log), "backupTag": tag}
