"""Where a word's content comes from: through variables, `read`, arrays and templates.

Only what the text itself shows: a variable stands for all values that the script ever gives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Assignment, Command, Part, Word
    from pytest_kanister._kanister.blueprint.lint.shell.scripts import Script
    from pytest_kanister._kanister.blueprint.lint.templates.reading import Printed, Reference

__all__ = ["Flow", "Origin", "Source", "kind_of", "kind_of_reference"]

Kind = Literal["secret", "profile", "free", "artifact", "output", "time", "place", "other"]
"""secret: a password and its like; profile: the Profile as a whole; free: text that a person chose
and that may hold any character; place: a name of an object, or what is as harmless."""

Origin = Literal["template", "environment"]
_DEPTH = 6
_SECRET_KEY = re.compile(
    r"pass|pwd|secret|token|private|credential|api[-_]?key|access[-_]?key(?![-_]?id)|^key$",
    re.IGNORECASE,
)
"""Keys of a Secret that hold secrets; a Secret keeps names, addresses and regions as well."""

_SECRET_NAME = re.compile(
    r"(^|_)(PASS|PASSWD|PASSWORD|PWD|SECRET|TOKEN|APIKEY|API_KEY|PRIVATE_KEY|SECRET_KEY|"
    r"SECRET_ACCESS_KEY)($|_)",
)
_NOT_SECRET_NAME = frozenset({"PWD", "OLDPWD"})
_NAMES = frozenset({"StatefulSet", "Deployment", "DeploymentConfig", "PVC", "Namespace"})


@dataclass(frozen=True)
class Source:
    """Something that a word holds.

    Attributes:
        kind: what it is.
        part: the part of the word asked about through which it comes.
        origin: a template of the Blueprint, or a variable of the pod.
        printed: the template.
        direct: whether the template stands in the word itself.
    """

    kind: Kind
    part: Part
    origin: Origin
    printed: Printed | None = None
    direct: bool = True


def kind_of(printed: Printed, variable: str = "") -> Kind:
    """What a template prints: the most delicate thing that it reads.

    Args:
        printed: the template.
        variable: the variable that takes it, whose name may say that it is a secret.
    """
    kinds = [kind_of_reference(ref) for ref in printed.references]
    if is_secret_name(variable) and any(_is_of_secret(ref) for ref in printed.references):
        return "secret"
    called = {call.name for call in printed.calls}
    if called & {"len", "sha256sum", "sha1sum", "int", "eq"}:
        return "place"
    order: tuple[Kind, ...] = ("secret", "profile", "free", "artifact", "output", "time", "place")
    return next((kind for kind in order if kind in kinds), "other")


def kind_of_reference(reference: Reference) -> Kind:
    """What a parameter is."""
    names = reference.names
    if names[0] == "Profile":
        if len(names) == 1:
            return "profile"
        return "secret" if _is_credential(names) else "place"
    if _is_of_secret(reference):
        return "secret" if _SECRET_KEY.search(names[-1]) else "free"
    if names[:2] == ("Object", "data"):
        return "free"  # a ConfigMap's
    if names[0] in ("Options", "ConfigMaps") or "ConfigMaps" in names[:3]:
        return "free"
    if names[:3] == ("Object", "metadata", "annotations"):
        return "free"
    if names[0] == "ArtifactsIn":
        return "artifact"
    if "Output" in names[:3]:
        return "output"
    if names[0] == "Time":
        return "time"
    return "place" if names[0] in (*_NAMES, "Object") else "other"


def _is_of_secret(reference: Reference) -> bool:
    """Whether it is data of a Secret; as `.Object` a Secret's data are base64."""
    names = reference.names
    if names[:2] == ("Object", "data"):
        return "b64dec" in reference.converted
    return "Secrets" in names[:3] and "Data" in names


def _is_credential(names: tuple[str, ...]) -> bool:
    if names[1:2] != ("Credential",):
        return False
    return names[-1] not in ("ID", "Type", "aws_access_key_id", "Username", "Hostname", "role")


