"""Go's `fmt`: Sprint, Sprintln and Sprintf over Go values.

Over 300 lines, since the verbs of one argument share one set of flags.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import limits
from .format_numbers import format_float
from .quoting import can_backquote, is_print, quote
from .reflect import is_nil, sorted_entries
from .types import COMPLEXES, FLOATS, SIGNED, UNSIGNED
from .values import (
    GoStruct,
    Int,
    NilPtr,
    Ptr,
    Stringer,
    TypedSlice,
    entries_of,
    items_of,
    kind_of,
    to_bytes,
    type_of,
)

_POINTER_TEXT = 0xC000100000  # an address has no meaning here; a fixed one keeps renders repeatable


def sprint(*args: object) -> str:
    """Go's `fmt.Sprint`: a space between two operands of which neither is a string."""
    parts: list[str] = []
    size = 0
    after_string = True
    for arg in args:
        is_string = kind_of(arg) == "string"
        if parts and not is_string and not after_string:
            parts.append(" ")
        parts.append(format_value(arg, "v"))
        size += len(parts[-1])
        limits.check_size(size, "a printed text")
        after_string = is_string
    return "".join(parts)


def sprintln(*args: object) -> str:
    """Go's `fmt.Sprintln`: spaces between all operands, a newline at the end."""
    return " ".join(format_value(arg, "v") for arg in args) + "\n"


def format_value(arg: object, verb: str) -> str:
    """One operand by one verb without flags."""
    return Printer(Flags()).arg(arg, verb)


