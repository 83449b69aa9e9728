"""Secrets are hidden in every form in which they turn up; names are not."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from pytest_kanister._harness.redaction import Redactor, _texts, redact_error
from pytest_kanister.errors import ActionSetFailed, EnvironmentProblem

SECRET = 'pä"ss/w0rd+\n'


@pytest.mark.parametrize(
    "form",
    [
        SECRET.strip(),
        json.dumps(SECRET.strip()),
        json.dumps(SECRET.strip(), ensure_ascii=False),
        quote(SECRET.strip(), safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(SECRET.strip().encode()).decode(),
    ],
)
def test_every_form(form: str) -> None:
    redact = Redactor()
    redact.add([SECRET])

    shown = redact(f"--password={form} --host=db")

    assert "***" in shown
    assert "w0rd" not in shown
    assert form not in shown
    assert shown.endswith("--host=db")


def test_a_longer_secret_is_hidden_whole() -> None:
    redact = Redactor()
    redact.add(["abcdef", "abcdefghi"])

    assert redact("abcdefghi abcdef") == "*** ***"


def test_short_texts_and_names_stay_readable() -> None:
    redact = Redactor()
    redact.add(["", "1", "root"])
    encode = {k: base64.b64encode(k.encode()).decode() for k in ("mysql-user", "host", "password")}

    assert redact("root 1") == "root 1"
    assert _texts({"data": encode}) == ["password"]


def test_a_key_of_many_lines_is_hidden_line_by_line() -> None:
    redact = Redactor()
    redact.add(["-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END KEY-----\n"])

    assert "MIIE" not in redact("  | MIIEvQIBADANBgkqhkiG")


def test_errors_lose_their_secrets() -> None:
    redact = Redactor()
    redact.add(["hunter2222"])
    failed = ActionSetFailed(
        "a", namespace="k", action="b", message="no hunter2222", evidence="-phunter2222"
    )
    problem = EnvironmentProblem("hunter2222", remedies=["use hunter2222"], looked=["hunter2222"])

    for error in (failed, problem):
        redact_error(error, redact)
        assert "hunter2222" not in f"{error} {error!r} {error.args} {vars(error)}"
