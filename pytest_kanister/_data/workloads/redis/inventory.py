"""What a Redis server holds beside its keys: functions, users, settings, modules."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._data.proof.snapshot import Name, Properties
    from pytest_kanister._data.workloads.redis.connection import Server

__all__ = ["inventory"]

# Where this very server is and what it is called; what a command line sets; secrets, which the
# users hold as well.
_SERVERS_OWN = {
    "aclfile",
    "dir",
    "hash-seed",
    "logfile",
    "masterauth",
    "masteruser",
    "pidfile",
    "port",
    "primaryauth",
    "primaryuser",
    "replicaof",
    "requirepass",
    "server-cpulist",
    "slaveof",
    "tls-client-key-file-pass",
    "tls-key-file-pass",
    "tls-port",
    "unixsocket",
}
_SERVERS_OWN_BEGIN = ("bind", "cluster-announce-", "replica-announce-", "slave-announce-")


def inventory(server: Server) -> dict[str, dict[Name, Properties]]:
    """By class and name."""
    return {
        "function": _functions(server),
        "user": _users(server),
        "setting": _settings(server),
        "module": _modules(server),
    }


def _functions(server: Server) -> dict[Name, Properties]:
    """Libraries with their whole code."""
    found: dict[Name, Properties] = {}
    for flat in server.ask("FUNCTION", "LIST", "WITHCODE"):
        facts = dict(zip(flat[::2], flat[1::2], strict=True))
        found[_text(facts[b"library_name"]),] = {
            "engine": _text(facts[b"engine"]),
            "code": _text(facts[b"library_code"]),
        }
    return found


_SECRET = re.compile(r"(?<=[ #])[0-9a-f]{64}(?= |$)")


def _users(server: Server) -> dict[Name, Properties]:
    """Rules of each; of a password, which is kept as its SHA-256, no more than a fingerprint."""
    found: dict[Name, Properties] = {}
    for line in server.ask("ACL", "LIST"):
        _, name, rules = _text(line).split(" ", 2)
        found[name,] = {"rules": _SECRET.sub(_fingerprint, rules)}
    return found


def _fingerprint(match: re.Match[str]) -> str:
    digest = hashlib.blake2b(match[0].encode(), digest_size=8, person=b"account")
    return f"fingerprint-{digest.hexdigest()}"


def _settings(server: Server) -> dict[Name, Properties]:
    flat = server.ask("CONFIG", "GET", "*")
    pairs = zip(map(_text, flat[::2]), map(_text, flat[1::2]), strict=True)
    return {
        (name,): {"value": value}
        for name, value in pairs
        if name not in _SERVERS_OWN and not name.startswith(_SERVERS_OWN_BEGIN)
    }


def _modules(server: Server) -> dict[Name, Properties]:
    found: dict[Name, Properties] = {}
    for flat in server.ask("MODULE", "LIST"):
        facts = dict(zip(flat[::2], flat[1::2], strict=True))
        found[_text(facts[b"name"]),] = {"version": str(facts[b"ver"])}
    return found


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
