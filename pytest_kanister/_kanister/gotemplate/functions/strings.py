"""Sprig's text functions, apart from those that change words' case or wrap lines."""

from __future__ import annotations

from .. import limits
from ..errors import FunctionError
from ..format import format_value
from ..quoting import quote
from ..types import BUILTIN
from ..values import TypedMap, TypedSlice, kind_of, to_bytes, to_text
from .registry import Family
from .texts import strslice, strval
from .words import is_space

strings = Family()

_STRINGS = BUILTIN.type("[]string")


def string_list(items: list[str]) -> TypedSlice:
    """A Go `[]string`."""
    limits.check_items(len(items), "a list")
    return TypedSlice(_STRINGS, list(items))


@strings.add("toString", "any -> string")
def _to_string(value: object) -> str:
    return strval(value)


@strings.add("toStrings", "any -> []string")
def _to_strings(value: object) -> TypedSlice:
    return string_list(strslice(value))


@strings.add("quote", "...any -> string")
def _quote(*values: object) -> str:
    return " ".join(quote(strval(value)) for value in values if value is not None)


@strings.add("squote", "...any -> string")
def _squote(*values: object) -> str:
    return " ".join(f"'{format_value(value, 'v')}'" for value in values if value is not None)


@strings.add("replace", "string, string, string -> string")
def _replace(old: str, new: str, text: str) -> str:
    count = text.count(old)
    limits.check_size(len(text) + count * (len(new) - len(old)), "a replaced text")
    return text.replace(old, new)


@strings.add("trim", "string -> string")
def _trim(text: str) -> str:
    start, end = 0, len(text)
    while start < end and is_space(text[start]):
        start += 1
    while end > start and is_space(text[end - 1]):
        end -= 1
    return text[start:end]


@strings.add("trimall trimAll", "string, string -> string")
def _trim_all(cut: str, text: str) -> str:
    return text.strip(cut) if cut else text


@strings.add("trimSuffix", "string, string -> string")
def _trim_suffix(suffix: str, text: str) -> str:
    return text.removesuffix(suffix)


@strings.add("trimPrefix", "string, string -> string")
def _trim_prefix(prefix: str, text: str) -> str:
    return text.removeprefix(prefix)


@strings.add("contains", "string, string -> bool")
def _contains(part: str, text: str) -> bool:
    return part in text


@strings.add("hasPrefix", "string, string -> bool")
def _has_prefix(prefix: str, text: str) -> bool:
    return text.startswith(prefix)


@strings.add("hasSuffix", "string, string -> bool")
def _has_suffix(suffix: str, text: str) -> bool:
    return text.endswith(suffix)


@strings.add("repeat", "int, string -> string")
def _repeat(count: int, text: str) -> str:
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    limits.check_size(count * len(text), "a repeated text")
    return text * count


@strings.add("substr", "int, int, string -> string")
def _substr(start: int, end: int, text: str) -> str:
    data = to_bytes(text)
    if start < 0:
        return to_text(_cut(data, 0, end))
    if end < 0 or end > len(data):
        return to_text(_cut(data, start, len(data)))
    return to_text(_cut(data, start, end))


def _cut(data: bytes, start: int, end: int) -> bytes:
    """A Go slice expression, which panics outside the bounds."""
    if end < 0 or end > len(data):
        raise FunctionError(_out_of_range(f"[:{end}]", end, len(data)))
    if start > end:
        raise FunctionError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return data[start:end]


def _out_of_range(shown: str, bound: int, size: int) -> str:
    extra = f" with length {size}" if bound >= 0 else ""
    return f"runtime error: slice bounds out of range {shown}{extra}"


@strings.add("trunc", "int, string -> string")
def _trunc(count: int, text: str) -> str:
    data = to_bytes(text)
    if len(data) <= count:
        return text
    if count < 0:
        raise FunctionError(_out_of_range(f"[:{count}]", count, len(data)))
    return to_text(data[:count])


@strings.add("cat", "...any -> string")
def _cat(*values: object) -> str:

    parts: list[str] = []
    size = 0
    for value in values:
        if value is not None:
            parts.append(format_value(value, "v"))
            size += len(parts[-1])
            limits.check_size(size, "a joined text")
    return " ".join(parts)


@strings.add("indent", "int, string -> string")
def _indent(spaces: int, text: str) -> str:
    pad = _repeat(spaces, " ")
    limits.check_size(len(text) + (text.count("\n") + 1) * len(pad), "an indented text")
    return pad + text.replace("\n", "\n" + pad)


@strings.add("nindent", "int, string -> string")
def _nindent(spaces: int, text: str) -> str:
    return "\n" + _indent(spaces, text)


@strings.add("plural", "string, string, int -> string")
def _plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


@strings.add("join", "string, any -> string")
def _join(separator: str, items: object) -> str:
    texts = strslice(items)
    size = sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1)
    limits.check_size(size, "a joined text")
    return separator.join(texts)


def split(text: str, separator: str, count: int = -1) -> list[str]:
    """Go's `strings.SplitN`: an empty separator cuts between characters."""
    if count == 0:
        return []
    if separator:
        return text.split(separator, count - 1 if count > 0 else -1)
    if 0 < count < len(text):
        return [*text[: count - 1], text[count - 1 :]]
    return list(text)


@strings.add("splitList", "string, string -> []string")
def _split_list(separator: str, text: str) -> TypedSlice:
    return string_list(split(text, separator))


@strings.add("split", "string, string -> map[string]string")
def _split(separator: str, text: str) -> TypedMap:
    return _numbered(split(text, separator))


@strings.add("splitn", "string, int, string -> map[string]string")
def _splitn(separator: str, count: int, text: str) -> TypedMap:
    return _numbered(split(text, separator, count))


def _numbered(parts: list[str]) -> TypedMap:
    limits.check_items(len(parts), "a list")
    go_type = BUILTIN.type("map[string]string")
    return TypedMap(go_type, {f"_{index}": part for index, part in enumerate(parts)})


@strings.add("sortAlpha", "any -> []string")
def _sort_alpha(items: object) -> TypedSlice:
    if kind_of(items) != "slice":
        return string_list([strval(items)])
    return string_list(sorted(strslice(items), key=to_bytes))


@strings.add("hello", "-> string")
def _hello() -> str:
    return "Hello!"
