"""Go's words for what is no JSON."""

from __future__ import annotations

import re

import pytest

from pytest_kanister._kanister.location.gojson import loads


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unexpected end of JSON input"),
        ("  ", "unexpected end of JSON input"),
        ("{", "unexpected end of JSON input"),
        ('{"a"', "unexpected end of JSON input"),
        ('{"a":1', "unexpected end of JSON input"),
        ('"a', "unexpected end of JSON input"),
        ("nul", "unexpected end of JSON input"),
        ("-", "unexpected end of JSON input"),
        ("1.", "unexpected end of JSON input"),
        ("hello", "invalid character 'h' looking for beginning of value"),
        ("'a'", r"invalid character '\'' looking for beginning of value"),
        ("nope", "invalid character 'o' in literal null (expecting 'u')"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("ü", "invalid character 'Ã' looking for beginning of value"),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ('{"a":}', "invalid character '}' looking for beginning of value"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("[1}", "invalid character '}' after array element"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("01", "invalid character '1' after top-level value"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1e+x", "invalid character 'x' in exponent of numeric literal"),
        ('"a\nb"', r"invalid character '\n' in string literal"),
        ('"\x01"', r"invalid character '\x01' in string literal"),
        (r'"\x"', "invalid character 'x' in string escape code"),
        (r'"\u12x4"', r"invalid character 'x' in \u hexadecimal character escape"),
        ('[{"a":[1,{"b":tru}]}]', "invalid character '}' in literal true (expecting 'e')"),
        ("[" * 200_000, "exceeded max depth"),
    ],
)
def test_no_json(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        loads(text)


def test_json() -> None:
    assert loads(' {"a": [1, -2.5e3, "ü\\u00fc\\n", true, null, {}]} ') == {
        "a": [1, -2500.0, "üü\n", True, None, {}]
    }
