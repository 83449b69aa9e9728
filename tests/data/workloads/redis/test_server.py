"""Snapshots of real servers: what they see, what they refuse, and copies that are the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.proof import Snapshot, compare
from pytest_kanister._data.workloads.redis import Redis
from pytest_kanister._data.workloads.redis.manifests import names_of
from pytest_kanister._data.workloads.redis.snapshots import Expiries, take_snapshot
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import Unverified, UsageProblem
from tests.data.proof.sabotage.redis import SUITE
from tests.data.proof.sabotage.running import unproven

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("redis")]

TIMES = 10


def test_every_alteration_is_found_and_no_class_is_left_out(redis: Redis) -> None:
    cases = list(SUITE.cases(redis))
    assert not unproven(SUITE.wanted(redis), cases)


def content(snapshot: Snapshot) -> object:
    """What a replica has: users and settings are each server's own."""
    return snapshot.tables, snapshot.inventory["function"]


@pytest.mark.parametrize("image", ["redis:8.0", "redis:7.0", "valkey:9"])
def test_a_replica_is_the_same_ten_times(deploy: Callable[[str, str], Redis], image: str) -> None:
    """The engine's own copy; the users and settings of one server, too, are the same each time."""
    first, second = deploy("first", image), deploy("second", image)
    first.seed("tricky")
    if image != "redis:7.0":  # which has no fields that end
        first.seed("tricky-8")
    truth = first.snapshot()
    host = f"{names_of('first').server}.{first.namespace}.svc.cluster.local"
    password = first._release.password().reveal()
    second.execute(f"CONFIG SET masterauth {password}\nREPLICAOF {host} 6379")

    def same() -> bool | None:
        ((info,),) = second.execute("INFO replication")
        return b"master_link_status:up" in info or None

    assert wait_until(same, Deadline(30))
    second.execute("REPLICAOF NO ONE")
    for _ in range(TIMES):
        assert not compare(truth, first.snapshot())
        assert content(second.snapshot()) == content(truth)


def test_a_restart_keeps_what_is_kept_on_disk(redis: Redis, kube: KubeClient) -> None:
    """A physical copy of a kind: the server reads its own files again."""
    redis.seed("tricky")
    before = redis.snapshot()
    kube.delete(PODS, names_of(redis.name).pod, redis.namespace, wait_s=30)
    redis.wait_ready()
    after = redis.snapshot()
    assert content(after) == content(before)
    lost = {name for diff in compare(before, after).objects.entries for name in diff.name}
    assert {"reader", "locked", "maxmemory-policy"} <= lost  # kept in memory alone, and told


def test_an_older_server_without_fields_that_end_refuses_them(
    deploy: Callable[[str, str], Redis],
) -> None:
    old = deploy("old", "redis:7.0")
    with pytest.raises(UsageProblem, match="redis refused HPEXPIREAT"):
        old.seed("tricky-8")


def test_writers_wait_so_that_a_moment_is_seen(redis: Redis) -> None:
    """Two keys that are always written together are never seen apart."""
    ended = threading.Event()

    def write() -> None:
        with redis._connect() as server:
            number = 0
            while not ended.is_set():
                number += 1
                server.ask("MSET", "first", number, "{filler}", "x", "second", number)
                server.ask("SET", f"more:{number % 500}", number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        deadline = Deadline(3)
        seen = set()
        while not deadline.passed:
            rows = {row[1]: row[2] for row in redis.snapshot().tables["string",].rows}
            assert rows.get(b"first") == rows.get(b"second")
            seen.add(rows.get(b"first"))
    finally:
        ended.set()
        writer.join()
    assert len(seen) > 3  # the writer did write between snapshots


def test_a_reading_longer_than_the_pause_proves_nothing(redis: Redis) -> None:
    redis.seed("accounts")
    with redis._connect() as server, pytest.raises(Unverified, match="longer than the 0 s"):
        take_snapshot(server, Expiries(0), pause_s=0.0005)
    with redis._connect() as server:  # and nobody waits any longer
        begin = time.monotonic()
        server.ask("SET", "x", 1)
        assert time.monotonic() - begin < 5


def test_more_data_than_fits_is_refused(redis: Redis) -> None:
    redis.seed("accounts")
    with redis._connect() as server, pytest.raises(Unverified, match="too much data"):
        take_snapshot(server, Expiries(0), most_rows=5)
    with redis._connect() as server, pytest.raises(Unverified, match="too much data"):
        take_snapshot(server, Expiries(0), most_bytes=50)


def test_a_type_that_is_not_known_is_refused_by_name(redis: Redis) -> None:
    """A vector set, which came with Redis 8."""
    redis.execute("VADD vectors VALUES 2 1.0 2.0 element")
    with pytest.raises(Unverified, match=r"key b'vectors' of database 0 has the type vectorset"):
        redis.snapshot()


def test_who_may_not_hold_up_writers_sees_no_moment(redis: Redis) -> None:
    with redis._connect() as server:
        server.ask("ACL", "SETUSER", "clerk", "on", "nopass", "~*", "+@all", "-client|pause")
        server.ask("AUTH", "clerk", "x")
        with pytest.raises(Unverified, match="does not let its writers wait"):
            take_snapshot(server, Expiries(0))


def test_ends_are_compared_with_tolerance(redis: Redis) -> None:
    redis.execute("SET ends x PXAT 4102444800000")
    before = redis.snapshot()
    redis.execute("PEXPIREAT ends 4102444859000")
    assert redis.snapshot() == before
    redis.execute("PEXPIREAT ends 4102444861000")
    assert redis.snapshot() != before


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"flush": False}, "expected true"),
        ({"drop": "0"}, "expected a database's number"),
        ({"drop": 3}, "database 3 holds no key"),
        ({"deleteKeys": ""}, "expected keys"),
        ({"deleteKeys": "absent"}, "has none of the keys"),
        ({"deleteKeys": '"a'}, "a quote is not closed"),
        ({"dropUser": "absent"}, "there is no user"),
        ({"dropUser": "default"}, "redis refused ACL"),
        ({"commands": " "}, "expected lines of commands"),
        ({"commands": "NO-SUCH-COMMAND"}, "redis refused NO-SUCH-COMMAND"),
        ({"emptyServer": "yes"}, "expected true"),
    ],
)
def test_damages_that_hit_nothing_are_refused(
    redis: Redis, how: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageProblem, match=said):
        redis.damage(**how)


def test_a_password_is_nowhere_in_a_snapshot(redis: Redis) -> None:
    redis.seed("accounts")
    password = redis._release.password().reveal()
    snapshot = redis.snapshot()
    assert password not in repr((snapshot.inventory, snapshot.facts))
    assert "counts-9" not in repr(snapshot.inventory)
