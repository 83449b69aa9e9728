"""Go's `fmt.Sprintf`: reading the format and handing each operand to its verb."""

from __future__ import annotations

from . import limits
from .format import Flags, Printer
from .values import kind_of, type_of

_FLAGS = {"#": "sharp", "0": "zero", "+": "plus", "-": "minus", " ": "space"}
_INTEGER_KINDS = ("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32")


def sprintf(form: str, *args: object) -> str:
    """Format operands as Go does, its complaints (`%!d(string=x)`) included.

    Args:
        form: the format.
        args: the operands.
    """
    return _Format(form, args).run()


class _Format:
    def __init__(self, form: str, args: tuple[object, ...]) -> None:
        self._form = form
        self._args = args
        self._at = 0
        self._arg = 0
        self._reordered = False
        self._good_index = True
        self._after_index = False
        self._out: list[str] = []
        self._size = 0

    def run(self) -> str:
        while True:
            found = self._form.find("%", self._at)
            if found < 0:
                self._write(self._form[self._at :])
                break
            self._write(self._form[self._at : found])
            self._at = found + 1
            if not self._verb():
                break
        if not self._reordered and self._arg < len(self._args):
            extra = ", ".join(_described(arg) for arg in self._args[self._arg :])
            self._write(f"%!(EXTRA {extra})")
        return "".join(self._out)

    def _write(self, text: str) -> None:
        self._size += len(text)
        limits.check_size(self._size, "a formatted text")
        self._out.append(text)

    def _peek(self) -> str:
        return self._form[self._at : self._at + 1]

    def _verb(self) -> bool:
        flags = Flags()
        while (name := _FLAGS.get(self._peek())) is not None:
            setattr(flags, name, True)
            self._at += 1
        self._good_index, self._after_index = True, False
        self._index()
        self._width(flags)
        if self._peek() == ".":
            self._precision(flags)
        if not self._after_index:
            self._index()
        verb = self._peek()
        if not verb:
            self._write("%!(NOVERB)")
            return False
        self._at += 1
        self._operand(verb, flags)
        return True

    def _operand(self, verb: str, flags: Flags) -> None:
        if verb == "%":
            self._write("%")
        elif not self._good_index:
            self._write(f"%!{verb}(BADINDEX)")
        elif self._arg >= len(self._args):
            self._write(f"%!{verb}(MISSING)")
        else:
            if verb in "vw":
                flags.go_syntax()
            arg = self._args[self._arg]
            self._arg += 1
            self._write(Printer(flags).arg(arg, verb))

    def _width(self, flags: Flags) -> None:
        if self._peek() == "*":
            self._at += 1
            width = self._star()
            if width is None:
                self._write("%!(BADWIDTH)")
            elif width < 0:
                width, flags.minus, flags.zero = -width, True, False
            flags.width = width
            self._after_index = False
            return
        flags.width = self._number()
        if self._after_index and flags.width is not None:
            self._good_index = False

    def _precision(self, flags: Flags) -> None:
        self._at += 1
        if self._after_index:
            self._good_index = False
        self._index()
        if self._peek() == "*":
            self._at += 1
            precision = self._star()
            if precision is None or precision < 0:
                self._write("%!(BADPREC)")
                precision = None
            flags.precision = precision
            self._after_index = False
        else:
            flags.precision = self._number() or 0

    def _star(self) -> int | None:
        """The width or precision that an operand gives."""
        if self._arg >= len(self._args):
            return None
        value = self._args[self._arg]
        self._arg += 1
        if kind_of(value) not in _INTEGER_KINDS or not isinstance(value, int):
            return None
        return int(value) if abs(value) <= limits.FORMAT_WIDTH else None

    def _number(self) -> int | None:
        start = self._at
        while "0" <= self._peek() <= "9":
            self._at += 1
        if self._at == start:
            return None
        digits = self._form[start : self._at]
        if len(digits) > 7 or int(digits) > limits.FORMAT_WIDTH:
            self._at = len(self._form)  # Go gives up on the rest of the format
            return None
        return int(digits)

    def _index(self) -> None:
        """An explicit operand number, `[2]`."""
        if self._peek() != "[":
            return
        self._reordered = True
        close = self._form.find("]", self._at)
        if close < 0:
            self._good_index = False
            self._at += 1
            return
        digits = self._form[self._at + 1 : close]
        self._at = close + 1
        valid = digits.isascii() and digits.isdigit() and len(digits) < 8
        if valid and 1 <= int(digits) <= len(self._args):
            self._arg = int(digits) - 1
            self._after_index = True
            return
        self._good_index = False
        self._after_index = valid


def _described(arg: object) -> str:
    go_type = type_of(arg)
    if go_type is None:
        return "<nil>"
    return f"{go_type.name}={Printer(Flags()).arg(arg, 'v')}"
