"""`redis-dump -h HOST -p PORT -a PASSWORD`: every key as commands that redis-cli reads back.

Stands in for the npm program of this name, whose options these are; standard library only.
"""

from __future__ import annotations

import getopt
import socket
import sys
from typing import Any, BinaryIO


def main() -> int:
    """Writes the commands to stdout; 1 after a server's error."""
    found, _ = getopt.getopt(sys.argv[1:], "h:p:a:d:", ["help"])
    flags = dict(found)
    address = (flags.get("-h", "127.0.0.1"), int(flags.get("-p", "6379")))
    try:
        with socket.create_connection(address, timeout=30) as connection:
            server = Server(connection)
            if flags.get("-a"):
                server.ask("AUTH", flags["-a"])
            server.ask("SELECT", flags.get("-d", "0"))
            for key in sorted(server.ask("KEYS", "*")):
                dump(server, key)
    except (OSError, ServerError) as error:
        sys.stderr.write(f"redis-dump: {error}\n")
        return 1
    return 0


class ServerError(Exception):
    """The server's `-ERR …`."""


class Server:
    """Redis' protocol, one question at a time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream: BinaryIO = connection.makefile("rb")

    def ask(self, *words: str | bytes) -> Any:
        """Sends a command; its answer.  Raises ServerError."""
        parts = [word.encode() if isinstance(word, str) else word for word in words]
        body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self._connection.sendall(b"*%d\r\n%s" % (len(parts), body))
        return self._answer()

    def _answer(self) -> Any:
        line = self._stream.readline()
        kind, rest = line[:1], line[1:].rstrip(b"\r\n")
        if kind == b"-":
            raise ServerError(rest.decode(errors="replace"))
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self._stream.read(size + 2)[:-2]
        if kind == b"*":
            return [self._answer() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        if not kind:
            raise ServerError("the server closed the connection")
        return rest


def dump(server: Server, key: bytes) -> None:
    """One key's commands."""
    kind = server.ask("TYPE", key).decode()
    if kind == "string":
        say("SET", key, server.ask("GET", key))
    elif kind == "list":
        for item in server.ask("LRANGE", key, "0", "-1"):
            say("RPUSH", key, item)
    elif kind == "set":
        for item in sorted(server.ask("SMEMBERS", key)):
            say("SADD", key, item)
    elif kind == "hash":
        fields = server.ask("HGETALL", key)
        for field, value in zip(fields[::2], fields[1::2], strict=True):
            say("HSET", key, field, value)
    elif kind == "zset":
        members = server.ask("ZRANGE", key, "0", "-1", "WITHSCORES")
        for member, score in zip(members[::2], members[1::2], strict=True):
            say("ZADD", key, score, member)
    else:
        raise ServerError(f"key {key!r}: type {kind} cannot be dumped")
    left_ms = server.ask("PTTL", key)
    if left_ms > 0:
        say("PEXPIRE", key, str(left_ms).encode())


def say(command: str, *words: bytes) -> None:
    """A line as redis-cli parses it: each word in double quotes, other bytes escaped."""
    sys.stdout.write(" ".join([command, *map(quoted, words)]) + "\n")


def quoted(word: bytes) -> str:
    """The word between double quotes."""
    plain = set(range(0x20, 0x7F)) - {0x22, 0x5C}
    return '"' + "".join(chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in word) + '"'


if __name__ == "__main__":
    sys.exit(main())
