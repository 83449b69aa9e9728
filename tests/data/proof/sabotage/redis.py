"""What is done to a real Redis server behind the proof's back, and what must be said of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.redis import Redis
from pytest_kanister._data.workloads.redis.keys import COLUMNS
from tests.data.proof.sabotage.running import FATES, Case, Hit

__all__ = ["SUITE"]

SCENE = r"""
SET text a
SET bits "\x00"
PFADD loglog a b c
RPUSH list one two two
SADD set a b
HSET hash f 1 g 2
ZADD zset 1.5 a 2 b
GEOADD places 13.36 38.11 Palermo
XADD stream 1-1 a 1
XADD stream 2-1 a 1 b 2
XGROUP CREATE stream readers 0
XREADGROUP GROUP readers alice COUNT 1 STREAMS stream >
XGROUP CREATECONSUMER stream readers bob
SET ends x PXAT 4102444800000
HSET fields a 1 b 2
HPEXPIREAT fields 4102444800000 FIELDS 1 a
SELECT 1
SET text "of one"
SELECT 0
FUNCTION LOAD "#!lua name=shop\nredis.register_function('total', function() return 1 end)\n"
ACL SETUSER clerk on >counts-9 ~a:* -@all +@read
"""

# Back to SCENE from whatever a case did.
RESET = """
FLUSHALL
FUNCTION FLUSH
ACL DELUSER clerk intruder
CONFIG SET maxmemory-policy noeviction
"""

# case: (commands, grades, (class or table, fate), words of the report)
CASES: dict[str, tuple[str, str, Hit, str]] = {
    "string lost": ("DEL text", "data", ("string", "missing"), "'text'"),
    "string added": ("SET later x", "data", ("string", "extra"), "'later'"),
    "string changed": ("SET text A", "data", ("string", "changed"), "'A'"),
    "string longer by a space": ('SET text "a "', "data", ("string", "changed"), "'a '"),
    "string of another database": ("SELECT 1\nDEL text", "data", ("key", "missing"), "of one"),
    "key in another database": ("MOVE text 2", "data", ("key", "extra"), "'text'"),
    "bitmap": ("SETBIT bits 7 1", "data", ("string", "changed"), "bits"),
    "hyperloglog": ("PFADD loglog d", "data", ("string", "changed"), "loglog"),
    "number for a text": ("DEL text\nRPUSH text a", "data", ("key", "changed"), "'list'"),
    "list lost": ("DEL list", "data", ("list", "missing"), "'two'"),
    "list element twice": ("RPUSH list two", "data", ("list", "extra"), "'two'"),
    "list element other": ("LSET list 0 One", "data", ("list", "changed"), "'One'"),
    "list turned round": (
        "DEL list\nRPUSH list two one two", "data", ("list", "changed"), "'one'",
    ),
    "set member lost": ("SREM set a", "data", ("set", "missing"), "'a'"),
    "set member added": ("SADD set A", "data", ("set", "extra"), "'A'"),
    "hash field lost": ("HDEL hash f", "data", ("hash", "missing"), "'f'"),
    "hash field added": ('HSET hash "" 1', "data", ("hash", "extra"), "''"),
    "hash value other": ("HSET hash f 01", "data", ("hash", "changed"), "'01'"),
    "hash field that no longer ends": (
        "HPERSIST fields FIELDS 1 a", "data", ("hash", "changed"), "expires at ms",
    ),
    "hash field that ends": (
        "HPEXPIREAT fields 4102444800000 FIELDS 1 b", "data", ("hash", "changed"), "4102444800000",
    ),
    "zset member lost": ("ZREM zset a", "data", ("zset", "missing"), "'a'"),
    "zset member added": ("ZADD zset -inf c", "data", ("zset", "extra"), "-inf"),
    "zset score a bit off": (
        "ZADD zset 1.5000000000000002 a", "data", ("zset", "changed"), "1.5000000000000002",
    ),
    "place": ("GEOADD places 13.361 38.11 Palermo", "data", ("zset", "changed"), "'Palermo'"),
    "key that no longer ends": ("PERSIST ends", "data", ("key", "changed"), "expires at ms"),
    "key that ends": ("PEXPIREAT text 4102444800000", "data", ("key", "changed"), "'text'"),
    "key that ends two minutes later": (
        "PEXPIREAT ends 4102444920000", "data", ("key", "changed"), "4102444920000",
    ),
    "stream entry lost": ("XDEL stream 2-1", "data", ("stream", "missing"), "'2-1'"),
    "stream entry added": ("XADD stream 3-0 a 1", "data", ("stream", "extra"), "'3-0'"),
    "stream entry other": (
        "XDEL stream 2-1\nXADD stream 2-2 a 1 b 2", "data", ("stream", "extra"), "'2-2'",
    ),
    "stream field other": (
        "DEL stream\nXADD stream 1-1 a 2\nXADD stream 2-1 a 1 b 2",
        "data", ("stream", "changed"), "'2'",
    ),
    "stream emptied, lost": ("DEL stream", "data", ("stream state", "missing"), "'stream'"),
    "stream added": ("XADD more 1-1 a 1", "data", ("stream state", "extra"), "'more'"),
    "stream's last id": ("XSETID stream 9-9", "data", ("stream state", "changed"), "9-9"),
    "group lost": ("XGROUP DESTROY stream readers", "data", ("stream group", "missing"), "readers"),
    "group added": ("XGROUP CREATE stream more $", "data", ("stream group", "extra"), "more"),
    "group set back": (
        "XGROUP SETID stream readers 0", "data", ("stream group", "changed"), "'0-0'",
    ),
    "consumer lost": (
        "XGROUP DELCONSUMER stream readers bob", "data", ("stream consumer", "missing"), "bob",
    ),
    "consumer added": (
        "XGROUP CREATECONSUMER stream readers eve", "data", ("stream consumer", "extra"), "eve",
    ),
    "pending entry acknowledged": (
        "XACK stream readers 1-1", "data", ("stream pending", "missing"), "'1-1'",
    ),
    "pending entry added": (
        "XREADGROUP GROUP readers bob COUNT 1 STREAMS stream >",
        "data", ("stream pending", "extra"), "'2-1'",
    ),
    "pending entry of another": (
        "XCLAIM stream readers bob 0 1-1", "data", ("stream pending", "changed"), "'bob'",
    ),
    "library lost": ("FUNCTION DELETE shop", "code", ("function", "missing"), "shop"),
    "library added": (
        "FUNCTION LOAD \"#!lua name=more\\nredis.register_function('f', function() end)\\n\"",
        "extra", ("function", "extra"), "more",
    ),
    "library other": (
        "FUNCTION LOAD REPLACE \"#!lua name=shop\\n"
        "redis.register_function('total', function() return 2 end)\\n\"",
        "code", ("function", "changed"), "return 2",
    ),
    "user lost": ("ACL DELUSER clerk", "users", ("user", "missing"), "clerk"),
    "user added": ("ACL SETUSER intruder on +@all", "users extra", ("user", "extra"), "intruder"),
    "user's rights": ("ACL SETUSER clerk +@write", "users", ("user", "changed"), "+@write"),
    "user's password": (
        "ACL SETUSER clerk resetpass >other-9", "users", ("user", "changed"), "fingerprint",
    ),
    "user off": ("ACL SETUSER clerk off", "users", ("user", "changed"), "off"),
    "setting": (
        "CONFIG SET maxmemory-policy allkeys-lru", "schema", ("setting", "changed"), "allkeys-lru",
    ),
}  # fmt: skip

# A member is what it is; a consumer or a key has no more than its name that could be another.
CANNOT = {
    ("set", "changed"),
    ("stream consumer", "changed"),
    # Which settings there are is the server's; so are modules, of which a test has none to load.
    ("setting", "missing"),
    ("setting", "extra"),
    *(("module", fate) for fate in FATES),
}


class _Suite:
    workload: type[Workload] = Redis

    def cases(self, server: Workload) -> Iterator[Case]:
        """One after the other."""
        for name, (script, grades, wanted, named) in CASES.items():
            server.execute(RESET + SCENE)
            before = server.snapshot()
            server.execute(script)
            diff = compare(before, server.snapshot(), limit=1000)
            yield Case(name, _miss(diff, tuple(grades.split()), wanted, named), _hits(diff))

    def wanted(self, server: Workload) -> frozenset[Hit]:
        """Every table's rows and every class, lost, added and changed."""
        seen = {*COLUMNS, *server.snapshot().inventory}
        return frozenset((kind, fate) for kind in seen for fate in FATES) - CANNOT


SUITE = _Suite()


def _hits(diff: Diff) -> frozenset[Hit]:
    hits = {(item.kind, cast(str, item.fate)) for item in diff.objects.entries}
    for table in diff.tables.entries:
        counts = {
            "missing": table.missing_rows, "extra": table.extra_rows, "changed": table.changed_rows,
        }  # fmt: skip
        hits |= {(table.name[0], fate) for fate, count in counts.items() if count}
    return frozenset(hits)


def _miss(diff: Diff, grades: tuple[str, ...], wanted: Hit, named: str) -> str:
    if not diff:
        return "not seen"
    if diff.grades != grades:
        return f"graded {diff.grades}, expected {grades}:\n{diff}"
    if wanted not in _hits(diff):
        return f"expected {wanted}, found:\n{diff}"
    return "" if named in str(diff) else f"expected {named!r}, found:\n{diff}"