class Flow:
    """A script's variables."""

    def __init__(self, script: Script) -> None:
        self.script = script

    @cached_property
    def _assigned(self) -> dict[str, list[Assignment]]:
        found: dict[str, list[Assignment]] = {}
        for assignment in self.script.program.assignments:
            found.setdefault(assignment.name, []).append(assignment)
        return found

    def assignments(self, name: str) -> list[Assignment]:
        """Every place where a variable gets a value."""
        return self._assigned.get(name, [])

    def sources(self, word: Word) -> Iterator[Source]:
        """What a word holds, through variables."""
        for part in word.parts:
            for kind, origin, printed, direct in self._of_part(part, _DEPTH, frozenset()):
                yield Source(kind, part, origin, printed, direct)

    def kinds(self, word: Word) -> set[Kind]:
        """The kinds of all that a word holds."""
        return {source.kind for source in self.sources(word)}

    def _of_part(
        self, part: Part, depth: int, seen: frozenset[str]
    ) -> Iterator[tuple[Kind, Origin, Printed | None, bool]]:
        if part.kind == "placeholder":
            printed = self.script.printed(part)
            yield kind_of(printed), "template", printed, True
        elif part.kind == "variable" and depth and part.text not in seen:
            if part.operator.startswith((":+", "+")) or part.operator.startswith("#"):
                return
            assigned = self.assignments(part.text)
            if not assigned and is_secret_name(part.text):
                yield "secret", "environment", None, False
            for assignment in assigned:
                for word in assignment.words:
                    for inner in word.parts:
                        found = self._of_part(inner, depth - 1, seen | {part.text})
                        for kind, origin, template, _ in found:
                            if template is not None and kind == "free":
                                kind = kind_of(template, assignment.name)
                            yield kind, origin, template, False

    def text(self, word: Word) -> str:
        """A word's text with variables filled in where they have one plain value; else NUL."""
        return "".join(self._text_of(part, _DEPTH) for part in word.parts)

    def _text_of(self, part: Part, depth: int) -> str:
        if part.kind == "text":
            return part.text
        if part.kind == "variable" and depth and not part.operator:
            values = [a for a in self.assignments(part.text) if not a.appends]
            if len(values) == 1 and len(values[0].words) == 1 and not values[0].is_array:
                return "".join(self._text_of(p, depth - 1) for p in values[0].words[0].parts)
        return "\0"

    def parts(self, word: Word, depth: int = _DEPTH) -> Iterator[Part]:
        """A word's parts with variables replaced by their only value's parts."""
        for part in word.parts:
            values = [a for a in self.assignments(part.text) if not a.appends]
            if part.kind == "variable" and depth and len(values) == 1 and len(values[0].words) == 1:
                yield from self.parts(values[0].words[0], depth - 1)
            else:
                yield part

    def argv(self, command: Command) -> list[str]:
        """Name and arguments as texts, wrappers like `env` and `kubectl exec … --` taken off.

        A command kept in a variable is taken out of it; NUL stands for what is not plain.
        """
        return _unwrapped([text for text, _ in self._argv(command)])

    def words(self, command: Command) -> list[tuple[str, Word]]:
        """As `argv`, wrappers included, each text with the word that it came from."""
        return list(self._argv(command))

    def _argv(self, command: Command) -> Iterator[tuple[str, Word]]:
        for number, word in enumerate(command.words):
            part = word.parts[0] if len(word.parts) == 1 else None
            if part is not None and part.kind == "variable" and self._is_list(part, number):
                yield from self._elements(part, word)
            else:
                yield self.text(word), word

    def _is_list(self, part: Part, number: int) -> bool:
        assigned = self.assignments(part.text)
        if any(assignment.is_array for assignment in assigned):
            return True
        return number == 0 and part.quoting == "none" and len(assigned) == 1

    def _elements(self, part: Part, word: Word) -> Iterator[tuple[str, Word]]:
        for assignment in self.assignments(part.text):
            for value in assignment.words:
                text = self.text(value)
                if assignment.is_array:
                    inner = value.parts[0] if len(value.parts) == 1 else None
                    if inner is not None and inner.kind == "variable" and inner.text != part.text:
                        yield from self._elements(inner, value)
                    else:
                        yield text, word
                else:
                    for piece in text.split():
                        yield piece, word


def is_secret_name(name: str) -> bool:
    """Whether a variable's name says that it holds a secret."""
    return name not in _NOT_SECRET_NAME and _SECRET_NAME.search(name) is not None


_WRAPPERS = {"env", "envdir", "sudo", "gosu", "time", "exec", "timeout", "nice", "nohup", "command"}
_ONE_ARGUMENT = {"envdir", "gosu", "timeout"}


def _unwrapped(argv: list[str]) -> list[str]:
    while argv:
        name = argv[0].rsplit("/", 1)[-1]
        if name in ("kubectl", "oc") and "exec" in argv and "--" in argv:
            argv = argv[argv.index("--") + 1 :]
        elif name in _WRAPPERS:
            argv = argv[1:]
            while argv and (argv[0].startswith("-") or "=" in argv[0]):
                argv = argv[1:]
            if name in _ONE_ARGUMENT and argv:
                argv = argv[1:]
        else:
            return [name, *argv[1:]]
    return argv
