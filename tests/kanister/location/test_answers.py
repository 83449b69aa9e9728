"""What is at the endpoint may be no S3 server, and keys may be anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pytest_kanister._kanister.location.client import S3Client
from pytest_kanister._kanister.location.errors import LocationError, S3Error
from pytest_kanister._kanister.location.profile import Location, open_bucket
from pytest_kanister._kanister.location.signing import Credentials


class _Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<html><br>welcome</html>"
        self.send_response(200 if "list-type" in self.path or "location" in self.path else 500)
        # The listing breaks off: more was promised than comes.
        self.send_header("Content-Length", str(len(body) + 9 * ("broken" in self.path)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for people."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Web) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _location(endpoint: str, key: str = "ID") -> Location:
    return Location("s3Compliant", "b", endpoint, "", "", Credentials(key, "secret"), False)


def test_a_web_server_is_told_from_an_s3_server(endpoint: str) -> None:
    client = open_bucket(_location(endpoint))
    with pytest.raises(S3Error, match=r"failed to decode REST XML response: .*an S3 server"):
        list(client.objects())
    client.close()


def test_an_answer_that_breaks_off(endpoint: str) -> None:
    client = S3Client("b", Credentials("ID", "secret"), endpoint=endpoint)
    with pytest.raises(S3Error, match="RequestError: transfer broke off: IncompleteRead"):
        list(client.objects("broken"))
    client.close()


def test_a_key_with_a_line_break(endpoint: str) -> None:
    """`echo KEY | base64` makes one; its own words would tell the key."""
    with pytest.raises(LocationError) as caught:
        open_bucket(_location(endpoint, "AKIA-ONE\n"))
    assert str(caught.value) == (
        "failed to get bucket b: RequestError: send request failed\n"
        f'caused by: Get "{endpoint}/b?location=": '
        'net/http: invalid header field value for "Authorization"'
    )


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("http://[::1", r"endpoint 'http://\[::1': expected http\(s\)://host:port"),
        ("http://a..b:1", "dial tcp: lookup a..b: no such host"),
    ],
)
def test_endpoints_that_are_none(endpoint: str, words: str) -> None:
    with pytest.raises(LocationError, match=words):
        open_bucket(_location(endpoint))
