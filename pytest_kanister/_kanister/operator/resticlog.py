"""What restic's output says.

Both the words of restic 0.16 (the released tools image) and of later ones are understood.
"""

from __future__ import annotations

import re

from pytest_kanister._kanister.location import gojson
from pytest_kanister._kanister.operator.errkit import KanisterError

__all__ = [
    "is_missing",
    "is_password_wrong",
    "read_backup",
    "read_freed_bytes",
    "read_snapshot_id",
    "read_stats",
    "size_bytes",
]

_SIZE = r"([0-9]+(?:\.[0-9]+)?\s(?:[KMGT]i)?B)"
_SAVED = re.compile(r"snapshot\s(\S+)\ssaved$", re.MULTILINE)
_PROCESSED = re.compile(rf"processed\s([0-9]+)\sfiles,\s{_SIZE}\sin\s")
_ADDED = re.compile(rf"^Added to the repo(?:sitory)?: {_SIZE}", re.MULTILINE)
_FREED = re.compile(rf"(?:this frees|^total prune:.* /) {_SIZE}", re.MULTILINE)
_MODE = re.compile(r"Stats (?:for .*?)?in\s+(\S+)\s+mode:")
_COUNT = re.compile(r"Total (?:File|Blob) Count:\s+([0-9]+)")
_TOTAL = re.compile(rf"Total Size:\s+{_SIZE}")


def read_backup(log: str) -> dict[str, str]:
    """`backupID`, and `fileCount`, `size`, `phySize`, each empty when the log does not tell.

    Raises:
        KanisterError: no snapshot was saved.
    """
    saved = _SAVED.search(log)
    if saved is None:
        raise KanisterError(f"Failed to parse the backup ID from logs, backup logs {log}")
    processed, added = _PROCESSED.search(log), _ADDED.search(log)
    return {
        "backupID": saved[1],
        "fileCount": processed[1] if processed else "",
        "size": processed[2] if processed else "",
        "phySize": added[1] if added else "",
    }


def read_snapshot_id(listing: str) -> str:
    """The short id of the first snapshot in `snapshots --json`.

    Raises:
        KanisterError: there is none, or it is no such listing.
    """
    try:
        rows = gojson.loads(listing)
    except ValueError as error:
        cause = KanisterError(str(error))
        raise KanisterError(
            "Failed to unmarshall output from snapshotCommand", cause=cause
        ) from error
    if not rows:
        raise KanisterError("Snapshot not found")
    return str(rows[0]["short_id"])


def read_stats(log: str) -> dict[str, str]:
    """`mode`, `fileCount`, `size` of `stats`.

    Raises:
        KanisterError: the log does not tell.
    """
    mode, count, total = _MODE.search(log), _COUNT.search(log), _TOTAL.search(log)
    if count is None or total is None:
        raise KanisterError("Failed to parse snapshot stats from logs")
    return {"mode": mode[1] if mode else "", "fileCount": count[1], "size": total[1]}


def read_freed_bytes(log: str) -> int:
    """What `prune` freed; 0 when it does not tell."""
    freed = _FREED.findall(log)
    return size_bytes(freed[-1]) if freed else 0


def size_bytes(text: str) -> int:
    """`1.500 KiB` in bytes."""
    number, unit = text.split()
    return int(float(number) * 1024 ** ["B", "KiB", "MiB", "GiB", "TiB"].index(unit))


def is_password_wrong(stderr: str) -> bool:
    """Whether restic refused the password."""
    return "wrong password" in stderr


def is_missing(stderr: str) -> bool:
    """Whether restic found no repository."""
    return "Is there a repository at the following location?" in stderr
