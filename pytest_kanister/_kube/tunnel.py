"""`Tunnel`: a local port whose connections are carried through the API server.

A carried stream has an end that can be told from a break: a link says "ended" only after the
other side's own word for it.  When it breaks instead, our client's connection is reset rather
than closed, so that no driver takes what came so far for everything.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING, Protocol

from pytest_kanister._kube.reaching import Address
from pytest_kanister.errors import KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Broken", "Link", "Tunnel"]

_PIECE_BYTES = 2**16
_BACKLOG = 64


class Broken(Exception):
    """A link that ended without its end."""


class Link(Protocol):
    """One connection into the cluster.  One thread sends, another receives."""

    def send(self, data: bytes) -> None:
        """Sends; raises `Broken`."""
        ...

    def receive(self) -> bytes:
        """The next bytes; empty: the other side has ended properly.  Raises `Broken`."""
        ...

    def close(self) -> None:
        """Gives up, from whichever thread; a second call does nothing."""
        ...


class Tunnel:
    """Listens on a port of 127.0.0.1 that the system chooses, until `close`.

    Args:
        dial: opens a link for one connection; its harness errors count as "nobody answers".

    Attributes:
        address: where to connect to.
        broken: why links broke after they had carried something, in order.
        refusals: why links could not be opened, in order.
    """

    def __init__(self, dial: Callable[[], Link]) -> None:
        self._dial = dial
        self.broken: list[str] = []
        self.refusals: list[str] = []
        self._open: set[Link] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.address = Address(*self._listener.getsockname()[:2])
        threading.Thread(target=self._accept, name="pytest-kanister tunnel", daemon=True).start()

    def __enter__(self) -> Tunnel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops listening and gives all links up; a second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            links = list(self._open)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._listener.close()
        for link in links:
            link.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(client,), name="pytest-kanister link", daemon=True
            ).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            link = self._dial()
        except KanisterHarnessError as error:
            self.refusals.append(str(error).splitlines()[0])
            _reset(client)
            return
        with self._lock:
            closed = self._closed
            self._open.add(link)
        if closed:
            link.close()
        gone = threading.Event()
        upward = threading.Thread(
            target=self._send_all, args=(client, link, gone), name="pytest-kanister up", daemon=True
        )
        upward.start()
        carried = 0
        try:
            while data := link.receive():
                client.sendall(data)
                carried += len(data)
        except (Broken, OSError) as error:
            # Our client's own farewell, and `close`, end links too: that is no break.
            if isinstance(error, Broken) and not gone.is_set() and not self._closed:
                reasons = self.broken if carried else self.refusals
                reasons.append(f"{error} (after {carried} bytes)")
            _reset(client)
        else:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        finally:
            link.close()
            upward.join()
            client.close()
            with self._lock:
                self._open.discard(link)

    def _send_all(self, client: socket.socket, link: Link, gone: threading.Event) -> None:
        try:
            while data := client.recv(_PIECE_BYTES):
                link.send(data)
        except (Broken, OSError, ValueError):
            link.close()
            return
        gone.set()
        link.close()


def _reset(client: socket.socket) -> None:
    """Closes with a reset: no reader takes it for an end."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it
    client.close()
