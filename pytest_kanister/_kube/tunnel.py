"""`Tunnel`: a local port whose connections are carried through the API server.

A carried stream has an end that can be told from a break: a link says "ended" only after the
other side's own word for it.  When it breaks instead, our client's connection is reset rather
than closed, so that no driver takes what came so far for everything.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any, Protocol

from pytest_kanister._kube.reaching import Address
from pytest_kanister.errors import KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Broken", "Link", "Tunnel"]

_PIECE_BYTES = 2**16
_BACKLOG = 64
_FAREWELL_S = 5.0


class Broken(Exception):
    """A link that ended without its end."""


class Link(Protocol):
    """One connection into the cluster, used by one thread."""

    def fileno(self) -> int:
        """What becomes readable when there may be something to receive."""
        ...

    @property
    def pending(self) -> bool:
        """Whether something was read already, so that nothing would become readable for it."""
        ...

    def send(self, data: bytes) -> None:
        """Sends; raises `Broken`."""
        ...

    def receive(self) -> bytes | None:
        """The next bytes, empty when none have come; None: the other side has ended properly.

        Raises `Broken`.
        """
        ...

    def close(self) -> None:
        """Gives up; a second call does nothing."""
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
        self._closed = False
        # Becomes readable with `close`, in every thread's eyes.
        self._told, self._tell = socket.socketpair()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.address = Address(*self._listener.getsockname()[:2])
        self._threads: set[threading.Thread] = set()
        self._accepting = threading.Thread(
            target=self._accept, name="pytest-kanister tunnel", daemon=True
        )
        self._accepting.start()

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
        if self._closed:
            return
        self._closed = True
        self._tell.close()
        self._accepting.join()
        for thread in list(self._threads):
            thread.join(_FAREWELL_S)
        self._told.close()

    def _accept(self) -> None:
        with self._listener:
            while self._listener in select.select([self._listener, self._told], [], [])[0]:
                if self._closed:
                    return
                client, _ = self._listener.accept()
                thread = threading.Thread(
                    target=self._serve, args=(client,), name="pytest-kanister link", daemon=True
                )
                self._threads.add(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            self._carry(client)
        finally:
            client.close()
            self._threads.discard(threading.current_thread())

    def _carry(self, client: socket.socket) -> None:
        try:
            link = self._dial()
        except (KanisterHarnessError, Broken) as error:
            self.refusals.append(str(error).splitlines()[0])
            _reset(client)
            return
        carried = 0
        try:
            # One thread for both ways: TLS connections are not safe in two.
            while True:
                waiting: list[Any] = [client, link, self._told]
                ready = select.select(waiting, [], [], 0 if link.pending else None)[0]
                if self._told in ready:
                    return
                if link in ready or link.pending:
                    data = link.receive()
                    if data is None:
                        return
                    client.sendall(data)
                    carried += len(data)
                if client in ready:
                    wanted = client.recv(_PIECE_BYTES)
                    if not wanted:
                        return
                    link.send(wanted)
        except Broken as error:
            reasons = self.broken if carried else self.refusals
            reasons.append(f"{error} (after {carried} bytes)")
            _reset(client)
        except OSError:
            return  # our client has gone
        finally:
            link.close()


def _reset(client: socket.socket) -> None:
    """Closes with a reset: no reader takes it for an end."""
    with contextlib.suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
