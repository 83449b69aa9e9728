"""Each judgement of a bucket, and its negative control, on a real SeaweedFS."""

from __future__ import annotations

import base64
import gzip
import hashlib
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytest_kanister._data.stores.audit import (
    Neighbours,
    check_claims,
    claims,
    hit_beside,
    leaked,
    left_behind,
    unclaimed,
)
from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.dumps import check_stored
from pytest_kanister._data.stores.ledger import Ledger

pytestmark = pytest.mark.slow

DUMP = "p/dumps/shop/1/dump.gz"
BODY = gzip.compress(b"rows", mtime=0)
ARTIFACTS = {"dump": {"keyValue": {"path": "/dumps/shop/1/dump.gz", "bytes": "24"}}}


@pytest.fixture
def versioned(bucket: S3Bucket) -> S3Bucket:
    bucket.keep_versions()
    return bucket


@pytest.fixture
def lockable(s3: Any, bucket: S3Bucket) -> S3Bucket:
    made = S3Bucket(s3, f"{bucket.name}-lock")
    made.create(lock=True)
    return made


def tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def test_a_complete_look_shows_checksums(s3: Any, bucket: S3Bucket) -> None:
    s3.put_object(Bucket=bucket.name, Key="x", Body=b"1", ChecksumAlgorithm="SHA256")
    bucket.put("y", b"1")
    x, y = Ledger.complete(bucket).versions
    assert x.checksum == f"SHA256 {base64.b64encode(hashlib.sha256(b'1').digest()).decode()}"
    assert (x.version_id, x.lock, y.checksum) == ("null", "", "")
    (stored,) = [o for o in bucket.objects() if o.key == "x"]
    assert check_stored(stored, bucket.get("x"), x.checksum) is None
    told = check_stored(stored, b"2", x.checksum)
    assert told is not None
    assert "entity tag" in told


def test_content_that_is_not_what_is_listed_is_told(bucket: S3Bucket) -> None:
    bucket.put("x", BODY)
    (stored,) = bucket.objects()
    assert check_stored(stored, BODY) is None
    assert "24 bytes are listed, 23" in str(check_stored(stored, BODY[:-1]))
    right = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
    assert check_stored(stored, BODY, f"CRC32 {right}") is None
    assert "its CRC32 checksum is AAAAAA==" in str(check_stored(stored, BODY, "CRC32 AAAAAA=="))


def test_an_overwritten_object_is_a_change_with_a_version_of_its_own(versioned: S3Bucket) -> None:
    versioned.put(DUMP, b"1")
    before = Ledger.complete(versioned)
    assert before.versioning == "Enabled"
    versioned.put(DUMP, b"22")
    change = Ledger.complete(versioned).since(before)
    assert [(old.size_bytes, new.size_bytes) for old, new in change.changed] == [(1, 2)]
    assert [v.size_bytes for v in change.versions_added] == [2]
    assert str(change) == f"~ {DUMP} (1 -> 2 bytes)"


def test_deleting_where_versions_are_kept_leaves_them(versioned: S3Bucket) -> None:
    versioned.put(DUMP, b"1")
    versioned.put(DUMP, BODY)
    before = Ledger.complete(versioned)
    versioned.delete(DUMP)
    after = Ledger.complete(versioned)
    assert not after.objects
    lines = left_behind(after)
    assert [line.split()[1] for line in lines] == ["delete", "noncurrent", "noncurrent"]
    assert "delete marker" in str(after.since(before))
    assert len(left_behind(after, allowed=["deleteMarkers"])) == 2
    assert left_behind(after, allowed=["deleteMarkers", "noncurrentVersions"]) == []
    assert left_behind(after, own=["another"]) == []


def test_deleting_for_good_leaves_nothing(s3: Any, versioned: S3Bucket) -> None:
    versioned.put(DUMP, BODY)
    versioned.delete(DUMP)
    for version in versioned.versions():
        s3.delete_object(Bucket=versioned.name, Key=version.key, VersionId=version.version_id)
    assert left_behind(Ledger.complete(versioned)) == []


def test_what_is_there_is_left_whatever_is_allowed(versioned: S3Bucket) -> None:
    versioned.put(DUMP, BODY)
    assert left_behind(Ledger.complete(versioned), allowed=["deleteMarkers", "noncurrentVersions"])


