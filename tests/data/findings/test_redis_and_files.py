"""What public Blueprints lose of volumes and of Redis, each with the words that say so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister import Harness
from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister.errors import ActionSetFailed
from tests.data.findings.conftest import CORPUS
from tests.support.findings import check_finding, part

TIME_LOG = CORPUS / "time-log/time-log-blueprint.yaml"
REDIS = CORPUS / "redis/redis-blueprint.yaml"

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.slow,
    pytest.mark.xdist_group("findings"),
    pytest.mark.skipif(not REDIS.is_file(), reason=f"no Blueprints at {CORPUS}"),
]


@pytest.fixture
def harness(circles: Any) -> Harness:
    found: Harness = circles.harness
    return found


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
    check_finding("time-log-holes", str(diff))


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
    check_finding("redis-later", str(part(diff, (), ("key", "string"))))


def test_redis_lists_that_are_there_already_grow(harness: Harness) -> None:
    """The restore adds each element to what is there."""
    redis = harness.workload("redis", name="my-redis")
    redis.execute("RPUSH list one two\nSET gone 1")
    diff = circle(harness, redis, REDIS, deleteKeys="gone")
    (table,) = [t for t in diff.tables.entries if t.name == ("list",)]
    assert (table.rows_before, table.rows_after) == (2, 4)
    check_finding("redis-lists", str(part(diff, (), ("list",))))


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
    check_finding("redis-empty-server", str(diff))


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
    assert stored.key in said
    left = said[said.index("it left in the bucket") :].splitlines()[:2]
    text = "\n".join(line.strip(" |") for line in left)
    # Namespace, prefix and time are each run's own.
    text = re.sub(r"redis-app\S*?/[0-9a-f]{6}/", "<prefix>/", text)
    text = re.sub(r"backups/[^/]+/", "backups/<namespace>/", text)
    check_finding("redis-half-a-dump", re.sub(r"\d{4}-\d\d-\d\dT[\d-]+", "<time>", text))