@dataclass(slots=True)
class Flags:
    """The flags, width and precision of one verb."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    plus_v: bool = False
    sharp_v: bool = False
    width: int | None = None
    precision: int | None = None

    def go_syntax(self) -> None:
        """`%v` reads `#` and `+` in its own way."""
        self.sharp_v, self.sharp = self.sharp, False
        self.plus_v, self.plus = self.plus, False


class Printer:
    """Formats one operand under one verb's flags.

    Args:
        flags: of the verb.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._erroring = False
        self._arg: object = None
        self._meter = limits.Meter("printing")

    def arg(self, arg: object, verb: str) -> str:
        """The text of an operand.

        Args:
            arg: the value in the interface.
            verb: one character.
        """
        self._arg = arg
        if arg is None:
            return self._pad("<nil>") if verb in "Tv" else self._bad_verb(verb)
        if verb == "T":
            return self._string(_type_name(arg), "s")
        if verb == "p":
            return self._pointer(arg, "p")
        if isinstance(arg, bytes):
            return self._bytes(arg, verb)
        if verb == "w":
            return self._bad_verb(verb)
        text = self._methods(arg, verb)
        if text is not None:
            return text
        return self._value(arg, verb, 0)

    def _methods(self, arg: object, verb: str) -> str | None:
        if self._erroring:
            return None
        if isinstance(arg, Stringer) and verb in "vsxXq" and not self._flags.sharp_v:
            return self._string(arg.go_string(), verb)
        return None

    def _bad_verb(self, verb: str) -> str:
        self._erroring = True
        arg = self._arg
        inner = "<nil>" if arg is None else f"{_type_name(arg)}={self.arg(arg, 'v')}"
        self._erroring = False
        return f"%!{verb}({inner})"

    def _value(self, value: object, verb: str, depth: int) -> str:
        self._meter.count(len(value) // 64 + 1 if isinstance(value, str) else 1)
        if depth > 0 and value is not None:
            self._arg = value
            text = self._methods(value, verb)
            if text is not None:
                return text
        kind = kind_of(value)
        if kind == "invalid":
            return "<nil>"
        if kind == "bool":
            return self._bool(value, verb)
        if kind in SIGNED or kind in UNSIGNED:
            assert isinstance(value, int)
            return self._integer(int(value), verb, signed=kind in SIGNED)
        if kind in FLOATS:
            assert isinstance(value, float)
            return self._float(value, verb)
        if kind in COMPLEXES:
            assert isinstance(value, complex)
            return self._complex(value, verb)
        if kind == "string":
            return self._string(str(value), verb)
        if kind == "map":
            return self._map(value, verb, depth)
        if kind == "struct":
            return self._struct(value, verb, depth)
        if kind == "slice":
            return self._slice(value, verb, depth)
        return self._pointer_value(value, verb, depth)

    def _map(self, value: object, verb: str, depth: int) -> str:
        sharp = self._flags.sharp_v
        if sharp and is_nil(value):
            return f"{_type_name(value)}(nil)"
        if not entries_of(value):
            return _type_name(value) + "{}" if sharp else "map[]"
        entries = [
            self._element(key.obj, verb, depth, boxed=False)
            + ":"
            + self._element(item.obj, verb, depth, boxed=item.boxed)
            for key, item in sorted_entries(value)
        ]
        if sharp:
            return f"{_type_name(value)}{{{', '.join(entries)}}}"
        return f"map[{' '.join(entries)}]"

    def _element(self, value: object, verb: str, depth: int, *, boxed: bool) -> str:
        if boxed and value is None and self._flags.sharp_v:
            return "interface {}(nil)"
        return self._value(value, verb, depth + 1)

    def _struct(self, value: object, verb: str, depth: int) -> str:
        named = self._flags.plus_v or self._flags.sharp_v
        shown: list[str] = []
        if isinstance(value, GoStruct):
            for field in value.go_type.fields:
                boxed = value.go_type.field_type(field).is_interface
                text = self._element(value.values[field.name], verb, depth, boxed=boxed)
                shown.append(f"{field.name}:{text}" if named else text)
        if self._flags.sharp_v:
            return f"{_type_name(value)}{{{', '.join(shown)}}}"
        return f"{{{' '.join(shown)}}}"

    def _slice(self, value: object, verb: str, depth: int) -> str:
        go_type = type_of(value)
        assert go_type is not None
        if verb in "sqxX" and go_type.elem.kind == "uint8":
            data = bytes(int(i) for i in items_of(value) if isinstance(i, int))
            return self._bytes(data, verb)
        sharp = self._flags.sharp_v
        if sharp and is_nil(value):
            return f"{go_type.name}(nil)"
        boxed = go_type.elem.is_interface
        shown = [self._element(item, verb, depth, boxed=boxed) for item in items_of(value)]
        return f"{go_type.name}{{{', '.join(shown)}}}" if sharp else f"[{' '.join(shown)}]"

    def _pointer_value(self, value: object, verb: str, depth: int) -> str:
        if (
            depth == 0
            and isinstance(value, Ptr)
            and kind_of(value.target) in ("slice", "struct", "map")
        ):
            return "&" + self._value(value.target, verb, depth + 1)
        return self._pointer(value, verb)

    def _pointer(self, value: object, verb: str) -> str:
        if kind_of(value) not in ("ptr", "map", "slice", "func"):
            return self._bad_verb(verb)
        address = 0 if isinstance(value, NilPtr) or is_nil(value) else _POINTER_TEXT
        if verb == "v":
            if self._flags.sharp_v:
                shown = f"{address:#x}" if address else "nil"
                return f"({_type_name(value)})({shown})"
            if not address:
                return self._pad("<nil>")
            return self._hex_address(address, leading=not self._flags.sharp)
        if verb == "p":
            return self._hex_address(address, leading=not self._flags.sharp)
        if verb in "bodxX":
            return self._integer(address, verb, signed=False)
        return self._bad_verb(verb)

    def _hex_address(self, number: int, *, leading: bool) -> str:
        kept, self._flags.sharp = self._flags.sharp, leading
        text = self._based(number, 16, "x")
        self._flags.sharp = kept
        return text

    def _bool(self, value: object, verb: str) -> str:
        return self._pad("true" if value else "false") if verb in "tv" else self._bad_verb(verb)

    def _integer(self, number: int, verb: str, *, signed: bool) -> str:
        match verb:
            case "v" if self._flags.sharp_v and not signed:
                return self._hex_address(number, leading=True)
            case "v" | "d":
                return self._based(number, 10, verb)
            case "b":
                return self._based(number, 2, verb)
            case "o" | "O":
                return self._based(number, 8, verb)
            case "x" | "X":
                return self._based(number, 16, verb)
            case "c":
                return self._pad(_rune(number))
            case "q":
                only = self._flags.plus
                return self._pad(quote(_rune(number), "'", ascii_only=only))
            case "U":
                return self._unicode(number)
        return self._bad_verb(verb)

    def _based(self, number: int, base: int, verb: str) -> str:
        flags = self._flags
        negative, magnitude = number < 0, abs(number)
        least = 0
        if flags.precision is not None:
            least = flags.precision
            if least == 0 and magnitude == 0:
                return " " * (flags.width or 0)
        elif flags.zero and not flags.minus and flags.width is not None:
            least = flags.width - (1 if negative or flags.plus or flags.space else 0)
        digits = format(magnitude, {2: "b", 8: "o", 10: "d", 16: "x"}[base]).rjust(least, "0")
        if verb == "X":
            digits = digits.upper()
        if flags.sharp:
            if base == 2:
                digits = "0b" + digits
            elif base == 8 and not digits.startswith("0"):
                digits = "0" + digits
            elif base == 16:
                digits = ("0X" if verb == "X" else "0x") + digits
        if verb == "O":
            digits = "0o" + digits
        sign = "-" if negative else "+" if flags.plus else " " if flags.space else ""
        return self._pad(sign + digits, zeros=False)

    def _unicode(self, number: int) -> str:
        least = max(4, self._flags.precision or 4)
        text = f"U+{number & 0xFFFFFFFFFFFFFFFF:0{least}X}"
        if self._flags.sharp and 0 <= number <= 0x10FFFF and is_print(chr(number)):
            text += f" '{chr(number)}'"
        return self._pad(text, zeros=False)

    def _float(self, number: float, verb: str) -> str:
        if verb == "v":
            return self._float_as(number, "g", -1)
        if verb in "bgGxX":
            return self._float_as(number, verb, -1)
        if verb in "feEF":
            return self._float_as(number, "f" if verb == "F" else verb, 6)
        return self._bad_verb(verb)

    def _float_as(self, number: float, verb: str, precision: int) -> str:
        flags = self._flags
        if flags.precision is not None:
            precision = flags.precision
        text = format_float(number, verb, precision)
        if text[0] not in "+-":
            text = "+" + text
        if flags.space and text[0] == "+" and not flags.plus:
            text = " " + text[1:]
        if text[1:] in ("Inf", "NaN"):
            if text[1:] == "NaN" and not flags.space and not flags.plus:
                text = text[1:]
            return self._pad(text, zeros=False)
        if flags.sharp and verb != "b":
            text = _keep_point(text, verb, precision)
        if not flags.plus and text[0] == "+":
            return self._pad(text[1:])
        if flags.zero and not flags.minus and flags.width is not None and flags.width > len(text):
            return text[0] + text[1:].rjust(flags.width - 1, "0")
        return self._pad(text)

    def _complex(self, number: complex, verb: str) -> str:
        if verb not in "vbgGxXfFeE":
            return self._bad_verb(verb)
        kept = self._flags.plus
        real = self._float(number.real, verb)
        self._flags.plus = True
        imaginary = self._float(number.imag, verb)
        self._flags.plus = kept
        return f"({real}{imaginary}i)"

    def _string(self, text: str, verb: str) -> str:
        flags = self._flags
        if verb in "xX":
            return self._hex(to_bytes(text), verb)
        if verb not in "vsq":
            return self._bad_verb(verb)
        if flags.precision is not None:
            text = text[: flags.precision]
        if verb == "q" or (verb == "v" and flags.sharp_v):
            if flags.sharp and can_backquote(text):
                return self._pad(f"`{text}`")
            return self._pad(quote(text, ascii_only=flags.plus))
        return self._pad(text)

    def _hex(self, data: bytes, verb: str) -> str:
        flags = self._flags
        if flags.precision is not None:
            data = data[: flags.precision]
        if not data:
            return self._pad("")
        prefix = f"0{verb}" if flags.sharp else ""
        form = "02X" if verb == "X" else "02x"
        if flags.space:
            return self._pad(" ".join(prefix + format(byte, form) for byte in data))
        return self._pad(prefix + "".join(format(byte, form) for byte in data))

    def _bytes(self, data: bytes, verb: str) -> str:
        if verb in "vd":
            if self._flags.sharp_v:
                return f"[]byte{{{', '.join(f'{byte:#x}' for byte in data)}}}"
            return "[" + " ".join(self._based(byte, 10, verb) for byte in data) + "]"
        if verb in "xX":
            return self._hex(data, verb)
        if verb in "sq":
            return self._string(data.decode("utf-8", "surrogateescape"), verb)
        items: list[object] = [Int(byte, "uint8") for byte in data]
        go_type = type_of(data)
        assert go_type is not None
        return self._slice(TypedSlice(go_type, items), verb, 0)

    def _pad(self, text: str, *, zeros: bool = True) -> str:
        flags = self._flags
        if flags.width is None or len(text) >= flags.width:
            return text
        if flags.minus:
            return text.ljust(flags.width)
        return text.rjust(flags.width, "0" if flags.zero and zeros else " ")


def _type_name(value: object) -> str:
    go_type = type_of(value)
    return "<nil>" if go_type is None else go_type.name


def _rune(number: int) -> str:
    valid = 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000
    return chr(number) if valid else "\ufffd"


def _keep_point(text: str, verb: str, precision: int) -> str:
    """The `#` flag: always a point, and for `g` and `x` also the trailing zeros."""
    missing = (6 if precision < 0 else precision) if verb in "gGx" else 0
    marks = "pP" if verb in "xX" else "eE"
    end = next((index for index, c in enumerate(text) if c in marks), len(text))
    number, tail = text[:end], text[end:]
    significant = number[1:].replace(".", "").lstrip("0")
    missing -= len(significant)
    if "." not in number:
        missing -= number[1:] == "0"
        number += "."
    return number + "0" * missing + tail
