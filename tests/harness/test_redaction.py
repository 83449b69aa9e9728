"""Secrets are hidden in every form in which they turn up; names are not."""

from __future__ import annotations

import base64
import json
import shlex
import threading
from urllib.parse import quote, quote_plus

import pytest
import yaml

from pytest_kanister._harness.redaction import Redactor, _texts, redact_error
from pytest_kanister.errors import ActionSetFailed, EnvironmentProblem, UsageProblem

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


ODD = "it's <b>&\\ so"


@pytest.mark.parametrize(
    "form",
    [
        "it's \\u003cb\\u003e\\u0026\\\\ so",  # Go's JSON
        "it''s <b>&\\ so",  # YAML, SQL
        "it\\'s <b>&\\\\ so",  # MySQL
        shlex.quote(ODD),
        "'it'\\''s <b>&\\ so'",  # bash -x
        quote_plus(ODD),
        yaml.safe_dump({"command": f"pass {ODD} " + "word " * 40}, width=10**9),
    ],
)
def test_quoted_in_every_way(form: str) -> None:
    redact = Redactor()
    redact.add([ODD])

    shown = redact(form)
    assert "***" in shown
    assert "so" not in shown.replace("sort", "")


def test_threads_may_add_at_the_same_time() -> None:
    redact = Redactor()
    failed: list[BaseException] = []

    def add(word: str) -> None:
        try:
            for number in range(60):
                redact.add([f"{word}-{number:03}"])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=add, args=(f"secret{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert redact("secret0-000 secret3-059") == "*** ***"


def test_an_errors_cause_loses_its_secrets_too() -> None:
    redact = Redactor()
    redact.add(["pa55word"])
    cause = UsageProblem("with pa55word")
    error = EnvironmentProblem("it fails", remedies=["mend it"])
    error.__cause__ = cause

    redact_error(error, redact)

    assert str(cause) == "with ***"


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
