"""From template text to tokens, as Go's `text/template/parse` lexer cuts them.

Over 300 lines, since every kind of token reads from the same place in the same text.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from .quoting import quote, unicode_point

LEFT, RIGHT = "{{", "}}"
_SPACES = " \t\r\n"
_TERMINATORS = ".,|:)("

KEYWORDS = frozenset(
    "block break continue define else end if range nil template with".split()  # noqa: SIM905 - reads as the list in Go's documentation
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        kind: text, left, right, space, pipe, declare, assign, char, `(`, `)`, string, raw, rune,
            number, complex, bool, identifier, field, variable, dot, keyword, eof, error.
        value: its text; of an error the message.
        position: character offset of its beginning.
        line: 1-based line of its beginning.
    """

    kind: str
    value: str
    position: int
    line: int

    def is_keyword(self, word: str) -> bool:
        """Whether this is that keyword."""
        return self.kind == "keyword" and self.value == word

    def __str__(self) -> str:
        """As Go's parser shows it in an error."""
        if self.kind == "eof":
            return "EOF"
        if self.kind == "error":
            return self.value
        if self.kind in ("keyword", "dot"):
            return f"<{self.value}>"
        if len(self.value.encode("utf-8", "surrogateescape")) > 10:
            return quote(self.value[:10]) + "..."
        return quote(self.value)


