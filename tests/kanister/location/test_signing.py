"""Signatures against AWS' own published example and against botocore's signer."""

from __future__ import annotations

import datetime
import hashlib

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from pytest_kanister._kanister.location.signing import (
    EMPTY_SHA256,
    Credentials,
    canonical_query,
    encode_path,
    sign,
)

# The keys of AWS' documentation (examples of "Authenticating Requests: Using the Authorization
# Header"), which exist for nothing else.
KEYS = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOW_S = 1369353600.0  # 2013-05-24T00:00:00Z
HOST = "examplebucket.s3.amazonaws.com"


def _signature(headers: dict[str, str]) -> str:
    return headers["authorization"].rpartition("Signature=")[2]


def test_published_get_object() -> None:
    headers = sign(
        "GET",
        "/test.txt",
        "",
        {"host": HOST, "range": "bytes=0-9"},
        EMPTY_SHA256,
        KEYS,
        "us-east-1",
        now_s=NOW_S,
    )
    assert _signature(headers) == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_published_put_object() -> None:
    headers = sign(
        "PUT",
        encode_path("/test$file.text"),
        "",
        {
            "host": HOST,
            "date": "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-storage-class": "REDUCED_REDUNDANCY",
        },
        hashlib.sha256(b"Welcome to Amazon S3.").hexdigest(),
        KEYS,
        "us-east-1",
        now_s=NOW_S,
    )
    assert _signature(headers) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"


def test_published_bucket_lifecycle() -> None:
    headers = sign(
        "GET",
        "/",
        canonical_query([("lifecycle", "")]),
        {"host": HOST},
        EMPTY_SHA256,
        KEYS,
        "us-east-1",
        now_s=NOW_S,
    )
    assert _signature(headers) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/b/plain", [], b""),
        ("PUT", "/b/with space/ümläut+plus&and=eq", [], b"data"),
        (
            "GET",
            "/b",
            [("list-type", "2"), ("prefix", "a b/ü~"), ("continuation-token", "x==")],
            b"",
        ),
        ("POST", "/b/key", [("uploadId", "A/b+c"), ("partNumber", "3")], b"<x/>"),
    ],
)
def test_same_as_botocore(
    method: str,
    path: str,
    query: list[tuple[str, str]],
    body: bytes,
) -> None:
    encoded, asked = encode_path(path), canonical_query(query)
    url = f"http://127.0.0.1:8333{encoded}" + (f"?{asked}" if asked else "")
    request = AWSRequest(method=method, url=url, data=body)
    signer = botocore.auth.S3SigV4Auth(
        BotoCredentials(KEYS.access_key, KEYS.secret_key), "s3", "eu-west-2"
    )
    signer.add_auth(request)
    stamp = datetime.datetime.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ")
    digest = request.headers["X-Amz-Content-SHA256"]
    ours = sign(
        method,
        encoded,
        asked,
        {"host": "127.0.0.1:8333"},
        digest if "UNSIGNED" in digest else hashlib.sha256(body).hexdigest(),
        KEYS,
        "eu-west-2",
        now_s=stamp.replace(tzinfo=datetime.UTC).timestamp(),
    )
    assert _signature(ours) == request.headers["Authorization"].rpartition("Signature=")[2]
