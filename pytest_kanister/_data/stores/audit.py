"""Judging a bucket: what artifacts claim, what a deletion left, whom it hit beside its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.protocol import VersionedBucket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pytest_kanister._data.stores.ledger import Ledger, LedgerChange
    from pytest_kanister._data.stores.protocol import Bucket, StoredObject

__all__ = [
    "ALLOWED",
    "Claim",
    "Neighbours",
    "check_claims",
    "claims",
    "hit_beside",
    "leaked",
    "left_behind",
    "unclaimed",
]

ALLOWED = ("deleteMarkers", "noncurrentVersions", "locked")
"""Leftovers in a bucket that keeps versions which may be allowed by name."""


@dataclass(frozen=True)
class Claim:
    """One place in the bucket that an ActionSet's artifact names.

    Attributes:
        artifact: `mysqlCloudDump.s3path`: artifact and key.
        text: as Kanister rendered it.
        keys: places that it may mean, whole keys or folders, most likely first: Kanister's own
            programs put the Profile's prefix before a path, its restic functions do not.
        certain: it has a slash; a bare word may be a path, or a number, a name …
    """

    artifact: str
    text: str
    keys: tuple[str, ...]
    certain: bool = True

    def covers(self, key: str) -> bool:
        """Whether it is the object, or the folder that it lies in."""
        return any(key == own or key.startswith(f"{own}/") for own in self.keys)


def claims(artifacts: Mapping[str, object], bucket: str, prefix: str) -> tuple[Claim, ...]:
    """Every value of an ActionSet's artifacts that may be a path: one word.

    Args:
        artifacts: as Kanister rendered them: `{"dump": {"keyValue": {"s3path": "/a/b.gz"}}}`.
        bucket: its name, which restic's paths begin with.
        prefix: the Profile's.
    """
    found = []
    for name, artifact in artifacts.items():
        for at, text in _texts(artifact, name):
            path = text.removeprefix("s3://").strip("/")
            if any(c.isspace() for c in text) or not path or "://" in path:
                continue
            bare = path.removeprefix(f"{bucket}/")
            joined = "/".join(part for part in (prefix.strip("/"), path) if part)
            keys = tuple(dict.fromkeys((joined, path, bare)))
            found.append(Claim(at, text, keys, certain="/" in text))
    return tuple(found)


def check_claims(own: Iterable[str], made: Iterable[Claim]) -> list[str]:
    """What artifacts and bucket do not agree on, one sentence each.

    An artifact may name a path that is none of the bucket's (a folder in a pod, an image), so
    this is for people to judge.
    """
    keys, known = list(own), tuple(made)
    said = [
        f"artifact {claim.artifact} names {claim.text}, and nothing is there in the bucket"
        for claim in known
        if claim.certain and not any(claim.covers(key) for key in keys)
    ]
    return said + [
        f"no artifact names {key}: who has only the ActionSet can neither find nor delete it"
        for key in unclaimed(keys, known)
    ]


def unclaimed(own: Iterable[str], made: Iterable[Claim]) -> list[str]:
    """Keys that no artifact names: nobody who reads the ActionSet can find, or delete, them."""
    known = tuple(made)
    return [key for key in own if not any(claim.covers(key) for claim in known)]


def left_behind(
    ledger: Ledger, own: Collection[str] | None = None, *, allowed: Collection[str] = ()
) -> list[str]:
    """What a deletion left, one line each: objects, older versions, delete markers, open uploads.

    Args:
        ledger: a complete look afterwards, or a plain one where versions are not kept.
        own: keys that should have gone; None: all.
        allowed: of `ALLOWED`, what a bucket that keeps versions may keep.  A locked version is
            allowed by `locked` alone, though it is also noncurrent.
    """
    lines = []
    for key, stored in ledger.objects.items():
        locked = any(v.key == key and v.is_latest and v.lock for v in ledger.versions)
        if (own is None or key in own) and not (locked and "locked" in allowed):
            lines.append(f"{key}  {stored.size_bytes:,} bytes")
    for version in ledger.versions:
        shown = version.is_latest and not version.is_marker
        if shown or (own is not None and version.key not in own):
            continue
        if version.is_marker:
            if "deleteMarkers" not in allowed:
                lines.append(f"{version.key}  delete marker {version.version_id}")
            continue
        word = "locked" if version.lock else "noncurrentVersions"
        if word not in allowed:
            why = f", locked: {version.lock}" if version.lock else ""
            lines.append(
                f"{version.key}  noncurrent version {version.version_id}, "
                f"{version.size_bytes:,} bytes{why}"
            )
    lines += [
        f"{key}  a multipart upload that was not ended"
        for key in ledger.uploads
        if own is None or key in own
    ]
    return lines


def hit_beside(change: LedgerChange, own: Collection[str]) -> list[str]:
    """Objects that a deletion removed or altered though they are not its own, one line each."""
    lines = [
        f"{old.key} ({old.size_bytes:,} bytes) is gone"
        for old in change.removed
        if old.key not in own
    ]
    return lines + [
        f"{new.key} was overwritten ({old.size_bytes:,} -> {new.size_bytes:,} bytes)"
        for old, new in change.changed
        if new.key not in own
    ]


def leaked(before: Ledger, now: Ledger) -> list[str]:
    """What an action that failed left, one line each: nothing names it, so nothing deletes it.

    Args:
        before: a look before the action, of either kind.
        now: a complete one.
    """
    change = now.since(before)
    lines = [f"{new.key} ({new.size_bytes:,} bytes)" for new in change.added]
    lines += [f"{new.key} (overwritten)" for _, new in change.changed]
    return lines + [f"{key} (a multipart upload that was not ended)" for key in change.uploads]


class Neighbours:
    """Objects put beside a backup's own, as another backup's would lie there.

    Args:
        bucket: where the backup lies.
        keys: the backup's own objects.
        made: what its artifacts claim; a key that none of them names gets no neighbour, as nobody
            can say where its own folder ends.

    For `a/b/2026-11-23/dump.gz` that is `a/b/pytest-kanister-neighbour/dump.gz`: the same folder,
    another time; for a repository, one beside it.  Kanister deletes every key that begins with a
    text, so that `a/1` takes `a/10` along; that is Kanister's, so no neighbour's name begins as an
    own one does.
    """

    def __init__(self, bucket: Bucket, keys: Iterable[str], made: Iterable[Claim]) -> None:
        self._bucket = bucket
        self._before: dict[str, StoredObject] = {}
        places = [place for claim in made for place in claim.keys]
        roots = {
            place for key in keys for place in places if key == place or key.startswith(f"{place}/")
        }
        self._keys = sorted({_beside(root, bucket.prefix) for root in roots})

    def plant(self) -> None:
        """Puts them there."""
        for key in self._keys:
            self._bucket.put(key, b"a neighbour's backup")
        self._before = {o.key: o for o in self._bucket.objects() if o.key in self._keys}

    def lost(self) -> list[str]:
        """Keys of those that are gone or altered."""
        now = {stored.key: stored for stored in self._bucket.objects()}
        return [key for key, stored in self._before.items() if now.get(key) != stored]

    def remove(self) -> None:
        """Takes them away, so that nothing tells of them; a second call does nothing."""
        for key in self._keys:
            if isinstance(self._bucket, VersionedBucket):
                self._bucket.purge(key)
            else:
                self._bucket.delete(key)


NEIGHBOUR = "pytest-kanister-neighbour"


def _beside(key: str, prefix: str) -> str:
    if not key.startswith(prefix):
        prefix = ""  # a path of restic's, which know no prefix
    *folders, last = key.removeprefix(prefix).split("/")
    if folders:
        folders[-1] = NEIGHBOUR
        return prefix + "/".join([*folders, last])
    return f"{prefix}{NEIGHBOUR}-{last}"


def _texts(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Every text inside an artifact with the names that lead to it; JSON in a text is read, too."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, name if key == "keyValue" else f"{name}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, name)
    elif isinstance(value, str):
        try:
            inner = json.loads(value) if value[:1] in ("{", "[") else None
        except ValueError:
            inner = None
        if inner is None:
            yield name, value
        else:
            yield from _texts(inner, name)
