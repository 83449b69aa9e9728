"""The vectors' error classes, told from Go's error text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._kanister.gotemplate import TemplateError

_PARSE = (
    (r"function \".*\" not defined", "undefined_function"),
    (r"undefined variable", "undefined_variable"),
    (r"bad number|illegal number|integer overflow|malformed character", "bad_number"),
    (r"bad character", "bad_character"),
    (r"unterminated|unclosed|unexpected EOF|comment ends before", "unclosed"),
    (r"", "syntax"),
)
_EXEC = (
    (r"error calling \w+: .*runtime error", "function_error.runtime_panic"),
    (r"error calling \w+: .*(incompatible types|non-comparable)", "function_error.incomparable"),
    (r"error calling", "function_error"),
    (r"map has no entry for key", "map_missing_key"),
    (r"nil data; no entry", "nil_data"),
    (r"nil pointer evaluating", "nil_pointer"),
    (r"can't evaluate field", "no_field"),
    (r"wrong number of args", "arity"),
    (r"wrong type for value|invalid value; expected|expected \w+; found", "wrong_type"),
    (r"has arguments|can't give argument", "non_function_args"),
    (r"nil is not a command", "not_a_command"),
    (r"exceeded maximum template depth", "max_depth"),
    (r"template \".*\" not defined", "template_not_defined"),
    (r"range can't iterate", "range"),
    (r"undefined variable", "undefined_variable"),
    (r"", "other"),
)


def error_class(error: TemplateError) -> str:
    """The class of an error, e.g. `exec.map_missing_key`."""
    message = error.text.partition(">: ")[2] if error.phase == "exec" else error.text
    for pattern, name in _PARSE if error.phase == "parse" else _EXEC:
        if re.search(pattern, message):
            return f"{error.phase}.{name}"
    raise AssertionError("the last pattern matches everything")
