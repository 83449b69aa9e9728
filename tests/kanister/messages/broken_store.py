"""An S3 server that breaks: what no real one does when it is asked to."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["REGION", "broken_store"]

REGION = "eu-west-1"


class _Answers(BaseHTTPRequestHandler):
    """Every bucket is in `REGION`; the object `short` ends early, `reset` breaks off, uploads in
    parts get no id, and a list is no XML."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_GET(self) -> None:
        if "location=" in self.path:
            self._answer(f"<LocationConstraint>{REGION}</LocationConstraint>".encode())
            return
        if "list-type=" in self.path:
            self._answer(b"It works!")
            return
        self._answer(b"0123456789", more=90)
        if self.path.endswith("reset"):
            now = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        self.close_connection = True

    def do_POST(self) -> None:
        self._answer(b"<InitiateMultipartUploadResult/>")

    def _answer(self, body: bytes, more: int = 0) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    def shutdown_request(self, request: object) -> None:
        self.close_request(request)  # type: ignore[arg-type]  # an ordinary end would be no break


@contextlib.contextmanager
def broken_store() -> Iterator[str]:
    """Its endpoint."""
    with _Server(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
