"""What an image says about itself: its OCI configuration, and as whom its program is run here."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Configuration", "read_configuration", "user_of"]

_OWNER = "user.rootlesscontainers"
"""Attribute in which umoci keeps the owner that a file has in the image (a protobuf message)."""


@dataclass(frozen=True)
class Configuration:
    """The part of an image's configuration that decides how it is run."""

    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    user: str
    volumes: tuple[str, ...]


def read_configuration(layout: Path, tag: str) -> Configuration:
    """From an OCI layout.

    Raises:
        EnvironmentProblem: the layout does not hold what it should.
    """
    try:
        index = json.loads((layout / "index.json").read_text())
        manifest = next(
            entry
            for entry in index["manifests"]
            if (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name") == tag
        )
        config = _blob(layout, _blob(layout, manifest["digest"])["config"]["digest"])
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise EnvironmentProblem(
            f"the pulled image {tag} in {layout} cannot be read: {error!r}",
            remedies=[f"remove {layout} and run again: it is pulled anew"],
        ) from None
    said: dict[str, Any] = config.get("config") or {}
    pairs = (entry.partition("=") for entry in said.get("Env") or ())
    return Configuration(
        entrypoint=tuple(said.get("Entrypoint") or ()),
        command=tuple(said.get("Cmd") or ()),
        env={name: value for name, _, value in pairs},
        cwd=said.get("WorkingDir") or "",
        user=said.get("User") or "",
        volumes=tuple(said.get("Volumes") or ()),
    )


def user_of(config: Configuration, root: Path) -> str:
    """`uid:gid` as whom the image's program is run.

    A sandbox without privileges has one user only.  So an image that would start as root and
    hand its data to a user of its own is started as that user, as `docker run --user` does:
    whoever owns one of its volumes in the image, or has his home around or at one.
    """
    accounts = _accounts(root)
    if config.user:
        name, _, group = config.user.partition(":")
        uid, gid = accounts.get(name, (name, "0", ""))[:2]
        if not uid.isdigit():
            raise EnvironmentProblem(
                f"the pulled image in {root}: its user {name!r} is not in its own /etc/passwd",
                remedies=["name a number in the pod: securityContext.runAsUser"],
                looked=[f"{root}/etc/passwd"],
            )
        return f"{uid}:{_group(root, group) if group else gid}"
    for volume in config.volumes:
        owner, owners = _owner(root / volume.lstrip("/"))
        if owner:
            return f"{owner}:{owners}"
        for other, group, home in accounts.values():
            if other != "0" and f"{volume}/".startswith(f"{home.rstrip('/')}/") and home != "/":
                return f"{other}:{group}"
    return "0:0"


def _blob(layout: Path, digest: str) -> Any:
    kind, _, value = digest.partition(":")
    return json.loads((layout / "blobs" / kind / value).read_text())


def _accounts(root: Path) -> dict[str, tuple[str, str, str]]:
    """uid, gid, home by name."""
    try:
        lines = (root / "etc/passwd").read_text(errors="replace").splitlines()
    except OSError:
        return {}
    rows = [line.split(":") for line in lines]
    return {row[0]: (row[2], row[3], row[5]) for row in rows if len(row) > 5}


def _group(root: Path, name: str) -> str:
    if name.isdigit():
        return name
    try:
        for line in (root / "etc/group").read_text(errors="replace").splitlines():
            row = line.split(":")
            if row[0] == name and len(row) > 2:
                return row[2]
    except OSError:
        pass
    return "0"


def _owner(path: Path) -> tuple[int, int]:
    """Uid and gid that a file has in the image; (0, 0) when nothing is noted."""
    try:
        data = os.getxattr(path, _OWNER)
    except OSError:
        return 0, 0
    fields = {1: 0, 2: 0}
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        fields[tag >> 3], at = _number(data, at)
    return fields[1], fields[2]


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A protobuf varint and where the next thing begins."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not byte & 0x80:
            break
    return value, at
