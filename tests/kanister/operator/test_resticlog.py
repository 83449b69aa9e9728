"""Reading restic's words, of the released tools image and of later ones."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.location.profile import Location
from pytest_kanister._kanister.location.signing import Credentials
from pytest_kanister._kanister.operator import resticlog
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.restic import Repository, Target, resolve_prefix

LOCATION = Location("s3Compliant", "b", "http://h:1//", "prefix", "", Credentials("A", "S"), False)


@pytest.mark.parametrize(
    ("added", "size"),
    [
        ("Added to the repo: 1.5 KiB", "1.5 KiB"),
        ("Added to the repository: 2.021 MiB (1.9 MiB stored)", "2.021 MiB"),
        ("", ""),
    ],
)
def test_a_backups_log(added: str, size: str) -> None:
    log = f"no parent\n{added}\n\nprocessed 3 files, 12.1 KiB in 0:01\nsnapshot 4f3c saved\n"
    assert resticlog.read_backup(log) == {
        "backupID": "4f3c",
        "fileCount": "3",
        "size": "12.1 KiB",
        "phySize": size,
    }


def test_a_backup_that_saved_nothing() -> None:
    with pytest.raises(KanisterError, match="Failed to parse the backup ID from logs"):
        resticlog.read_backup("nothing")


@pytest.mark.parametrize(
    ("log", "freed"),
    [
        ("will delete 2 packs and rewrite 0 packs, this frees 1.500 KiB\n", 1536),
        ("to delete: 1 blobs / 2 B\ntotal prune:   3 blobs / 1.000 MiB\nremaining: 0\n", 1 << 20),
        ("done\n", 0),
    ],
)
def test_what_a_prune_freed(log: str, freed: int) -> None:
    assert resticlog.read_freed_bytes(log) == freed


def test_stats() -> None:
    log = "Stats in raw-data mode:\n  Total Blob Count:   5\n  Total Size:   12.000 KiB\n"
    assert resticlog.read_stats(log) == {
        "mode": "raw-data",
        "fileCount": "5",
        "size": "12.000 KiB",
    }
    with pytest.raises(KanisterError, match="Failed to parse snapshot stats from logs"):
        resticlog.read_stats("")


@pytest.mark.parametrize("listing", ["[]", "null", "{"])
def test_no_snapshot(listing: str) -> None:
    with pytest.raises(KanisterError, match=r"Snapshot not found|Failed to unmarshall"):
        resticlog.read_snapshot_id(listing)


def test_the_command() -> None:
    target = Target(LOCATION, "key", insecure_tls=True)
    command = Repository(target, "b/p").command("backup", "/data")
    assert command[:6] == ["bash", "-o", "errexit", "-o", "pipefail", "-c"]
    assert command[6].split("\n ") == [
        "export AWS_ACCESS_KEY_ID=A",
        "export AWS_SECRET_ACCESS_KEY=S",
        "export RESTIC_REPOSITORY=s3:http://h:1/b/p",
        "export RESTIC_PASSWORD=key",
        "restic backup /data --insecure-tls",
    ]
    assert "key" not in repr(target)


@pytest.mark.parametrize(
    ("prefix", "path"),
    [("p/q", "b/p/q"), ("b/p", "b/p"), ("/p/", "b/p"), ("bb/p", "b/bb/p"), ("", "b"), ("b", "b")],
)
def test_the_bucket_is_put_in_front_once(prefix: str, path: str) -> None:
    assert resolve_prefix(Target(LOCATION, "key"), prefix) == path
