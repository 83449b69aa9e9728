"""Templates that are not Blueprints': kubectl's, and those of the function Wait."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.gotemplate import (
    KUBECTL,
    LENIENT,
    TemplateError,
    check,
    render,
)

OBJECT = {"kind": "X", "data": {"a": "YWI=", "l": [1, {"x": 2}], "nil": None}}


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{ .data.none }}", "<no value>"),
        ("{{ .data.none.deeper }}", "<no value>"),
        ("{{ not .data.none.deeper }}", "true"),
        ('{{ eq .data.none "x" }}', "false"),
        ("{{ with .data.none }}y{{ else }}n{{ end }}", "n"),
        ('{{ exists . "data" "a" }}', "true"),
        ('{{ exists . "data" "l" 1 "x" }}', "true"),
        ('{{ exists . "data" "l" 5 }}', "false"),
        ('{{ exists . "data" "l" "1" }}', "false"),
        ('{{ exists . "data" 1 }}', "false"),
        ('{{ exists . "data" "nil" }}', "false"),
        ('{{ exists . "data" "none" "x" }}', "false"),
        ("{{ exists .data.none }}", "false"),
        ("{{ base64decode .data.a }}", "ab"),
        ("{{ slice .kind 0 1 }}", "X"),
    ],
)
def test_kubectl(template: str, output: str) -> None:
    assert render(template, OBJECT, name="output", dialect=KUBECTL) == output


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ upper .kind }}", 'template: output:1: function "upper" not defined'),
        (
            "{{ base64decode .kind }}",
            'template: output:1:3: executing "output" at <base64decode .kind>: error calling '
            "base64decode: base64 decode failed: illegal base64 data at input byte 0",
        ),
    ],
)
def test_kubectl_refuses(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        render(template, OBJECT, name="output", dialect=KUBECTL)
    assert raised.value.text == message


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ("{{ .x }}", "<no value>"),
        ('{{ (dict "a" 1).b }}', "<no value>"),
        ('{{ upper "x" }}', "X"),
    ],
)
def test_lenient(template: str, output: str) -> None:
    assert render(template, None, dialect=LENIENT) == output


def test_dialects_do_not_share_what_is_parsed() -> None:
    check("{{ exists . }}", dialect=KUBECTL)
    with pytest.raises(TemplateError, match='function "exists" not defined'):
        check("{{ exists . }}")
