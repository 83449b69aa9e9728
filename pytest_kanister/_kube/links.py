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
import threading
from typing import TYPE_CHECKING, Any

from pytest_kanister._kube.tunnel import Broken
from pytest_kanister._model.resources import PODS

if TYPE_CHECKING:
    from pytest_kanister._kube.connection import Connection

__all__ = ["ExecLink", "ForwardLink"]

_BINARY, _CLOSE = 2, 8
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
    """One websocket of the API server, in binary frames."""

    def __init__(self, connection: Connection, path: str, query: list[tuple[str, str]]) -> None:
        self._socket: Any = connection.raw_web_socket(path, query)
        self._lock = threading.Lock()
        self._closed = False
        # A peer that vanished without a word is found out within a minute.
        raw = self._socket.sock
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            with contextlib.suppress(AttributeError, OSError):
                raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)

    def write(self, channel: int, data: bytes) -> None:
        try:
            with self._lock:
                self._socket.send_binary(bytes((channel,)) + data)
        except Exception as error:
            raise Broken(f"the connection to the API server broke: {error}") from error

    def read(self) -> tuple[int, bytes] | None:
        """Channel and data; None: the server has closed properly."""
        while True:
            try:
                kind, data = self._socket.recv_data(control_frame=True)
            except Exception as error:
                # websocket-client has no common root beside Exception.
                raise Broken(f"the connection to the API server broke: {error}") from error
            if kind == _CLOSE:
                return None
            if kind == _BINARY and data:
                return data[0], data[1:]

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._socket.shutdown()


class ForwardLink:
    """A connection to a port of a pod, by the API's port-forward.

    Raises:
        ApiError: no such pod, or not allowed.
        EnvironmentProblem: the API server does not answer.
    """

    def __init__(self, connection: Connection, namespace: str, pod: str, port: int) -> None:
        path = PODS.path(namespace, pod, "portforward")
        self._web = _WebSocket(connection, path, [("ports", str(port))])
        self._headers = {0, 1}
        self._complaint = b""

    def send(self, data: bytes) -> None:
        """See `Link.send`."""
        self._web.write(0, data)

    def receive(self) -> bytes:
        """See `Link.receive`."""
        while (frame := self._web.read()) is not None:
            channel, data = frame
            if channel in self._headers:
                self._headers.discard(channel)
                data = data[2:]  # the port's number
            if channel == 1 and data:
                self._complaint += data
            elif channel == 0 and data:
                return data
        if self._complaint:
            raise Broken(self._complaint.decode(errors="replace").strip())
        return b""

    def close(self) -> None:
        """See `Link.close`."""
        self._web.close()


class ExecLink:
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
        self._web = _WebSocket(connection, PODS.path(namespace, pod, "exec"), query)
        self._received = 0
        self._said = b""
        self._status = b""

    def send(self, data: bytes) -> None:
        """See `Link.send`."""
        self._web.write(_STDIN, data)

    def receive(self) -> bytes:
        """See `Link.receive`; the end is one when count and word have come."""
        while (frame := self._web.read()) is not None:
            channel, data = frame
            if channel == _STDOUT and data:
                self._received += len(data)
                return data
            if channel == _STDERR:
                self._said = (self._said + data)[-4096:]
            elif channel == _STATUS:
                self._status += data
        self._require_whole()
        return b""

    def _require_whole(self) -> None:
        said = self._said.decode(errors="replace").strip()
        if not self._said.rstrip().endswith(self._word.encode()):
            raise Broken(f"the relay in the pod ended early: {said or _message(self._status)}")
        counts = _COUNT.findall(self._said)
        if not counts or int(counts[-1]) != self._received:
            sent = counts[-1].decode() if counts else "an unknown number of"
            raise Broken(f"the pod sent {sent} bytes, {self._received} came")

    def close(self) -> None:
        """See `Link.close`."""
        self._web.close()


def _message(status: bytes) -> str:
    with contextlib.suppress(ValueError):
        return str(json.loads(status).get("message", ""))
    return ""
