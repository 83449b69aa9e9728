"""semver and semverCompare by version 1.5 of sprig's library, whose rules differ from version 3's.

`^0.1.0` accepts `0.2.0`; several conditions are joined by commas, not by spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import FunctionError
from ..numbers import INT64_MAX
from ..types import BUILTIN
from ..values import GoStruct, HasMethods, Marshaler, Ptr, Stringer
from .registry import Family

if TYPE_CHECKING:
    from collections.abc import Callable

semvers = Family()

_TAIL = (
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
    r"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
)
_VERSION = re.compile(r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?" + _TAIL)
_CONDITION_VERSION = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?" + _TAIL
_SPACE = r"[\t\n\f\r ]"
_OPERATOR = r"(!=|>=|=>|<=|=<|~>|=|>|<|~|\^|)"
_CONDITION = re.compile(rf"{_SPACE}*{_OPERATOR}{_SPACE}*({_CONDITION_VERSION}){_SPACE}*")
_RANGE = re.compile(
    rf"{_SPACE}*({_CONDITION_VERSION}){_SPACE}+-{_SPACE}+({_CONDITION_VERSION}){_SPACE}*"
)
_IDENTIFIERS = re.compile(r"[0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*")
_LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class _Version:
    major: int
    minor: int
    patch: int
    pre: str
    metadata: str
    original: str

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        return (
            text
            + (f"-{self.pre}" if self.pre else "")
            + (f"+{self.metadata}" if self.metadata else "")
        )

    def compare(self, other: _Version) -> int:
        """-1, 0 or 1; build metadata do not count."""
        mine = (self.major, self.minor, self.patch)
        others = (other.major, other.minor, other.patch)
        if mine != others:
            return 1 if mine > others else -1
        if not self.pre or not other.pre:
            return (not self.pre) - (not other.pre)
        return _compare_prerelease(self.pre, other.pre)


def _compare_prerelease(one: str, other: str) -> int:
    left, right = one.split("."), other.split(".")
    for index in range(max(len(left), len(right))):
        mine = left[index] if index < len(left) else ""
        others = right[index] if index < len(right) else ""
        if mine == others:
            continue
        if not mine or not others:
            return 1 if mine else -1
        if mine.isdigit() and others.isdigit():
            return 1 if int(mine) > int(others) else -1
        if mine.isdigit() != others.isdigit():
            return -1 if mine.isdigit() else 1
        return 1 if mine > others else -1
    return 0


def _parse(text: str) -> _Version:
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise FunctionError("Invalid Semantic Version")
    numbers = []
    for group in (match[1], match[2], match[3]):
        digits = (group or "0").removeprefix(".")
        if int(digits) > INT64_MAX:
            raise FunctionError(
                "Error parsing version segment: strconv.ParseInt: "
                f'parsing "{digits}": value out of range'
            )
        numbers.append(int(digits))
    major, minor, patch = numbers
    return _Version(major, minor, patch, match[5] or "", match[8] or "", text)


class SemanticVersion(Ptr, Stringer, HasMethods, Marshaler):
    """A `*semver.Version`.

    Args:
        version: what it points to.
    """

    __slots__ = ("version",)

    def __init__(self, version: _Version) -> None:
        super().__init__(BUILTIN.type("*semver.Version"), _struct(version))
        self.version = version

    def go_string(self) -> str:
        """The normalized version."""
        return str(self.version)

    def go_json(self) -> object:
        """What JSON has of it: the text."""
        return str(self.version)

    def go_methods(self) -> dict[str, tuple[str, Callable[..., object]]]:
        """The methods that a template may call."""
        version = self.version

        def compare(other: SemanticVersion) -> int:
            return version.compare(other.version)

        return {
            "Major": ("-> int64", lambda: version.major),
            "Minor": ("-> int64", lambda: version.minor),
            "Patch": ("-> int64", lambda: version.patch),
            "Prerelease": ("-> string", lambda: version.pre),
            "Metadata": ("-> string", lambda: version.metadata),
            "Original": ("-> string", lambda: version.original),
            "String": ("-> string", self.go_string),
            "Compare": ("*semver.Version -> int", compare),
            "LessThan": ("*semver.Version -> bool", lambda other: compare(other) < 0),
            "GreaterThan": ("*semver.Version -> bool", lambda other: compare(other) > 0),
            "Equal": ("*semver.Version -> bool", lambda other: compare(other) == 0),
            "IncMajor": ("-> semver.Version", lambda: _next(version, 0)),
            "IncMinor": ("-> semver.Version", lambda: _next(version, 1)),
            "IncPatch": ("-> semver.Version", lambda: _next(version, 2)),
            "SetPrerelease": (
                "string -> semver.Version",
                lambda text: _changed(version, "Prerelease", text),
            ),
            "SetMetadata": (
                "string -> semver.Version",
                lambda text: _changed(version, "Metadata", text),
            ),
        }


def _struct(version: _Version) -> GoStruct:
    names = ("major", "minor", "patch", "pre", "metadata", "original")
    values = {name: getattr(version, name) for name in names}
    return GoStruct(BUILTIN.type("semver.Version"), values)


def _renamed(version: _Version, before: _Version) -> GoStruct:
    prefix = "v" if before.original.startswith("v") else ""
    fields = (version.major, version.minor, version.patch, version.pre, version.metadata)
    return _struct(_Version(*fields, prefix + str(version)))


def _next(version: _Version, place: int) -> GoStruct:
    """A patch release of a prerelease is the release itself."""
    numbers = [version.major, version.minor, version.patch]
    if place < 2 or not version.pre:
        numbers[place] += 1
        numbers[place + 1 :] = [0] * (2 - place)
    return _renamed(_Version(numbers[0], numbers[1], numbers[2], "", "", ""), version)


def _changed(version: _Version, what: str, text: str) -> GoStruct:
    if text and (len(text) > _LONGEST_TEXT or not _IDENTIFIERS.fullmatch(text)):
        raise FunctionError(f"Invalid {what} string")
    pre = text if what == "Prerelease" else version.pre
    metadata = text if what == "Metadata" else version.metadata
    changed = _Version(version.major, version.minor, version.patch, pre, metadata, "")
    return _renamed(changed, version)


@semvers.add("semver", "string -> *semver.Version")
def _semver(text: str) -> SemanticVersion:
    return SemanticVersion(_parse(text))


@dataclass(frozen=True, slots=True)
class _Condition:
    operator: str
    version: _Version
    dirty: bool = False
    minor_dirty: bool = False
    patch_dirty: bool = False

    def accepts(self, version: _Version) -> bool:
        """Whether a version fulfils it."""
        if version.pre and not self.version.pre and (self.operator != "!=" or self.dirty):
            return False
        order = version.compare(self.version)
        match self.operator:
            case "!=":
                return self._differs(version) if self.dirty else order != 0
            case ">":
                return order > 0
            case ">=" | "=>":
                return order >= 0
            case "<":
                return self._is_not_above(version) if self.dirty else order < 0
            case "<=" | "=<":
                return self._is_not_above(version) if self.dirty else order <= 0
            case "^":
                return order >= 0 and version.major == self.version.major
            case "" | "=" if not self.dirty:
                return order == 0
        return order >= 0 and self._is_near(version)

    def _differs(self, version: _Version) -> bool:
        if version.major != self.version.major:
            return True
        return version.minor != self.version.minor and not self.minor_dirty

    def _is_not_above(self, version: _Version) -> bool:
        if version.major > self.version.major:
            return False
        return self.minor_dirty or version.minor <= self.version.minor

    def _is_near(self, version: _Version) -> bool:
        own = self.version
        zero = own.major == own.minor == own.patch == 0
        if zero and not self.minor_dirty and not self.patch_dirty:
            return True
        same_minor = version.minor == own.minor or self.minor_dirty
        return version.major == own.major and same_minor


def _condition(text: str) -> _Condition:
    match = _CONDITION.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise FunctionError(f"improper constraint: {text}")
    operator, written, major, minor, patch, tail = (match[i] or "" for i in range(1, 7))
    wild = ("x", "X", "*")
    dirty, minor_dirty, patch_dirty = True, False, False
    if major in wild:
        written = "0.0.0"
    elif not minor or minor[1:] in wild:
        minor_dirty, written = True, f"{major}.0.0{tail}"
    elif patch[1:] in wild:
        patch_dirty, written = True, f"{major}{minor}.0{tail}"
    else:
        dirty = False
    try:
        version = _parse(written)
    except FunctionError:
        raise FunctionError("constraint Parser Error") from None
    return _Condition(operator, version, dirty, minor_dirty, patch_dirty)


@semvers.add("semverCompare", "string, string -> bool")
def _semver_compare(constraint: str, text: str) -> bool:
    if len(constraint) > _LONGEST_TEXT:
        raise FunctionError(f"limit: a constraint longer than {_LONGEST_TEXT} characters")
    written = _RANGE.sub(lambda match: f">= {match[1]}, <= {match[11]}", constraint)
    groups = [[_condition(one) for one in group.split(",")] for group in written.split("||")]
    version = _parse(text)
    return any(all(one.accepts(version) for one in group) for group in groups)
