"""Sprig's regular expression functions."""

from __future__ import annotations

from ..errors import FunctionError
from ..quoting import can_backquote, quote
from ..regexp.expression import BadExpression, Expression, compile_expression
from ..types import BUILTIN
from ..values import TypedSlice
from .registry import Family
from .strings import string_list

regexes = Family()


def _compiled(expression: str) -> Expression:
    try:
        return compile_expression(expression)
    except BadExpression as bad:
        shown = f"`{expression}`" if can_backquote(expression) else quote(expression)
        raise FunctionError(f"regexp: Compile({shown}): error parsing regexp: {bad}") from None


@regexes.add("regexMatch", "string, string -> bool")
def _regex_match(expression: str, text: str) -> bool:
    """A bad expression matches nothing, as sprig ignores the error."""
    try:
        return compile_expression(expression).search(text) is not None
    except BadExpression:
        return False


@regexes.add("regexFind", "string, string -> string")
def _regex_find(expression: str, text: str) -> str:
    return _compiled(expression).search(text) or ""


@regexes.add("regexFindAll", "string, string, int -> []string")
def _regex_find_all(expression: str, text: str, count: int) -> TypedSlice:
    """No match at all is a nil list."""
    found = _compiled(expression).find_all(text, count)
    return string_list(found) if found else TypedSlice(BUILTIN.type("[]string"), None)


@regexes.add("regexReplaceAll", "string, string, string -> string")
def _regex_replace_all(expression: str, text: str, replacement: str) -> str:
    return _compiled(expression).replace(text, replacement, literal=False)


@regexes.add("regexReplaceAllLiteral", "string, string, string -> string")
def _regex_replace_all_literal(expression: str, text: str, replacement: str) -> str:
    return _compiled(expression).replace(text, replacement, literal=True)


@regexes.add("regexSplit", "string, string, int -> []string")
def _regex_split(expression: str, text: str, count: int) -> TypedSlice:
    parts = _compiled(expression).split(text, count)
    return string_list(parts) if count else TypedSlice(BUILTIN.type("[]string"), None)
