"""One snapshot in one file.

Version 1, where all rows are there: gzip around the lines of `lines`.  Version 2, where large
tables are digests: a ZIP archive of those lines (`snapshot`) and, uncompressed as they are
random, the sorted runs of each such table (`runs/0` …), which are read in place.
"""

from __future__ import annotations

import gzip
import os
import secrets
import struct
import weakref
import zipfile
import zlib
from typing import TYPE_CHECKING

from pytest_kanister._data.evidence.lines import lines_of, snapshot_of
from pytest_kanister._data.evidence.runs import StoredRuns
from pytest_kanister.errors import Unverified, UsageProblem

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from pytest_kanister._data.proof.digests import Runs
    from pytest_kanister._data.proof.snapshot import Snapshot

__all__ = ["load_snapshot", "save_snapshot"]

_WHOLE, _DIGESTED = 1, 2

_QUICK = 1  # gzip: the text of rows gets hardly smaller with more effort
_LINES = "snapshot"
_LOCAL_HEADER = struct.Struct("<4s22xHH")
"""Of a member in a ZIP archive: magic, lengths of its name and extra field, which follow."""

_STEP_BYTES = 1 << 20


def save_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Writes the file whole or not at all; only its owner can read it, as it holds data.

    Raises:
        UsageProblem: it cannot be written there.
        Unverified: the digests of a large table cannot be read any more.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if any(table.digests for table in snapshot.tables.values()):
                    _write_archive(snapshot, file)
                else:
                    _write_lines(snapshot, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageProblem(f"cannot write the snapshot {path}: {error.strerror}") from None


def load_snapshot(path: Path) -> Snapshot:
    """What `save_snapshot` wrote, equal in everything.

    The digests of large tables stay in the file, which is held open while they are in use.

    Raises:
        UsageProblem: there is no such file, it is no snapshot, one of another version, or cut.
    """
    try:
        # `StoredRuns` needs it open for longer than this function.
        file = path.open("rb")
        try:
            magic = file.read(2)
            file.seek(0)
            if magic == b"PK":
                return _Archive(file).snapshot()
            with file, gzip.GzipFile(fileobj=file, mode="rb") as body:
                return snapshot_of(body, _WHOLE)
        except BaseException:
            file.close()
            raise
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UsageProblem(f"{path} is no snapshot, or only a part of one: {error}") from None
    except OSError as error:
        raise UsageProblem(f"cannot read the snapshot {path}: {error.strerror}") from None
    except UsageProblem as error:
        raise UsageProblem(f"{path} is {error}") from None
    except Unverified as error:
        raise UsageProblem(f"{path} is a damaged snapshot: {error}") from None
    except (
        *(ValueError, LookupError, TypeError, AttributeError, struct.error),
        *(NotImplementedError, RuntimeError),  # zipfile's words for compression and encryption
    ) as error:
        raise UsageProblem(
            f"{path} is a damaged snapshot ({type(error).__name__}: {error}); take it again"
        ) from None


def _write_lines(snapshot: Snapshot, file: BinaryIO) -> None:
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_QUICK, mtime=0) as body:
        for line in lines_of(snapshot, _WHOLE, {}):
            body.write(line)


def _write_archive(snapshot: Snapshot, file: BinaryIO) -> None:
    stored = {
        name: table.digests.runs
        for name, table in snapshot.tables.items()
        if table.digests and isinstance(table.digests.runs, StoredRuns)
    }
    names = {name: f"runs/{number}" for number, name in enumerate(stored)}
    with zipfile.ZipFile(file, "w") as archive:
        lines = zipfile.ZipInfo(_LINES)
        lines.compress_type = zipfile.ZIP_DEFLATED
        lines._compresslevel = _QUICK  # type: ignore[attr-defined] # public from Python 3.13 on
        with archive.open(lines, "w", force_zip64=True) as body:
            for line in lines_of(snapshot, _DIGESTED, names):
                body.write(line)
        for name, runs in stored.items():
            with archive.open(zipfile.ZipInfo(names[name]), "w", force_zip64=True) as body:
                for piece in runs.pieces():
                    body.write(piece)


class _Archive:
    """A file of version 2, open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        weakref.finalize(self, file.close)
        self._zip = zipfile.ZipFile(file)

    def snapshot(self) -> Snapshot:
        with self._zip.open(_LINES) as body:
            return snapshot_of(body, _DIGESTED, self._runs)

    def _runs(self, name: str, count: int, total: int) -> Runs:
        member = self._zip.getinfo(name)
        with self._zip.open(member) as body:  # compares its checksum at the end
            while body.read(_STEP_BYTES):
                pass
        self._file.seek(member.header_offset)
        magic, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(self._file.read(_LOCAL_HEADER.size))
        start = member.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
        if magic != b"PK\3\4" or member.compress_type != zipfile.ZIP_STORED:
            raise zipfile.BadZipFile(f"{name} is not stored as it is")
        runs = StoredRuns(self, self._file.fileno(), start, member.file_size)
        runs.check(count, total)
        return runs