def test_locks_are_read_and_hold(s3: Any, lockable: S3Bucket) -> None:
    until = tomorrow()
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
    s3.put_object(Bucket=lockable.name, Key="a", Body=b"1", **lock)
    s3.put_object(Bucket=lockable.name, Key="b", Body=b"1", ObjectLockLegalHoldStatus="ON")
    lockable.put("c", b"1")
    locks = [version.lock for version in Ledger.complete(lockable).versions]
    assert locks == [f"GOVERNANCE until {until:%Y-%m-%dT%H:%M:%SZ}", "legal hold", ""]
    for key in "abc":
        lockable.delete(key)
    after = Ledger.complete(lockable)
    assert len(left_behind(after)) == 6
    told = left_behind(after, allowed=["deleteMarkers", "noncurrentVersions"])
    assert [line.split(", ")[-1] for line in told] == [f"locked: {locks[0]}", "locked: legal hold"]
    assert left_behind(after, allowed=["deleteMarkers", "noncurrentVersions", "locked"]) == []
    s3.put_object_legal_hold(
        Bucket=lockable.name,
        Key="b",
        VersionId=next(v.version_id for v in after.versions if v.key == "b" and not v.is_marker),
        LegalHold={"Status": "OFF"},
    )
    change = Ledger.complete(lockable).since(after)
    assert [(old.lock, new.lock) for old, new in change.versions_changed] == [("legal hold", "")]


def test_an_upload_that_was_not_ended_is_left_behind(s3: Any, bucket: S3Bucket) -> None:
    before = Ledger.complete(bucket)
    upload = s3.create_multipart_upload(Bucket=bucket.name, Key=DUMP)["UploadId"]
    s3.upload_part(Bucket=bucket.name, Key=DUMP, UploadId=upload, PartNumber=1, Body=b"x")
    after = Ledger.complete(bucket)
    assert after.since(before).uploads == (DUMP,)
    assert left_behind(after) == [f"{DUMP}  a multipart upload that was not ended"]
    s3.abort_multipart_upload(Bucket=bucket.name, Key=DUMP, UploadId=upload)
    assert left_behind(Ledger.complete(bucket)) == []


def test_an_artifact_claims_what_is_there(bucket: S3Bucket) -> None:
    bucket.put(DUMP, BODY)
    made = claims(ARTIFACTS, bucket.name, "p")
    assert [(claim.artifact, claim.text) for claim in made if claim.certain] == [
        ("dump.path", DUMP[1:])
    ]
    assert made[0].covers(DUMP)
    assert unclaimed([DUMP], made) == []


def test_what_no_artifact_names_is_told(bucket: S3Bucket) -> None:
    made = claims(ARTIFACTS, bucket.name, "other")
    assert not made[0].covers(DUMP)
    assert unclaimed([DUMP, "p/dumps/shop/1/dump.gz.tmp"], claims(ARTIFACTS, bucket.name, "p")) == [
        "p/dumps/shop/1/dump.gz.tmp"
    ]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("my-bucket/time-log", "time-log/data/00/1"),  # restic's, without the prefix
        ("s3://my-bucket/dumps/1", "dumps/1"),
        ('{"path": "/dumps/1"}', "p/dumps/1"),
        ("dumps/1/", "p/dumps/1/file"),
    ],
)
def test_the_ways_in_which_artifacts_name_a_place(value: str, key: str) -> None:
    (claim,) = claims({"a": {"keyValue": {"at": value}}}, "my-bucket", "p")
    assert claim.covers(key)
    assert not claim.covers(f"{key.split('/')[0]}x/other")


def test_values_that_are_no_paths_claim_nothing() -> None:
    words = {"id": "8f3a", "size": "12", "said": "a / b", "url": "http://store:8333/x", "x": 1}
    made = claims({"a": {"keyValue": words}}, "b", "")
    assert not [claim for claim in made if claim.certain]
    assert check_claims([], made) == []


def test_a_bare_word_may_be_a_path() -> None:
    made = claims({"a": {"keyValue": {"at": "dump.gz"}}}, "b", "p")
    assert unclaimed(["p/dump.gz", "p/dump.gz.tmp"], made) == ["p/dump.gz.tmp"]


