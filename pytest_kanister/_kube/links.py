"""Links into pods over the API's websockets: port-forward, and a relay run by exec.

Port-forward (`v4.channel.k8s.io` on `pods/portforward`): channel 0 is the data, channel 1 the
kubelet's complaint; each begins with the port's number in two bytes.  It ends by the websocket's
own closing frame.

Exec: a shell in the container connects to the port and relays.  What it sent back is counted
there by `dd`, and a word that nobody else knows follows when all is through.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import socket
from typing import TYPE_CHECKING, Any

from pytest_kanister._kube.loading import package
from pytest_kanister._kube.tunnel import Broken
from pytest_kanister._model.resources import PODS

if TYPE_CHECKING:
    from pytest_kanister._kube.connection import Connection

__all__ = ["ExecLink", "ForwardLink"]

_BINARY, _CLOSE = 2, 8
_SEND_S = 60.0
_READ_S = 0.05
_STDIN, _STDOUT, _STDERR, _STATUS = range(4)
_COUNT = re.compile(rb"(\d+) bytes")

# bash connects by itself; busybox and others bring nc.  dd passes short reads on at once.
_RELAY = """
if command -v bash >/dev/null 2>&1; then
  exec bash -c '
    exec 3<>"/dev/tcp/$1/$2" || exit 111
    exec 4<&0; cat <&4 >&3 & up=$!
    LC_ALL=C dd bs=65536 <&3
    kill $up 2>/dev/null; echo "$3" >&2' relay "$@"
fi
command -v nc >/dev/null 2>&1 || { echo "neither bash nor nc" >&2; exit 112; }
nc "$1" "$2" | LC_ALL=C dd bs=65536
echo "$3" >&2
"""


class _WebSocket:
    """One websocket of the API server, in binary frames; the part of a `Link` that both share."""

    def __init__(self, connection: Connection, path: str, query: list[tuple[str, str]]) -> None:
        self._socket: Any = connection.raw_web_socket(path, query)
        self._timed_out: type[Exception] = package("websocket").WebSocketTimeoutException
        self._closed = False
        # A peer that vanished without a word is found out within a minute.
        raw = self._socket.sock
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            with contextlib.suppress(AttributeError, OSError):
                raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def fileno(self) -> int:
        """See `Link.fileno`."""
        return int(self._socket.sock.fileno())

    @property
    def pending(self) -> bool:
        """See `Link.pending`: TLS may hold more than was asked for."""
        held = getattr(self._socket.sock, "pending", None)
        return bool(held and held())

    def close(self) -> None:
        """See `Link.close`."""
        if not self._closed:
            self._closed = True
            self._socket.shutdown()

    def _write(self, channel: int, data: bytes) -> None:
        try:
            self._socket.settimeout(_SEND_S)
            self._socket.send_binary(bytes((channel,)) + data)
        except Exception as error:
            raise _broken(error) from error

    def _read(self) -> tuple[int, bytes] | None:
        """Channel and data, channel -1 when nothing came; None: the server has closed properly."""
        try:
            # Readable may be a part of TLS's own talk; half a frame is kept for the next call.
            self._socket.settimeout(_READ_S)
            kind, data = self._socket.recv_data(control_frame=True)
        except self._timed_out:
            return -1, b""
        except Exception as error:
            # websocket-client has no common root beside Exception.
            raise _broken(error) from error
        if kind == _CLOSE:
            return None
        return (data[0], data[1:]) if kind == _BINARY and data else (-1, b"")


def _broken(error: Exception) -> Broken:
    return Broken(f"the connection to the API server broke: {error or type(error).__name__}")


class ForwardLink(_WebSocket):
    """A connection to a port of a pod, by the API's port-forward.

    Raises:
        ApiError: no such pod, or not allowed.
        EnvironmentProblem: the API server does not answer.
    """

    def __init__(self, connection: Connection, namespace: str, pod: str, port: int) -> None:
        path = PODS.path(namespace, pod, "portforward")
        super().__init__(connection, path, [("ports", str(port))])
        self._headers = {0, 1}
        self._complaint = b""

    def send(self, data: bytes) -> None:
        """See `Link.send`."""
        self._write(0, data)

    def receive(self) -> bytes | None:
        """See `Link.receive`."""
        frame = self._read()
        if frame is None:
            if self._complaint:
                raise Broken(self._complaint.decode(errors="replace").strip())
            return None
        channel, data = frame
        if channel in self._headers:
            self._headers.discard(channel)
            data = data[2:]  # the port's number
        if channel == 1:
            self._complaint += data
        return data if channel == 0 else b""


class ExecLink(_WebSocket):
    """A connection to an address that a pod can reach, relayed by a shell in its first container.

    Raises:
        ApiError, EnvironmentProblem: as `ForwardLink`.
    """

    def __init__(
        self, connection: Connection, namespace: str, pod: str, host: str, port: int
    ) -> None:
        self._word = secrets.token_hex(12)
        command = ["sh", "-c", _RELAY, "relay", host, str(port), self._word]
        query = [("command", word) for word in command]
        query += [("stdin", "true"), ("stdout", "true"), ("stderr", "true")]
        super().__init__(connection, PODS.path(namespace, pod, "exec"), query)
        self._received = 0
        self._said = b""
        self._status = b""

    def send(self, data: bytes) -> None:
        """See `Link.send`."""
        self._write(_STDIN, data)

    def receive(self) -> bytes | None:
        """See `Link.receive`; the end is one when count and word have come, farewell or not."""
        try:
            frame = self._read()
        except Broken:
            if not self._said:
                raise
            frame = None
        if frame is None:
            self._require_whole()
            return None
        channel, data = frame
        if channel == _STDOUT:
            self._received += len(data)
            return data
        if channel == _STDERR:
            self._said = (self._said + data)[-4096:]
        elif channel == _STATUS:
            self._status += data
        return b""

    def _require_whole(self) -> None:
        said = self._said.decode(errors="replace").strip()
        if not self._said.rstrip().endswith(self._word.encode()):
            raise Broken(f"the relay in the pod ended early: {said or _message(self._status)}")
        counts = _COUNT.findall(self._said)
        if not counts or int(counts[-1]) != self._received:
            sent = counts[-1].decode() if counts else "an unknown number of"
            raise Broken(f"the pod sent {sent} bytes, {self._received} came")


def _message(status: bytes) -> str:
    with contextlib.suppress(ValueError):
        return str(json.loads(status).get("message", ""))
    return ""
