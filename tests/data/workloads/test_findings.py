"""What public Blueprints lose of volumes and of Redis, each with the words that say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister import Harness, Settings
from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister.errors import ActionSetFailed

pytestmark = pytest.mark.slow

BESIDE = Path(__file__).parents[4] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))
TIME_LOG = CORPUS / "time-log/time-log-blueprint.yaml"
REDIS = CORPUS / "redis/redis-blueprint.yaml"


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    if not CORPUS.is_dir():
        pytest.skip(f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
    with Harness(Settings()) as opened:
        yield opened


def circle(harness: Harness, workload: Workload, blueprint: Path, **how: object) -> Diff:
    """What is different after backup, damage and restore."""
    before = workload.snapshot()
    backup = harness.backup(workload, blueprint)
    workload.damage(**how)
    assert workload.snapshot() != before
    harness.restore(backup)
    return compare(before, workload.snapshot())


def test_time_log_brings_a_tree_back_and_fills_its_holes(harness: Harness) -> None:
    """restic restores sparse files as full ones unless it is told `--sparse`; all else is there."""
    volume = harness.workload("files", name="time-logger")
    volume.seed("tricky")
    diff = circle(harness, volume, TIME_LOG, wipe=True)
    (table,) = diff.tables.entries
    assert (table.missing_rows, table.extra_rows, table.changed_rows) == (0, 0, 2)
    assert str(diff).count("sparse: 'yes' -> 'no'") == 2


def test_time_log_brings_the_example_back_and_its_bucket_is_empty_afterwards(
    harness: Harness,
) -> None:
    volume = harness.workload("files", name="time-logger")
    volume.seed("time-log")
    before = volume.snapshot()
    backup = harness.backup(volume, TIME_LOG)
    volume.damage(emptyVolume=True)
    harness.restore(backup)
    assert volume.snapshot() == before
    harness.delete(backup)
    assert harness.bucket.objects() == []


def test_redis_keys_that_are_made_after_the_backup_survive_the_restore(harness: Harness) -> None:
    redis = harness.workload("redis", name="my-redis")
    redis.execute("SET kept 1\nSET gone 1")
    diff = circle(harness, redis, REDIS, commands="DEL gone\nSET later x")
    assert diff.grades == ("data",)
    assert "+ extra" in str(diff)
    assert "'later'" in str(diff)


def test_redis_lists_that_are_there_already_grow(harness: Harness) -> None:
    """The restore adds each element to what is there."""
    redis = harness.workload("redis", name="my-redis")
    redis.execute("RPUSH list one two\nSET gone 1")
    diff = circle(harness, redis, REDIS, deleteKeys="gone")
    (table,) = [t for t in diff.tables.entries if t.name == ("list",)]
    assert (table.rows_before, table.rows_after) == (2, 4)


def test_redis_users_functions_and_settings_do_not_come_back(harness: Harness) -> None:
    """Into an empty server; nor do keys of another database than 0."""
    redis = harness.workload("redis", name="my-redis")
    redis.seed("accounts")
    redis.execute(
        "FUNCTION LOAD \"#!lua name=shop\\nredis.register_function('f', function() end)\\n\"\n"
        "CONFIG SET maxmemory-policy volatile-lru\nSELECT 1\nSET elsewhere 1"
    )
    diff = circle(harness, redis, REDIS, emptyServer=True)
    assert diff.grades == ("data", "schema", "code", "users")
    lost = {(item.kind, item.fate, item.name) for item in diff.objects.entries}
    assert lost == {
        ("function", "missing", ("shop",)),
        ("setting", "changed", ("maxmemory-policy",)),
        ("user", "missing", ("clerk",)),
    }
    assert {(t.name[0], t.missing_rows) for t in diff.tables.entries} == {("key", 1), ("string", 1)}


def test_redis_a_dump_that_fails_leaves_half_of_it_in_the_bucket(harness: Harness) -> None:
    """What was dumped before is pushed all the same; no artifact names it, so nothing deletes it.

    That streams cannot be dumped is redis-dump's limit.
    """
    redis = harness.workload("redis", name="my-redis")
    redis.execute("SET a 1\nXADD stream 1-1 a 1")
    with pytest.raises(ActionSetFailed, match="type stream cannot be dumped") as caught:
        harness.backup(redis, REDIS)
    (stored,) = harness.bucket.objects()
    said = str(caught.value)
    assert "it left in the bucket, where nothing deletes it:" in said
    assert stored.key in said
