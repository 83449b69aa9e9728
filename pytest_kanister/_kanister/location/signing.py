"""AWS Signature Version 4 for S3, in headers.

Rules as AWS publishes them: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import namedtuple
from urllib.parse import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["EMPTY_SHA256", "Credentials", "canonical_query", "encode_path", "sign"]

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


class Credentials(namedtuple("_Pair", ("access_key", "secret_key"))):
    """A pair of static keys; `repr` shows neither."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Credentials(***)"


def encode_path(path: str) -> str:
    """A path as it stands in the request line and in the canonical request (encoded once)."""
    return quote(path, safe="/-_.~")


def canonical_query(query: Sequence[tuple[str, str]]) -> str:
    """Sorted and encoded; also what is sent, so that server and signature see the same."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in pairs)


def sign(
    method: str,
    encoded_path: str,
    query: str,
    headers: Mapping[str, str],
    payload_sha256: str,
    credentials: Credentials,
    region: str,
    *,
    now_s: float | None = None,
) -> dict[str, str]:
    """All headers to send: the given ones, the date, the payload's hash and the signature.

    Args:
        method: HTTP method.
        encoded_path: what `encode_path` gave.
        query: what `canonical_query` gave; may be empty.
        headers: must hold `host`.
        payload_sha256: hexadecimal digest of the body.
        credentials: the keys to sign with.
        region: region that the signature is bound to.
        now_s: seconds since the epoch; None: now.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_s))
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed["x-amz-date"] = stamp
    signed["x-amz-content-sha256"] = payload_sha256
    names = ";".join(sorted(signed))
    request = "\n".join(
        [
            method,
            encoded_path,
            query,
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            payload_sha256,
        ]
    )
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    signed["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope},"
        f"SignedHeaders={names},Signature={signature}"
    )
    return signed
