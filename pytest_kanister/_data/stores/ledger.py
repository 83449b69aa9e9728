"""What an action did to a bucket: one look before it, one after, and what is different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.dumps import check_dump
from pytest_kanister._data.stores.protocol import VersionedBucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._data.stores.protocol import Bucket, StoredObject, StoredVersion

__all__ = ["Ledger", "LedgerChange", "check_dump"]


@dataclass(frozen=True)
class LedgerChange:
    """What happened between two looks; each list in key order.  False when nothing did.

    Attributes:
        added: objects that were not there.
        removed: objects that are no longer there, as they were.
        changed: (as it was, as it is) for objects with another size or entity tag.
        versions_added: versions and delete markers that were not there; only between two
            complete looks.
        versions_removed: those that are gone.
        versions_changed: (as it was, as it is): another lock or checksum.
        uploads: keys of multipart uploads begun meanwhile and not ended.
    """

    added: tuple[StoredObject, ...]
    removed: tuple[StoredObject, ...]
    changed: tuple[tuple[StoredObject, StoredObject], ...]
    versions_added: tuple[StoredVersion, ...] = ()
    versions_removed: tuple[StoredVersion, ...] = ()
    versions_changed: tuple[tuple[StoredVersion, StoredVersion], ...] = ()
    uploads: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return str(self) != _NOTHING

    def __str__(self) -> str:
        lines = [f"+ {new.key} ({new.size_bytes} bytes)" for new in self.added]
        lines += [f"- {old.key} ({old.size_bytes} bytes)" for old in self.removed]
        lines += [
            f"~ {new.key} ({old.size_bytes} -> {new.size_bytes} bytes)" for old, new in self.changed
        ]
        # A plain listing shows the latest versions; what it hides is said beside it.
        seen = {(entry.key, entry.etag) for entry in (*self.added, *self.removed)}
        seen |= {(new.key, new.etag) for _, new in self.changed}
        lines += [
            f"{sign} {_version(version)}"
            for sign, versions in (("+", self.versions_added), ("-", self.versions_removed))
            for version in versions
            if version.is_marker or (version.key, version.etag) not in seen
        ]
        lines += [
            f"~ {_version(new)} (was: {old.lock or 'no lock'}; {old.checksum or 'no checksum'})"
            for old, new in self.versions_changed
            if (old.lock, old.checksum) != (new.lock, new.checksum)
        ]
        lines += [f"+ {key} (a multipart upload that was not ended)" for key in self.uploads]
        return "\n".join(lines) or _NOTHING


_NOTHING = "nothing changed"


@dataclass(frozen=True)
class Ledger:
    """A bucket's content at one moment.

    Attributes:
        objects: what a plain listing shows, by key.
        versions: every version and delete marker, by key and newest first; empty unless the look
            was a complete one.
        uploads: keys of multipart uploads that were begun and not ended.
        versioning: `Enabled`, `Suspended`, or empty: versions are not kept, or nobody looked.
    """

    objects: Mapping[str, StoredObject]
    versions: Sequence[StoredVersion] = ()
    uploads: Sequence[str] = ()
    versioning: str = ""

    @staticmethod
    def of(bucket: Bucket) -> Ledger:
        """What a plain listing shows now: one request for a thousand objects."""
        return Ledger({stored.key: stored for stored in bucket.objects()})

    @staticmethod
    def complete(bucket: Bucket) -> Ledger:
        """All there is, with versions, delete markers, checksums, locks and open uploads.

        One request more for each version; a bucket that is no `VersionedBucket` has none.
        """
        if not isinstance(bucket, VersionedBucket):
            return Ledger.of(bucket)
        return Ledger(
            {stored.key: stored for stored in bucket.objects()},
            tuple(bucket.versions()),
            tuple(bucket.uploads()),
            bucket.versioning(),
        )

    def since(self, earlier: Ledger) -> LedgerChange:
        """What is different from an earlier look of the same kind."""
        old, new = earlier.objects, self.objects
        was = {(v.key, v.version_id): v for v in earlier.versions}
        now = {(v.key, v.version_id): v for v in self.versions}
        pairs = [(was[at], now[at]) for at in was if at in now]
        return LedgerChange(
            added=tuple(new[key] for key in sorted(new.keys() - old.keys())),
            removed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
            changed=tuple(
                (old[key], new[key])
                for key in sorted(old.keys() & new.keys())
                if old[key] != new[key]
            ),
            versions_added=tuple(v for at, v in now.items() if at not in was),
            versions_removed=tuple(v for at, v in was.items() if at not in now),
            versions_changed=tuple((a, b) for a, b in pairs if _fixed(a) != _fixed(b)),
            uploads=tuple(sorted(set(self.uploads) - set(earlier.uploads))),
        )


def _fixed(version: StoredVersion) -> tuple[object, ...]:
    """What no other object's writing changes: which version is the latest, it does."""
    return version.size_bytes, version.etag, version.checksum, version.lock


def _version(version: StoredVersion) -> str:
    if version.is_marker:
        return f"{version.key} (delete marker {version.version_id})"
    said = [f"version {version.version_id}", f"{version.size_bytes} bytes"]
    return f"{version.key} ({', '.join([*said, *filter(None, [version.lock])])})"