def delete_below(bucket: S3Bucket, text: str) -> None:
    """As Kanister's own programs delete: every key that begins with the text."""
    for stored in bucket.objects():
        if stored.key.startswith(text):
            bucket.delete(stored.key)


def test_a_deletion_that_keeps_to_its_own(bucket: S3Bucket) -> None:
    bucket.put(DUMP, BODY)
    bucket.put("p/dumps/shop/0/dump.gz", BODY)
    neighbours = Neighbours(bucket.within("p/"), [DUMP], claims(ARTIFACTS, bucket.name, "p"))
    neighbours.plant()
    before = Ledger.of(bucket)
    delete_below(bucket, DUMP)
    assert hit_beside(Ledger.of(bucket).since(before), [DUMP]) == []
    assert neighbours.lost() == []
    neighbours.remove()
    assert [stored.key for stored in bucket.objects()] == ["p/dumps/shop/0/dump.gz"]


def test_a_deletion_that_hits_its_neighbours(bucket: S3Bucket) -> None:
    bucket.put(DUMP, BODY)
    bucket.put("p/dumps/shop/0/dump.gz", BODY)
    neighbours = Neighbours(bucket.within("p/"), [DUMP], claims(ARTIFACTS, bucket.name, "p"))
    neighbours.plant()
    before = Ledger.of(bucket)
    delete_below(bucket, "p/dumps/shop")
    assert neighbours.lost() == ["p/dumps/shop/pytest-kanister-neighbour/dump.gz"]
    assert "p/dumps/shop/0/dump.gz (24 bytes) is gone" in hit_beside(
        Ledger.of(bucket).since(before), [DUMP]
    )
    neighbours.remove()
    neighbours.remove()


def test_a_repository_has_its_neighbour_beside_it(bucket: S3Bucket) -> None:
    key = "time-log/data/00/1"
    bucket.put(key, b"pack")
    made = claims({"a": {"keyValue": {"path": f"{bucket.name}/time-log"}}}, bucket.name, "")
    neighbours = Neighbours(bucket, [key], made)
    neighbours.plant()
    delete_below(bucket, "time-log")
    assert neighbours.lost() == []
    delete_below(bucket, "")
    assert neighbours.lost() == ["pytest-kanister-neighbour-time-log"]


def test_neighbours_leave_no_version_behind(versioned: S3Bucket) -> None:
    versioned.put(DUMP, BODY)
    neighbours = Neighbours(versioned, [DUMP], claims(ARTIFACTS, versioned.name, "p"))
    neighbours.plant()
    assert len(versioned.versions()) == 2
    neighbours.remove()
    assert [version.key for version in versioned.versions()] == [DUMP]


def test_what_a_failed_action_leaves_is_leaked(s3: Any, bucket: S3Bucket) -> None:
    bucket.put("a", b"1")
    bucket.put("b", b"1")
    before = Ledger.of(bucket)
    assert leaked(before, Ledger.complete(bucket)) == []
    bucket.put("b", b"2")
    bucket.put("c", b"1")
    upload = s3.create_multipart_upload(Bucket=bucket.name, Key="d")["UploadId"]
    s3.upload_part(Bucket=bucket.name, Key="d", UploadId=upload, PartNumber=1, Body=b"x")
    assert leaked(before, Ledger.complete(bucket)) == [
        "c (1 bytes)",
        "b (overwritten)",
        "d (a multipart upload that was not ended)",
    ]
    s3.abort_multipart_upload(Bucket=bucket.name, Key="d", UploadId=upload)


def test_what_artifacts_and_bucket_do_not_agree_on_is_said() -> None:
    made = claims(ARTIFACTS, "b", "p")
    assert check_claims([DUMP], made) == []
    assert check_claims(["p/else"], made) == [
        "artifact dump.path names /dumps/shop/1/dump.gz, and nothing is there in the bucket",
        "no artifact names p/else: who has only the ActionSet can neither find nor delete it",
    ]


def test_an_overwritten_neighbour_is_hit(bucket: S3Bucket) -> None:
    bucket.put("a", b"1")
    before = Ledger.of(bucket)
    bucket.put("a", b"22")
    assert hit_beside(Ledger.of(bucket).since(before), ["b"]) == [
        "a was overwritten (1 -> 2 bytes)"
    ]
