"""The scripts of a Blueprint: which shell runs them, with which options, templates as placeholders.

A script stands in an argument `command` (or `backgroundCommand`, `outputCommand`, `initCommand`)
as `[bash, -o, errexit, …, -c, SCRIPT]`, or so in a manifest that KubeOps creates.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import load_documents
from pytest_kanister._kanister.blueprint.lint.shell.parsing import parse_script
from pytest_kanister._kanister.blueprint.lint.texts import Text
from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._kanister.blueprint.lint.model import Place
    from pytest_kanister._kanister.blueprint.lint.shell.model import Part, Program, Word
    from pytest_kanister._kanister.blueprint.lint.templates.reading import Printed, Template
    from pytest_kanister._kanister.blueprint.lint.view import PhaseView

__all__ = ["Script", "scripts_of"]

_COMMANDS = ("command", "backgroundCommand", "outputCommand", "initCommand")
_SHELLS = frozenset({"bash", "sh", "dash", "ash", "ksh", "zsh"})
_OPTION = re.compile(r"[-+][A-Za-z]+")
_LETTERS = {"e": "errexit", "x": "xtrace", "u": "nounset"}


@dataclass(frozen=True, eq=False)
class Script:
    """One script.

    Attributes:
        phase: whose it is.
        shell: `bash`, `sh` …
        options: the options it is started with (`errexit`, `pipefail` …).
        text: the script with placeholders of the same length instead of templates.
        template: the template that holds it.
        source: the text of the file that holds it.
        offsets: for a script inside a manifest: (offset here, offset in the source's text).
        whole: where the shell stands in the file.
    """

    phase: PhaseView
    shell: str
    options: frozenset[str]
    text: str
    template: Template
    source: Text
    shell_place: Place
    offsets: Sequence[tuple[int, int]] = field(default=((0, 0),), repr=False)

    @cached_property
    def program(self) -> Program:
        """The parsed script.

        Raises:
            EnvironmentProblem: the extra `lint` is missing.
        """
        return parse_script(self.text, list(self._placeholders))

    @cached_property
    def _placeholders(self) -> dict[tuple[int, int], Printed]:
        found = {}
        for printed in self.template.printed:
            start = self._inner(printed.start)
            if start is not None:
                found[start, start + printed.end - printed.start] = printed
        return dict(sorted(found.items()))

    @cached_property
    def _by_start(self) -> dict[int, Printed]:
        return {start: printed for (start, _), printed in self._placeholders.items()}

    def printed(self, part: Part) -> Printed:
        """The template behind a placeholder."""
        return self._by_start[part.start]

    def place(self, start: int, end: int | None = None) -> Place:
        """Where a stretch of the script stands in the file."""
        outer = self.outer(start)
        return self.source.place(outer, None if end is None else outer + end - start)

    def outer(self, offset: int) -> int:
        """The offset in the text that holds the script."""
        index = bisect_right([inner for inner, _ in self.offsets], offset) - 1
        inner, outer = self.offsets[max(index, 0)]
        return outer + offset - inner

    def _inner(self, outer: int) -> int | None:
        for (inner, at), following in zip(
            self.offsets, [*self.offsets[1:], (len(self.text), 0)], strict=True
        ):
            if at <= outer < at + following[0] - inner:
                return inner + outer - at
        return None

    def conditions(self, offset: int) -> list[str]:
        """The templates' conditions under which this stretch is there."""
        return self.template.conditions(self.outer(offset))

    def is_set(self, option: str) -> bool:
        """Whether an option is given at the start or set anywhere in the script."""
        return option in self.options or any(
            option in _set_by(command.words) for command in self.program.commands
        )


def _set_by(words: Sequence[Word]) -> list[str]:
    """Options that `set -euo pipefail` and its like switch on."""
    if not words or words[0].literal != "set":
        return []
    found, texts = [], [word.literal for word in words[1:]]
    for number, text in enumerate(texts):
        if text.startswith("-") and len(text) > 1:
            found += [_LETTERS[letter] for letter in text[1:] if letter in _LETTERS]
            if "o" in text[1:] and number + 1 < len(texts):
                found.append(texts[number + 1])
    return found


def scripts_of(phase: PhaseView) -> Iterator[Script]:
    """Every script of a phase; none where a command is no shell with `-c`."""
    for argument in _COMMANDS:
        words = phase.args.get(argument)
        path = (*phase.path, "args", argument)
        if isinstance(words, list):
            yield from _of_command(phase, words, [(*path, n) for n in range(len(words))])
    spec = phase.args.get("spec")
    if phase.func == "KubeOps" and isinstance(spec, str):
        yield from _of_manifest(phase, phase.text((*phase.path, "args", "spec")))


def _of_command(phase: PhaseView, words: list[Any], paths: list[Any]) -> Iterator[Script]:
    invocation = _invocation(words)
    if invocation is None:
        return
    shell, options, index = invocation
    source = phase.text(paths[index])
    template = phase.template(source)
    yield Script(
        phase,
        shell,
        options,
        with_placeholders(template),
        template,
        source,
        phase.text(paths[0]).whole,
    )


def _invocation(words: list[Any]) -> tuple[str, frozenset[str], int] | None:
    """Shell, options, index of the script."""
    if not words or not all(isinstance(word, str) for word in words):
        return None
    shell = words[0].rsplit("/", 1)[-1]
    if shell not in _SHELLS:
        return None
    options: set[str] = set()
    index = 1
    is_script_next = False
    while index < len(words) and _OPTION.fullmatch(words[index]):
        word = words[index]
        options |= {_LETTERS[c] for c in word[1:] if c in _LETTERS and word[0] == "-"}
        if "o" in word:
            index += 1
            if index < len(words) and word[0] == "-":
                options.add(words[index])
        is_script_next = is_script_next or "c" in word
        index += 1
    if not is_script_next or index >= len(words):
        return None
    return shell, frozenset(options), index


def _of_manifest(phase: PhaseView, source: Text) -> Iterator[Script]:
    template = phase.template(source)
    text = with_placeholders(template)
    try:
        documents = load_documents(text, source.document.file)
    except ScenarioError:
        return  # not readable before it is rendered
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for document in documents:
        for path, words in _lists(document.data, ()):
            invocation = _invocation(words)
            if invocation is None:
                continue
            shell, options, index = invocation
            inner = Text((*path, index), words[index], document, lines)
            first = Text((*path, 0), words[0], document, lines).position(0)
            yield Script(
                phase,
                shell,
                options,
                words[index],
                template,
                source,
                source.place(starts[first[0] - 1] + first[1] - 1),
                _line_offsets(inner, starts),
            )


def _line_offsets(inner: Text, starts: list[int]) -> list[tuple[int, int]]:
    offsets, at = [], 0
    for line in inner.value.split("\n"):
        row, column = inner.position(at)
        offsets.append((at, starts[row - 1] + column - 1))
        at += len(line) + 1
    return offsets


def _lists(tree: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], list[Any]]]:
    if isinstance(tree, dict):
        for key, inner in tree.items():
            yield from _lists(inner, (*path, key))
    elif isinstance(tree, list):
        if path and path[-1] in ("command", "args"):
            yield path, tree
        for number, inner in enumerate(tree):
            yield from _lists(inner, (*path, number))


def with_placeholders(template: Template) -> str:
    """The text with each action replaced: what prints by a word, the rest by blanks.

    Every character keeps its offset; what is not ASCII becomes one letter.
    """
    text = template.text
    pieces, at = [], 0
    spans = [(start, end, False) for start, end in template.silent]
    spans += [(printed.start, printed.end, True) for printed in template.printed]
    for start, end, prints in sorted(spans):
        pieces.append(text[at:start])
        pieces.append("G" + "_" * (end - start - 1) if prints else _blank(text[start:end]))
        at = end
    pieces.append(text[at:])
    return "".join(c if c.isascii() else "u" for c in "".join(pieces))


def _blank(text: str) -> str:
    return "".join("\n" if c == "\n" else " " for c in text)
