"""Reading a regular expression in RE2's Perl-like syntax, with Go's complaints.

Over 300 lines, since the productions are mutually recursive and share one place in the text.
"""

from __future__ import annotations

import unicodedata

from .tree import CharSet, Choice, Empty, Group, Node, Repeat, Sequence

MOST_REPEATS = 1000
_DEEPEST = 100
_TOP = 0x10FFFF

_PERL = {
    "d": [(0x30, 0x39)],
    "s": [(9, 10), (12, 13), (32, 32)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
}
_POSIX = {
    "alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "ascii": [(0, 0x7F)],
    "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 0x1F), (0x7F, 0x7F)],
    "digit": [(0x30, 0x39)],
    "graph": [(0x21, 0x7E)],
    "lower": [(0x61, 0x7A)],
    "print": [(0x20, 0x7E)],
    "punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "space": [(9, 13), (32, 32)],
    "upper": [(0x41, 0x5A)],
    "word": _PERL["w"],
    "xdigit": [(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
}
_C_ESCAPES = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_CATEGORIES = {
    "C": "cfos",
    "L": "lmotu",
    "M": "cen",
    "N": "dlo",
    "P": "cdefios",
    "S": "ckmo",
    "Z": "lps",
}


class BadExpression(Exception):
    """Go's error about an expression, without its `error parsing regexp: `."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what}: `{where}`")


def parse(text: str) -> tuple[Node, int, dict[str, tuple[int, ...]]]:
    """Read an expression.

    Returns:
        the tree, the number of captures, and the numbers of the named ones by name.

    Raises:
        BadExpression: it is none.
    """
    parser = _Parser(text)
    return parser.whole(), parser.captures, parser.names


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._flags = frozenset[str]()
        self.captures = 0
        self.names: dict[str, tuple[int, ...]] = {}

    def whole(self) -> Node:
        node = self._choice()
        if self._at < len(self._text):
            raise BadExpression("unexpected )", self._text)
        return node

    def _rest(self) -> str:
        return self._text[self._at :]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _choice(self) -> Node:
        """Up to the end or a closing parenthesis; flags set inside end with it."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadExpression("expression nests too deeply", self._text)
        kept = self._flags
        options = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            options.append(self._sequence())
        self._flags = kept
        self._depth -= 1
        return options[0] if len(options) == 1 else Choice(options)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        repeated_at = -1
        while (character := self._peek()) and character not in "|)":
            start = self._at
            if character in "*+?" or (character == "{" and self._counts() is not None):
                if not parts:
                    raise BadExpression(
                        "missing argument to repetition operator", self._operator(start)
                    )
                if repeated_at >= 0:
                    self._operator(start)
                    bad = self._text[repeated_at : self._at]
                    raise BadExpression("invalid nested repetition operator", bad)
                parts[-1] = self._repeat(parts[-1])
                repeated_at = start
                continue
            repeated_at = -1
            atom = self._atom()
            if atom is not None:
                parts.append(atom)
        return parts[0] if len(parts) == 1 else Sequence(parts)

    def _operator(self, start: int) -> str:
        """Pass over a repetition operator and return its text."""
        counts = self._counts() if self._peek() == "{" else None
        self._at = counts[2] if counts else self._at + 1
        if self._peek() == "?":
            self._at += 1
        return self._text[start : self._at]

    def _counts(self) -> tuple[int, int | None, int] | None:
        """`{n}`, `{n,}` or `{n,m}` here: both numbers and the end; None if it is a literal."""
        close = self._text.find("}", self._at)
        inside = self._text[self._at + 1 : close] if close > 0 else ""
        low, comma, high = inside.partition(",")
        if not _is_count(low) or (comma and high and not _is_count(high)):
            return None
        most = int(low) if not comma else int(high) if high else None
        return int(low), most, close + 1

    def _repeat(self, inner: Node) -> Node:
        start = self._at
        character = self._peek()
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(character, (0, None))
        counts = self._counts() if character == "{" else None
        if counts:
            least, most = counts[0], counts[1]
        written = self._operator(start)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise BadExpression("invalid repeat count", written.rstrip("?"))
        greedy = written.endswith("?") is ("U" in self._flags) or written == "?"
        if written == "?" and "U" in self._flags:
            greedy = False
        made = Repeat(inner, least, most, greedy)
        if counts and not _fits(made, MOST_REPEATS):
            raise BadExpression("invalid repeat count", written)
        return made

    def _atom(self) -> Node | None:
        character = self._peek()
        match character:
            case "(":
                return self._group()
            case "[":
                return self._bracket()
            case "\\":
                return self._escape()
            case ".":
                self._at += 1
                return CharSet([] if "s" in self._flags else [(10, 10)], negated=True)
            case "^":
                self._at += 1
                return Empty("line-start" if "m" in self._flags else "start")
            case "$":
                self._at += 1
                return Empty("line-end" if "m" in self._flags else "end")
        self._at += 1
        return self._literal(ord(character))

    def _literal(self, code: int) -> CharSet:
        return CharSet([(code, code)], fold="i" in self._flags)

    def _group(self) -> Node | None:
        start = self._at
        if not self._text.startswith("(?", start):
            self._at += 1
            self.captures += 1
            return self._close(self.captures)
        for opening in ("(?P<", "(?<"):
            if self._text.startswith(opening, start) and self._text[start + 3 : start + 4] not in (
                ("=", "!") if opening == "(?<" else ()
            ):
                return self._named(start, len(opening))
        return self._flag_group(start)

    def _named(self, start: int, length: int) -> Node:
        end = self._text.find(">", start)
        if end < 0:
            raise BadExpression("invalid named capture", self._rest())
        name = self._text[start + length : end]
        whole = self._text[start : end + 1]
        if not name or not all(c == "_" or (c.isascii() and c.isalnum()) for c in name):
            raise BadExpression("invalid named capture", whole)
        self.captures += 1
        self.names[name] = (*self.names.get(name, ()), self.captures)
        self._at = end + 1
        return self._close(self.captures)

    def _close(self, index: int) -> Node:
        inner = self._choice()
        if self._peek() != ")":
            raise BadExpression("missing closing )", self._text)
        self._at += 1
        return Group(index, inner) if index else inner

    def _flag_group(self, start: int) -> Node | None:
        """`(?flags)` or `(?flags:…)`."""
        self._at = start + 2
        flags, negative, seen = set(self._flags), False, False
        while character := self._peek():
            self._at += 1
            if character in "imsU":
                (flags.discard if negative else flags.add)(character)
                seen = True
            elif character == "-" and not negative:
                negative, seen = True, False
            elif character in ":)" and not (negative and not seen):
                outer = self._flags
                self._flags = frozenset(flags)
                if character == ")":
                    return None
                inner = self._close(0)
                self._flags = outer
                return inner
            else:
                break
        bad = self._text[start : self._at]
        raise BadExpression("invalid or unsupported Perl syntax", bad)

    def _escape(self) -> Node:
        start = self._at
        character = self._text[start + 1 : start + 2]
        self._at += 2
        if character in ("A", "z", "b", "B") and character:
            names = {"A": "start", "z": "end", "b": "word", "B": "no-word"}
            return Empty(names[character])
        if character == "C":
            raise BadExpression("invalid escape sequence", "\\C")
        if character == "Q":
            return self._quoted()
        ranges = self._class_escape(start)
        if ranges is not None:
            return ranges
        self._at = start
        return self._literal(self._code_escape())

    def _quoted(self) -> Node:
        end = self._text.find("\\E", self._at)
        text = self._text[self._at : end if end >= 0 else None]
        self._at = end + 2 if end >= 0 else len(self._text)
        return Sequence([self._literal(ord(character)) for character in text])

    def _class_escape(self, start: int) -> CharSet | None:
        """A Perl or Unicode class that begins at `start`, with the place behind its letter."""
        character = self._text[start + 1 : start + 2]
        if character.lower() in _PERL and character:
            fold = "i" in self._flags
            return CharSet(_PERL[character.lower()], negated=character.isupper(), fold=fold)
        if character not in ("p", "P") or not character:
            return None
        name = self._text[self._at : self._at + 1]
        self._at += 1
        if name == "{":
            close = self._text.find("}", self._at)
            if close < 0:
                raise BadExpression("invalid character class range", self._text[start:])
            name = self._text[self._at : close]
            self._at = close + 1
        negated = (character == "P") is not name.startswith("^")
        category = name.removeprefix("^")
        if category == "Any":
            return CharSet([(0, _TOP)], negated=negated)
        if not _is_category(category):
            where = self._text[start : self._at]
            raise BadExpression("invalid character class range", where)
        return CharSet([], categories=[(category, negated)])

    def _code_escape(self) -> int:
        """The code point of an escaped character."""
        start = self._at
        character = self._text[start + 1 : start + 2]
        if not character:
            raise BadExpression("trailing backslash at end of expression", "")
        self._at += 2
        if character in "01234567":
            digits = character
            octal = character == "0" or self._peek() in tuple("01234567")
            while octal and len(digits) < 3 and self._peek() in tuple("01234567"):
                digits += self._peek()
                self._at += 1
            if octal:
                return int(digits, 8)
        elif character == "x":
            return self._hexadecimal(start)
        elif character in _C_ESCAPES:
            return _C_ESCAPES[character]
        elif character < "\x80" and not character.isalnum():
            return ord(character)
        raise BadExpression("invalid escape sequence", self._text[start : self._at])

    def _hexadecimal(self, start: int) -> int:
        """The code point of a hexadecimal escape, with or without braces, whose x has been read."""
        braces = self._peek() == "{"
        self._at += braces
        digits = ""
        while braces or len(digits) < 2:
            character = self._peek()
            self._at += len(character)
            if braces and character == "}" and digits:
                break
            digits += character
            if character not in tuple("0123456789abcdefABCDEF") or int(digits, 16) > _TOP:
                raise BadExpression("invalid escape sequence", self._text[start : self._at])
        return int(digits, 16)

    def _bracket(self) -> CharSet:
        start = self._at
        self._at += 1
        made = CharSet([], fold="i" in self._flags)
        if self._peek() == "^":
            self._at += 1
            made.negated = True
        first = True
        while self._peek() != "]" or first:
            if not self._peek():
                raise BadExpression("missing closing ]", self._text[start:])
            self._bracket_item(start, made)
            first = False
        self._at += 1
        return made

    def _bracket_item(self, start: int, made: CharSet) -> None:
        if self._text.startswith("[:", self._at):
            close = self._text.find(":]", self._at + 2)
            if close >= 0:
                self._posix(close, made)
                return
        if self._peek() == "\\":
            before = self._at
            self._at += 2
            found = self._class_escape(before)
            if found is not None:
                made.ranges += _inverted(found.ranges) if found.negated else found.ranges
                made.categories += found.categories
                return
            self._at = before
        begin = self._at
        low = self._bracket_code(start)
        high = low
        following = self._text[self._at + 1 : self._at + 2]
        if self._peek() == "-" and following not in ("]", ""):
            self._at += 1
            high = self._bracket_code(start)
            if high < low:
                where = self._text[begin : self._at]
                raise BadExpression("invalid character class range", where)
        made.ranges.append((low, high))

    def _bracket_code(self, start: int) -> int:
        if not self._peek():
            raise BadExpression("missing closing ]", self._text[start:])
        if self._peek() == "\\":
            return self._code_escape()
        self._at += 1
        return ord(self._text[self._at - 1])

    def _posix(self, close: int, made: CharSet) -> None:
        name = self._text[self._at + 2 : close]
        found = _POSIX.get(name.removeprefix("^"))
        if found is None:
            where = self._text[self._at : close + 2]
            raise BadExpression("invalid character class range", where)
        made.ranges += _inverted(found) if name.startswith("^") else found
        self._at = close + 2


def _fits(node: Node, repeats: int) -> bool:
    """Whether nested repetitions multiply to no more than so many."""
    match node:
        case Repeat():
            times = node.least if node.most is None else node.most
            if times > repeats:
                return False
            return node.most == 0 or _fits(node.inner, repeats // max(1, times))
        case Group():
            return _fits(node.inner, repeats)
        case Sequence():
            return all(_fits(part, repeats) for part in node.parts)
        case Choice():
            return all(_fits(option, repeats) for option in node.options)
    return True


def _is_category(name: str) -> bool:
    """Whether it is a Unicode category; scripts are refused like unknown names."""
    kinds = _CATEGORIES.get(name[:1])
    return kinds is not None and (len(name) == 1 or (len(name) == 2 and name[1] in kinds))


def _is_count(text: str) -> bool:
    plain = text.isascii() and text.isdigit() and len(text) < 9
    return plain and (text == "0" or not text.startswith("0"))


def _inverted(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            out.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _TOP:
        out.append((start, _TOP))
    return out


def in_set(node: CharSet, character: str) -> bool:
    """Whether a character belongs to a set."""
    codes = [ord(character)]
    if node.fold:
        lower, upper = character.lower(), character.upper()
        folded = (lower, upper, upper.lower(), lower.upper())
        codes += [ord(other) for other in folded if len(other) == 1]
    found = any(low <= code <= high for code in codes for low, high in node.ranges)
    if not found and node.categories:
        category = unicodedata.category(character)
        found = any(category.startswith(name) is not negated for name, negated in node.categories)
    return found is not node.negated
