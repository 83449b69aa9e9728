"""A blocking S3 client: one bucket, one connection at a time, path-style addresses."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import time
from collections import namedtuple
from urllib.parse import urlsplit

from pytest_kanister._kanister.location.errors import LocationError, S3Error, go_words
from pytest_kanister._kanister.location.signing import (
    EMPTY_SHA256,
    Credentials,
    canonical_query,
    encode_path,
    sign,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    Body = bytes | memoryview

__all__ = ["S3Client", "StoredObject"]

_TIMEOUT_S = 120.0
_ATTEMPTS = 4  # like the AWS SDK: the first try and three more
_CHUNK_BYTES = 1 << 20


# Named tuples of `collections`: `typing` and `dataclasses` are a quarter of kando's start.
class StoredObject(namedtuple("_Row", ("key", "size_bytes", "storage_class"))):
    """One row of a listing."""

    __slots__ = ()


class S3Client:
    """Speaks to one bucket.

    Args:
        bucket: its name.
        credentials: static keys.
        endpoint: `http://host:port`, `https://…` or without scheme (then https); empty: AWS.
        region: what requests are signed for; AWS' own endpoint is chosen by it.
        verify_tls: False accepts any certificate.

    Every method raises `S3Error` for an error answer, and for an endpoint that cannot be reached
    (status 0, code `RequestError`).  Server errors and broken connections are tried again, as
    every request can be repeated.
    """

    def __init__(
        self,
        bucket: str,
        credentials: Credentials,
        *,
        endpoint: str = "",
        region: str = "us-east-1",
        verify_tls: bool = True,
    ) -> None:
        self.bucket = bucket
        self.region = region
        self._credentials = credentials
        self._verify_tls = verify_tls
        address = endpoint or f"https://s3.{region}.amazonaws.com"
        try:
            parts = urlsplit(address if "://" in address else f"https://{address}")
        except ValueError:  # half of the brackets of an IPv6 address
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LocationError(f"endpoint {endpoint!r}: expected http(s)://host:port")
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        try:
            self._port = parts.port or (443 if self._secure else 80)
        except ValueError:
            raise LocationError(f"endpoint {endpoint!r}: the port is not a number") from None
        name = f"[{self._host}]" if ":" in self._host else self._host
        default = 443 if self._secure else 80
        self._host_header = name if self._port == default else f"{name}:{self._port}"
        self._base_path = parts.path.rstrip("/")
        self._connection: http.client.HTTPConnection | None = None

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def location(self) -> str:
        """The bucket's region as GetBucketLocation says; empty for the default one."""
        answer = self._read("GET", query=[("location", "")])
        return (_parsed(answer).text or "").strip()

    def head_bucket(self) -> str:
        """Whether the bucket is there; its region where the answer names one, else empty."""
        response = self._request("HEAD")
        self._body(response)
        return response.headers.get("x-amz-bucket-region") or ""

    def put(self, key: str, body: Body) -> None:
        """Stores one object in one request, silently over an older one."""
        self._read("PUT", key, body=body)

    def get(self, key: str) -> Iterator[bytes]:
        """The object's bytes in pieces.  The answer's head is read before this returns.

        Raises:
            S3Error: also when the connection ends before the last byte, after what came.
        """
        response = self._request("GET", key)
        return self._pieces(response)

    def _pieces(self, response: http.client.HTTPResponse) -> Iterator[bytes]:
        expected = response.length
        read = 0
        try:
            while piece := response.read(_CHUNK_BYTES):
                read += len(piece)
                yield piece
        except (OSError, http.client.HTTPException) as error:
            raise S3Error(0, "RequestError", f"transfer broke off: {go_words(error)}") from error
        finally:
            self.close()
        if expected is not None and read != expected:
            raise S3Error(0, "RequestError", f"unexpected EOF after {read} of {expected} bytes")

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object whose key starts with `prefix`, in key order, page by page."""
        token = ""
        while True:
            query = [("list-type", "2"), ("prefix", prefix)]
            if token:
                query.append(("continuation-token", token))
            page = _parsed(self._read("GET", query=query))
            space = page.tag[: page.tag.index("}") + 1] if "}" in page.tag else ""
            for row in page.iter(f"{space}Contents"):
                yield StoredObject(
                    row.findtext(f"{space}Key") or "",
                    int(row.findtext(f"{space}Size") or 0),
                    row.findtext(f"{space}StorageClass") or "",
                )
            token = page.findtext(f"{space}NextContinuationToken") or ""
            if page.findtext(f"{space}IsTruncated") != "true" or not token:
                return

    def delete(self, key: str) -> None:
        """Deletes one object; one that is not there is no error."""
        self._read("DELETE", key)

    def start_multipart(self, key: str) -> str:
        """Begins an upload in parts; returns its id."""
        page = _parsed(self._read("POST", key, query=[("uploads", "")]))
        for node in page:
            if node.tag.rpartition("}")[2] == "UploadId":
                return node.text or ""
        raise S3Error(200, "InvalidResponse", "the answer to CreateMultipartUpload has no UploadId")

    def put_part(self, key: str, upload_id: str, number: int, body: Body) -> str:
        """Uploads part `number` (from 1); returns its ETag."""
        query = [("partNumber", str(number)), ("uploadId", upload_id)]
        response = self._request("PUT", key, query=query, body=body)
        self._body(response)
        return response.headers.get("ETag") or ""

    def complete_multipart(self, key: str, upload_id: str, etags: Sequence[str]) -> None:
        """Makes the object of its parts, in order."""
        from xml.sax.saxutils import escape

        rows = "".join(
            f"<Part><PartNumber>{number}</PartNumber><ETag>{escape(etag)}</ETag></Part>"
            for number, etag in enumerate(etags, 1)
        )
        body = f"<CompleteMultipartUpload>{rows}</CompleteMultipartUpload>".encode()
        answer = self._read("POST", key, query=[("uploadId", upload_id)], body=body)
        if b"<Error>" in answer:  # S3 may answer 200 and then fail
            raise _error(200, answer)

    def abort_multipart(self, key: str, upload_id: str) -> None:
        """Throws an upload's parts away."""
        self._read("DELETE", key, query=[("uploadId", upload_id)])

    def _read(
        self,
        method: str,
        key: str = "",
        *,
        query: Sequence[tuple[str, str]] = (),
        body: Body = b"",
    ) -> bytes:
        return self._body(self._request(method, key, query=query, body=body))

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        try:
            return response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise S3Error(0, "RequestError", f"transfer broke off: {go_words(error)}") from error

    def _request(
        self,
        method: str,
        key: str = "",
        *,
        query: Sequence[tuple[str, str]] = (),
        body: Body = b"",
    ) -> http.client.HTTPResponse:
        """Sends, tries again where that may help, and returns an answer below 300."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self._send(method, key, query, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                failure = self._unanswered(method, key, query, error)
            except ValueError as error:  # keys or an address that cannot be written in HTTP
                self.close()
                # Its own words would show the key.
                raise self._unanswered(method, key, query, error) from None
            else:
                if response.status < 300:
                    return response
                failure = _error(response.status, self._body(response), response.headers)
                if response.status < 500:
                    raise failure
            if attempt < _ATTEMPTS:
                time.sleep(0.05 * 2**attempt)
        raise failure

    def _send(
        self, method: str, key: str, query: Sequence[tuple[str, str]], body: Body
    ) -> http.client.HTTPResponse:
        path = encode_path(f"{self._base_path}/{self.bucket}" + (f"/{key}" if key else ""))
        asked = canonical_query(query)
        digest = hashlib.sha256(body).hexdigest() if len(body) else EMPTY_SHA256
        headers = {"host": self._host_header}
        if method in ("PUT", "POST"):
            headers["content-length"] = str(len(body))
        headers = sign(method, path, asked, headers, digest, self._credentials, self.region)
        if self._connection is None:
            self._connection = self._connect()
        connection = self._connection
        target = f"{path}?{asked}" if asked else path
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        if len(body):
            connection.send(body)
        return connection.getresponse()

    def _unanswered(
        self, method: str, key: str, query: Sequence[tuple[str, str]], error: Exception
    ) -> S3Error:
        """The error as the AWS SDK tells it, the cause in Go's words."""
        scheme = "https" if self._secure else "http"
        path = encode_path(f"{self._base_path}/{self.bucket}" + (f"/{key}" if key else ""))
        asked = canonical_query(query)
        url = f"{scheme}://{self._host_header}{path}" + (f"?{asked}" if asked else "")
        cause = go_words(error, self._host, self._port)
        verb = method.capitalize()
        return S3Error(
            0, "RequestError", f'send request failed\ncaused by: {verb} "{url}": {cause}'
        )

    def _connect(self) -> http.client.HTTPConnection:
        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=_TIMEOUT_S)
        import ssl

        context = ssl.create_default_context()
        if not self._verify_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=_TIMEOUT_S, context=context
        )


def _parsed(answer: bytes) -> Element:
    """The root of an answer in XML; a web server that is no S3 server may answer anything."""
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        return fromstring(answer)
    except ParseError as error:
        raise S3Error(
            200,
            "SerializationError",
            f"failed to decode REST XML response: {error}: is this an S3 server?",
        ) from error


def _error(status: int, body: bytes, headers: http.client.HTTPMessage | None = None) -> S3Error:
    """An error answer as S3 writes it, or what can be said about one without a body."""
    from xml.etree.ElementTree import ParseError, fromstring

    fields: dict[str, str] = {}
    with contextlib.suppress(ParseError):  # HEAD has no body, proxies write HTML
        fields = {node.tag.rpartition("}")[2]: node.text or "" for node in fromstring(body)}
    words = {403: "Forbidden", 404: "NotFound"}
    code = fields.get("Code") or words.get(status) or f"HTTP{status}"
    region = fields.get("Region") or ""
    if not region and headers is not None:
        region = headers.get("x-amz-bucket-region") or ""
    return S3Error(
        status,
        code,
        fields.get("Message") or http.client.responses.get(status, ""),
        request_id=fields.get("RequestId", ""),
        region=region,
    )
