"""`kando location push|pull|delete`."""

from __future__ import annotations

import os
import stat

from pytest_kanister._kanister.location.errors import LocationError, S3Error
from pytest_kanister._kanister.location.keys import object_key
from pytest_kanister._kanister.location.profile import open_bucket, parse_profile
from pytest_kanister._kanister.tools.kando.flags import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_kanister._kanister.location.client import S3Client

__all__ = ["delete", "pull", "push"]


class _Stream:
    """A descriptor as it is: a folder, too, opens, and fails when it is read."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def readinto(self, buffer: memoryview, /) -> int:
        return os.readv(self._descriptor, [buffer])


def push(arguments: list[str], flags: dict[str, str]) -> None:
    """Stores a file, or what comes through the pipe on stdin (`-`); prints nothing.

    An empty stream makes an empty object; a producer that died looks like one that ended.
    """
    [source] = arguments
    if source == "-":
        if not stat.S_ISFIFO(os.fstat(0).st_mode):
            raise CommandError('Stdin must be piped when the source parameter is "-"')
        descriptor = 0
    else:
        descriptor = _open(source, os.O_RDONLY)
    try:
        from pytest_kanister._kanister.location.upload import upload

        client, key, bucket = _bucket(flags)
        try:
            if not key:
                raise LocationError(
                    "InvalidParameter: 1 validation error(s) found.\n"
                    "- minimum field size of 1, PutObjectInput.Key."
                )
            upload(client, key, _Stream(descriptor))
        except LocationError as error:
            raise CommandError(f"failed to write contents to bucket '{bucket}': {error}") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError(
                f"failed to write contents to bucket '{bucket}': read {source}: {reason}"
            ) from error
    finally:
        if descriptor != 0:
            os.close(descriptor)


def pull(arguments: list[str], flags: dict[str, str]) -> None:
    """Writes the object to a file or stdout (`-`) as it comes.

    The file is opened before the object is looked up and never truncated: a shorter object
    leaves the older file's tail, a failed pull leaves an empty file.  Kanister does so, too.
    """
    [target] = arguments
    descriptor = 1 if target == "-" else _open(target, os.O_RDWR | os.O_CREAT)
    try:
        client, key, _ = _bucket(flags)
        try:
            pieces = client.get(key)
        except S3Error as error:
            raise CommandError("not found" if error.status == 404 else str(error)) from error
        for piece in pieces:
            view = memoryview(piece)
            while view:
                view = view[os.write(descriptor, view) :]
    except OSError as error:  # a full disk
        reason = (error.strerror or str(error)).lower()
        name = "/dev/stdout" if descriptor == 1 else target
        raise CommandError(f"write {name}: {reason}") from error
    finally:
        if descriptor != 1:
            os.close(descriptor)


def delete(arguments: list[str], flags: dict[str, str]) -> None:
    """Deletes every object whose key starts with prefix and path joined: a string prefix.

    `backups/1` deletes `backups/10/x` as well; prefix and path empty delete everything; no
    match is no error.  Objects in storage class GLACIER stay.
    """
    if arguments:
        raise CommandError(f'unknown command "{arguments[0]}" for "kando location delete"')
    client, key, _ = _bucket(flags)
    # Listed first, deleted then: deleting while listing may skip rows on some servers.
    keys = [row.key for row in client.objects(key) if row.storage_class != "GLACIER"]
    for name in keys:
        client.delete(name)


def _bucket(flags: dict[str, str]) -> tuple[S3Client, str, str]:
    """The client, the object's key and the bucket's name."""
    for name in ("repository-server", "repository-server-user-hostname"):
        if flags.get(name):
            raise CommandError(
                f"--{name}: the embedded kando has no kopia; run this Blueprint on backend kind or "
                "kubeconfig, where the image's own kando does it"
            )
    if not flags["profile"]:
        raise CommandError("Please provide the --profile flag")
    location = parse_profile(flags["profile"])
    key = object_key(location.prefix, os.fsencode(flags["path"]).decode(errors="replace"))
    return open_bucket(location), key, location.bucket


def _open(path: str, mode: int) -> int:
    try:
        return os.open(path, mode | os.O_CLOEXEC, 0o755)
    except OSError as error:
        raise CommandError(f"open {path}: {(error.strerror or '').lower()}") from None
