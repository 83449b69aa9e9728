"""html, js, urlquery: text/template's own escapes."""

from __future__ import annotations

from urllib.parse import quote_plus

from ..format import sprint
from ..quoting import is_escaped_byte, is_print
from ..reflect import Value, indirect
from ..values import NilPtr, Ptr, Stringer, to_bytes
from .registry import Family

escapes = Family()

_HTML = {
    "\0": "\ufffd",
    '"': "&#34;",
    "'": "&#39;",
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
}
_JS = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def _text(args: tuple[object, ...]) -> str:
    if len(args) == 1 and type(args[0]) is str:
        return args[0]
    return sprint(*(_printable(arg) for arg in args))


def _printable(arg: object) -> object:
    if arg is None:
        return "<no value>"
    if isinstance(arg, Ptr | NilPtr) and not isinstance(arg, Stringer):
        return indirect(Value(arg))[0].obj
    return arg


@escapes.add("html", "...any -> string")
def _html(*args: object) -> str:
    return "".join(_HTML.get(character, character) for character in _text(args))


@escapes.add("js", "...any -> string")
def _js(*args: object) -> str:
    return "".join(map(_js_character, _text(args)))


def _js_character(character: str) -> str:
    if character in _JS:
        return _JS[character]
    code = ord(character)
    if code < 0x20:
        return f"\\u{code:04X}"
    if code < 0x80:
        return character
    if is_escaped_byte(character):
        return "\\uFFFD" if not is_print("\ufffd") else character
    return character if is_print(character) else f"\\u{code:04X}"


@escapes.add("urlquery", "...any -> string")
def _urlquery(*args: object) -> str:
    return quote_plus(to_bytes(_text(args)))
