"""What an object store, or the way to it, answers instead of data."""

from __future__ import annotations

__all__ = ["LocationError", "S3Error"]


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