class Lexer:
    """Yields the tokens of one template text, one at a time (the parser steers by errors).

    Args:
        text: the template.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._start = 0
        self._line = 1
        self._inside = False
        self._parens = 0
        self._failed = False

    def next(self) -> Token:
        """The next token; after the end always `eof`."""
        if self._failed:
            return Token("eof", "EOF", 0, self._line)
        if self._inside:
            return self._action()
        while (token := self._plain_text()) is None:
            pass  # a comment
        return token

    def _emit(self, kind: str) -> Token:
        value = self._text[self._start : self._at]
        token = Token(kind, value, self._start, self._line)
        self._line += value.count("\n")
        self._start = self._at
        return token

    def _ignore(self) -> None:
        self._line += self._text.count("\n", self._start, self._at)
        self._start = self._at

    def _fail(self, message: str) -> Token:
        self._failed = True
        return Token("error", message, self._start, self._line)

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _plain_text(self) -> Token | None:
        found = self._text.find(LEFT, self._at)
        if found < 0:
            self._at = len(self._text)
            return self._emit("text" if self._at > self._start else "eof")
        if found > self._at:
            self._at = found
            end = found
            if self._trims_left(found + len(LEFT)):
                while end > self._start and self._text[end - 1] in _SPACES:
                    end -= 1
            self._at = end
            token = self._emit("text")
            self._at = found
            self._ignore()
            if token.value:
                return token
        return self._left_delimiter()

    def _trims_left(self, at: int) -> bool:
        return self._text[at : at + 1] == "-" and self._text[at + 1 : at + 2] in tuple(_SPACES)

    def _at_right_delimiter(self) -> tuple[bool, bool]:
        here = self._text[self._at : self._at + 4]
        if here[:1] in tuple(_SPACES) and here[1:] == "-" + RIGHT:
            return True, True
        return here.startswith(RIGHT), False

    def _left_delimiter(self) -> Token | None:
        self._at += len(LEFT)
        marker = 2 if self._trims_left(self._at) else 0
        if self._text.startswith("/*", self._at + marker):
            self._at += marker
            self._ignore()
            return self._comment()
        token = self._emit("left")
        self._inside = True
        self._parens = 0
        self._at += marker
        self._ignore()
        return token

    def _comment(self) -> Token | None:
        close = self._text.find("*/", self._at + 2)
        if close < 0:
            return self._fail("unclosed comment")
        self._at = close + 2
        delimiter, trims = self._at_right_delimiter()
        if not delimiter:
            return self._fail("comment ends before closing delimiter")
        self._at += (2 if trims else 0) + len(RIGHT)
        if trims:
            self._skip_spaces()
        self._ignore()
        return None

    def _skip_spaces(self) -> None:
        while self._peek() in tuple(_SPACES):
            self._at += 1

    def _right_delimiter(self, *, trims: bool) -> Token:
        if trims:
            self._at += 2
            self._ignore()
        self._at += len(RIGHT)
        token = self._emit("right")
        if trims:
            self._skip_spaces()
            self._ignore()
        self._inside = False
        return token

    def _action(self) -> Token:
        delimiter, trims = self._at_right_delimiter()
        if delimiter:
            if self._parens:
                return self._fail("unclosed left paren")
            return self._right_delimiter(trims=trims)
        first = self._peek()
        if not first:
            return self._fail("unclosed action")
        if first in _SPACES:
            return self._space()
        self._at += 1
        if first in "=|":
            return self._emit("assign" if first == "=" else "pipe")
        if first == ":":
            if self._peek() != "=":
                return self._fail("expected :=")
            self._at += 1
            return self._emit("declare")
        if first in "\"'":
            return self._quoted(first)
        if first == "`":
            return self._raw()
        if first == "$":
            return self._name("variable", "variable")
        if first == "." and not _is_digit(self._peek()) and self._peek():
            return self._name("field", "dot")
        if first in "+-." or _is_digit(first):
            self._at -= 1
            return self._number()
        if is_alphanumeric(first):
            return self._identifier()
        return self._punctuation(first)

    def _punctuation(self, first: str) -> Token:
        if first == "(":
            self._parens += 1
            return self._emit("(")
        if first == ")":
            self._parens -= 1
            if self._parens < 0:
                return self._fail("unexpected right paren")
            return self._emit(")")
        if " " <= first <= "~":
            return self._emit("char")
        return self._fail(f"unrecognized character in action: {unicode_point(first)}")

    def _space(self) -> Token:
        while self._peek() in tuple(_SPACES):
            self._at += 1
        count = self._at - self._start
        if self._text.startswith("-" + RIGHT, self._at):
            self._at -= 1  # that space belongs to the trim marker
            if count == 1:
                return self._right_delimiter(trims=True)
        return self._emit("space")

    def _at_terminator(self) -> bool:
        following = self._peek()
        if not following or following in _SPACES or following in _TERMINATORS:
            return True
        return self._text.startswith(RIGHT, self._at)

    def _identifier(self) -> Token:
        while is_alphanumeric(self._peek()):
            self._at += 1
        if not self._at_terminator():
            return self._fail(f"bad character {unicode_point(self._peek())}")
        word = self._text[self._start : self._at]
        if word in KEYWORDS:
            return self._emit("keyword")
        return self._emit("bool" if word in ("true", "false") else "identifier")

    def _name(self, kind: str, bare: str) -> Token:
        if self._at_terminator():
            return self._emit(bare)
        while is_alphanumeric(self._peek()):
            self._at += 1
        if not self._at_terminator():
            return self._fail(f"bad character {unicode_point(self._peek())}")
        return self._emit(kind)

    def _quoted(self, mark: str) -> Token:
        what = "quoted string" if mark == '"' else "character constant"
        while True:
            character = self._peek()
            self._at += 1
            if character == "\\":
                character = self._peek()
                self._at += 1
                if character and character != "\n":
                    continue
            if not character or character == "\n":
                return self._fail(f"unterminated {what}")
            if character == mark:
                return self._emit("string" if mark == '"' else "rune")

    def _raw(self) -> Token:
        close = self._text.find("`", self._at)
        if close < 0:
            return self._fail("unterminated raw quoted string")
        self._at = close + 1
        return self._emit("raw")

    def _number(self) -> Token:
        if not self._scan_number():
            return self._bad_number()
        if self._peek() in tuple("+-"):
            if not self._scan_number() or self._text[self._at - 1] != "i":
                return self._bad_number()
            return self._emit("complex")
        return self._emit("number")

    def _bad_number(self) -> Token:
        return self._fail(f"bad number syntax: {quote(self._text[self._start : self._at])}")

    def _accept(self, valid: str) -> bool:
        if self._peek() in tuple(valid):
            self._at += 1
            return True
        return False

    def _accept_run(self, valid: str) -> None:
        while self._accept(valid):
            pass

    def _scan_number(self) -> bool:
        self._accept("+-")
        digits = "0123456789_"
        if self._accept("0"):
            if self._accept("xX"):
                digits = "0123456789abcdefABCDEF_"
            elif self._accept("oO"):
                digits = "01234567_"
            elif self._accept("bB"):
                digits = "01_"
        self._accept_run(digits)
        if self._accept("."):
            self._accept_run(digits)
        exponent = {11: "eE", 23: "pP"}.get(len(digits), "")
        if exponent and self._accept(exponent):
            self._accept("+-")
            self._accept_run("0123456789_")
        self._accept("i")
        if is_alphanumeric(self._peek()):
            self._at += 1
            return False
        return True


def is_alphanumeric(character: str) -> bool:
    """Go's letters, digits and underscore."""
    if not character:
        return False
    category = unicodedata.category(character)
    return character == "_" or category[0] == "L" or category == "Nd"


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"
