"""Object keys, and a Profile's JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from pytest_kanister._kanister.location.errors import LocationError
from pytest_kanister._kanister.location.keys import object_key
from pytest_kanister._kanister.location.profile import parse_profile
from pytest_kanister._kanister.location.signing import Credentials


@pytest.mark.parametrize(
    ("prefix", "path", "key"),
    [
        ("", "", ""),
        ("", "/mysql/x.gz", "mysql/x.gz"),
        ("p", "", "p"),
        ("p/", "/a//b/./c/", "p/a/b/c"),
        ("//p", "../q", "q"),
        ("", "a/../..", ".."),
        ("bucket", "bucket/x", "bucket/bucket/x"),
    ],
)
def test_object_key(prefix: str, path: str, key: str) -> None:
    assert object_key(prefix, path) == key


def _profile(**credential: Any) -> str:
    location = {"type": "s3Compliant", "bucket": "b", "endpoint": "http://h:1", "prefix": "p"}
    return json.dumps({"Location": location, "Credential": credential, "SkipSSLVerify": True})


def test_key_pair() -> None:
    location = parse_profile(_profile(Type="keyPair", KeyPair={"ID": "a", "Secret": "s3cret"}))
    assert location.credentials == Credentials("a", "s3cret")
    assert (location.bucket, location.prefix, location.skip_tls_verify) == ("b", "p", True)
    assert "s3cret" not in repr(location.credentials)


def test_keys_in_any_case() -> None:
    text = '{"LOCATION":{"Type":"s3Compliant","BUCKET":"x"},"credential":{"type":"keyPair"}}'
    assert parse_profile(text).bucket == "x"


def _secret(kind: str = "secrets.kanister.io/aws", **data: str) -> dict[str, Any]:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"metadata": {"name": "n", "namespace": "ns"}, "type": kind, "data": encoded}


def test_typed_secret() -> None:
    secret = _secret(aws_access_key_id="a", aws_secret_access_key="s", role="")
    assert parse_profile(_profile(Type="secret", Secret=secret)).credentials == Credentials(
        "a", "s"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "failed to unmarshal profile: "),
        ("null", "Unsupported Location type: "),
        ('{"Location":{"type":"gcs"}}', "location type gcs: the embedded kando"),
        (
            '{"Location":{"type":"s3Compliant","bucket":5}}',
            "cannot unmarshal number into Go struct field Location.bucket of type string",
        ),
        (
            _profile(Type="secret", Secret={**_secret(), "data": []}),
            "cannot unmarshal array into Go struct field Secret.data of type map[string][]uint8",
        ),
        (_profile(Type="x"), "Unsupported type 'x' for credential"),
        (
            _profile(Type="secret", Secret=_secret("Opaque")),
            "Unsupported type 'Opaque' for secret 'ns:n'",
        ),
        (_profile(Type="secret", Secret=_secret(other="x")), "Secret has an unknown field"),
        (_profile(Type="secret", Secret=_secret(role="arn")), "cannot assume an AWS role"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(LocationError) as caught:
        parse_profile(text)
    assert message in str(caught.value)
