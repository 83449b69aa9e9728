"""What an object store, or the way to it, answers instead of data."""

from __future__ import annotations

import errno

__all__ = ["LocationError", "S3Error", "go_words"]


class LocationError(Exception):
    """A location cannot be used; the text is Kanister's own wherever Kanister has one."""


class S3Error(LocationError):
    """An S3 error answer.

    Args:
        status: HTTP status; 0 when no answer came at all.
        code: S3's word (`NoSuchKey`, `AccessDenied` …), or `RequestError`.
        message: S3's sentence.
        request_id: as the server named the request; may be empty.
        region: the bucket's region where the answer names it (redirects); may be empty.
    """

    def __init__(
        self, status: int, code: str, message: str, *, request_id: str = "", region: str = ""
    ) -> None:
        self.status = status
        self.code = code
        self.message = message
        self.region = region
        text = f"{code}: {message}"
        if status:
            text += f"\n\tstatus code: {status}, request id: {request_id}, host id: "
        super().__init__(text)


_CONNECTING = {
    errno.ECONNREFUSED: "connection refused",
    errno.EHOSTUNREACH: "no route to host",
    errno.ENETUNREACH: "network is unreachable",
}


def go_words(error: Exception, host: str = "", port: int = 0) -> str:
    """What Go says of a connection that could not be made or broke.

    Args:
        error: Python's.
        host: where to, for connections that could not be made.
        port: its port.
    """
    import socket

    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"dial tcp: lookup {host}: no such host"
    if isinstance(error, ValueError):  # all else that is sent is encoded by us
        return 'net/http: invalid header field value for "Authorization"'
    number = error.errno if isinstance(error, OSError) else None
    if number in _CONNECTING:
        return f"dial tcp {address}: connect: {_CONNECTING[number]}"
    if isinstance(error, TimeoutError):
        return f"dial tcp {address}: i/o timeout"
    if number == errno.ECONNRESET:
        return "read: connection reset by peer"
    # RemoteDisconnected says so of itself: it is a ConnectionResetError without a number.
    return "EOF" if isinstance(error, ConnectionResetError) else str(error)
