"""Scripts as values, out of tree-sitter's trees.

Over 300 lines, since every kind of node is turned into a value here and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.shell.grammar import parse_bash
from pytest_kanister._kanister.blueprint.lint.shell.model import (
    Assignment,
    Command,
    Part,
    Pipeline,
    Program,
    Quoting,
    Redirect,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["parse_script"]

_PARSED_WORDS = names(
    "word string raw_string ansi_c_string concatenation simple_expansion expansion number "
    "command_substitution process_substitution arithmetic_expansion translated_string"
)


def parse_script(text: str, placeholders: Sequence[tuple[int, int]]) -> Program:
    """Parses a script.

    Args:
        text: the script, ASCII, templates replaced by placeholders of the same length.
        placeholders: their offsets, (start, end), in the order of the text.

    Raises:
        EnvironmentProblem: tree-sitter is not installed.
    """
    tree = parse_bash(text)
    return _Reader(text, placeholders).program(tree)


class _Reader:
    def __init__(self, text: str, placeholders: Sequence[tuple[int, int]]) -> None:
        self._text = text
        self._placeholders = placeholders
        self._starts = [start for start, _ in placeholders]
        self._commands: list[Command] = []
        self._assignments: list[Assignment] = []
        self._pipelines: list[Pipeline] = []
        self._functions: set[str] = set()
        self._loops: list[tuple[str, tuple[Word, ...], int]] = []
        self._errors: list[tuple[int, int]] = []

    def program(self, root: Any) -> Program:
        statements = [node for node in root.named_children if node.type != "comment"]
        for node in statements:
            self._statement(node, {"top": True})
        self._find_errors(root)
        self._commands.sort(key=lambda command: command.start)
        return Program(
            tuple(self._commands),
            tuple(self._assignments),
            tuple(self._pipelines),
            frozenset(self._functions),
            tuple(self._loops),
            len(statements),
            tuple(self._errors),
        )

    def _find_errors(self, node: Any) -> None:
        if not node.has_error:
            return
        # A pipe behind `<<END` or `cmd &` makes an empty ERROR node beside a right tree.
        if (node.type == "ERROR" and self._slice(node).strip(" \n&")) or node.is_missing:
            self._errors.append((node.start_byte, max(node.end_byte, node.start_byte + 1)))
            return
        for child in node.children:
            self._find_errors(child)

    def _slice(self, node: Any) -> str:
        return self._text[node.start_byte : node.end_byte]

    # Statements. `known` holds the attributes of the commands below.

    def _statement(self, node: Any, known: dict[str, Any]) -> list[Command]:
        """Reads a statement; returns its last pipeline's simple commands."""
        known = {**known, "background": self._in_background(node)}
        match node.type:
            case "command" | "test_command" | "declaration_command" | "unset_command":
                return [self._command(node, known)]
            case "variable_assignment" | "variable_assignments":
                return [self._lone_assignment(node, known)]
            case "redirected_statement":
                return self._redirected(node, known)
            case "pipeline":
                return self._pipeline(node, known, ())
            case "list":
                return self._list(node, known)
            case "negated_command":
                inner = {**known, "negated": True, "conditional": True}
                return [c for child in node.named_children for c in self._statement(child, inner)]
            case "function_definition":
                name = node.child_by_field_name("name")
                self._functions.add(self._slice(name))
                body = node.child_by_field_name("body")
                return self._statement(body, {**known, "top": False})
            case "for_statement":
                self._for(node)
            case "if_statement" | "elif_clause" | "while_statement":
                return self._conditional(node, known)
        inner = {**known, "top": known.get("top", False) and node.type == "ERROR"}
        found: list[Command] = []
        for child in node.named_children:
            if node.type == "for_statement" and child.type != "do_group":
                continue
            if node.type == "case_item" and child == node.child_by_field_name("value"):
                continue
            if child.type in _PARSED_WORDS:
                self._word(child, "condition")
            else:
                found = self._statement(child, inner)
        return found

    def _in_background(self, node: Any) -> bool:
        following = node.next_sibling
        return following is not None and following.type == "&"

    def _conditional(self, node: Any, known: dict[str, Any]) -> list[Command]:
        condition = True
        for child in node.children:
            if child.type in ("then", "do", "do_group"):
                condition = False
            if child.is_named:
                asked = {"conditional": True} if condition else {}
                self._statement(child, {**known, "top": False, **asked})
        return []

    def _for(self, node: Any) -> None:
        variable = node.child_by_field_name("variable")
        values = node.children_by_field_name("value")
        words = tuple(self._word(value, "for") for value in values)
        name = self._slice(variable) if variable else ""
        self._loops.append((name, words, node.start_byte))
        self._assignments.append(
            Assignment(name, words, node.start_byte, node.end_byte, declared_by="for")
        )

    def _list(self, node: Any, known: dict[str, Any]) -> list[Command]:
        left, right = node.named_children[0], node.named_children[-1]
        operator = next((c.type for c in node.children if c.type in ("&&", "||")), "")
        behind = self._statement(right, known)
        asked: dict[str, Any] = {**known, "conditional": True}
        if operator == "||":
            asked["fallback"] = tuple(behind)
        self._statement(left, asked)
        return behind

    def _redirected(self, node: Any, known: dict[str, Any]) -> list[Command]:
        body = node.child_by_field_name("body")
        redirects = node.children_by_field_name("redirect")
        nested = [
            child
            for redirect in redirects
            if redirect.type == "heredoc_redirect"
            for child in redirect.named_children
            if child.type in ("pipeline", "list", "command", "redirected_statement")
        ]
        own = tuple(self._redirect(redirect) for redirect in redirects)
        known = {**known, "redirects": (*known.get("redirects", ()), *own)}
        if body is None:
            return []
        if nested:  # `cat <<END | rest`: the grammar keeps the rest inside the redirect
            return self._pipeline(nested[0], known, (body,))
        return self._statement(body, known)

    def _pipeline(self, node: Any, known: dict[str, Any], before: tuple[Any, ...]) -> list[Command]:
        after = node.named_children if node.type == "pipeline" else [node]
        members = [*before, *(child for child in after if child.type != "comment")]
        pipeline = Pipeline(members[0].start_byte, members[-1].end_byte)
        found: list[Command] = []
        for position, member in enumerate(members):
            inner = {
                **known,
                "pipeline": pipeline,
                "position": position,
                "background": known.get("background", False),
            }
            if position:
                inner.pop("redirects", None)
            commands = self._statement(member, inner)
            single = commands[0] if len(commands) == 1 else None
            pipeline.members.append(single)
            found += commands
        self._pipelines.append(pipeline)
        return found

    # Commands.

    def _command(self, node: Any, known: dict[str, Any]) -> Command:
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects = [*known.get("redirects", ())]
        keyword = node.children[0].type if node.type == "declaration_command" else ""
        if keyword or node.type in ("test_command", "unset_command"):
            first = node.children[0]
            words.append(self._plain(first))
        for child in node.named_children:
            if child.type == "command_name":
                words.append(self._word(child.named_children[0], "argument"))
            elif child.type == "variable_assignment":
                assignments.append(self._assignment(child, keyword, for_command=not keyword))
            elif child.type in _PARSED_WORDS:
                words.append(self._word(child, "argument"))
            elif child.type.endswith("_redirect"):
                redirects.append(self._redirect(child))
            elif node.type == "test_command":
                words.append(self._expression(child))
            else:
                words.append(self._plain(child))
        self._assignments += assignments
        command = self._made(node, words, assignments, redirects, known)
        self._read_from_document(command)
        return command

    def _read_from_document(self, command: Command) -> None:
        """`IFS= read -r name <<'END'` assigns the document's text."""
        if command.name != "read":
            return
        bodies = [
            r.body or r.target for r in command.redirects if r.operator in ("<<", "<<-", "<<<")
        ]
        names = [w.literal for w in command.words[1:] if w.is_plain and w.literal.isidentifier()]
        for body in bodies:
            for name in names:
                if body is not None:
                    self._assignments.append(
                        Assignment(name, (body,), command.start, command.end, declared_by="read")
                    )

    def _lone_assignment(self, node: Any, known: dict[str, Any]) -> Command:
        inner = node.named_children if node.type == "variable_assignments" else [node]
        made = [self._assignment(child, "") for child in inner]
        self._assignments += made
        return self._made(node, [], made, [*known.get("redirects", ())], known)

    def _made(
        self,
        node: Any,
        words: list[Word],
        assignments: list[Assignment],
        redirects: list[Redirect],
        known: dict[str, Any],
    ) -> Command:
        attributes = {key: value for key, value in known.items() if key != "redirects"}
        ends = [word.end for word in words] or [node.end_byte]
        command = Command(
            tuple(words),
            tuple(assignments),
            tuple(redirects),
            node.start_byte,
            ends[-1],
            **attributes,
        )
        self._commands.append(command)
        return command

    def _assignment(self, node: Any, keyword: str, *, for_command: bool = False) -> Assignment:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        context = keyword or ("argument" if for_command else "assignment")
        words: tuple[Word, ...] = ()
        is_array = value is not None and value.type == "array"
        if is_array:
            words = tuple(self._word(item, "argument") for item in value.named_children)
        elif value is not None:
            words = (self._word(value, context),)
        return Assignment(
            self._slice(name).partition("[")[0],
            words,
            node.start_byte,
            node.end_byte,
            declared_by=keyword,
            is_array=is_array,
            appends=self._text[name.end_byte : name.end_byte + 2] == "+=",
            for_command=for_command,
        )

    def _redirect(self, node: Any) -> Redirect:
        operators = [child for child in node.children if not child.is_named]
        operator = operators[0].type if operators else ""
        if node.type == "heredoc_redirect":
            return self._document(node, operator)
        target = node.child_by_field_name("destination") or (
            node.named_children[-1] if node.named_children else None
        )
        if node.type == "herestring_redirect":
            operator = "<<<"
        return Redirect(operator, self._word(target, "argument") if target else None)

    def _document(self, node: Any, operator: str) -> Redirect:
        start = next((c for c in node.children if c.type == "heredoc_start"), None)
        body = next((c for c in node.children if c.type == "heredoc_body"), None)
        if body is None:
            return Redirect(operator, None)
        quoted = start is not None and self._slice(start)[:1] in ("'", '"', "\\")
        quoting: Quoting = "literal-document" if quoted else "document"
        parts = tuple(self._pieces(body, quoting, "document"))
        return Redirect(operator, None, Word(parts, body.start_byte, body.end_byte))

    # Words.

    def _plain(self, node: Any) -> Word:
        return Word(
            tuple(self._texts(node.start_byte, node.end_byte, "none")),
            node.start_byte,
            node.end_byte,
        )

    def _expression(self, node: Any) -> Word:
        parts: list[Part] = []
        stack = [node]
        while stack:
            found = stack.pop()
            if found.type in _PARSED_WORDS:
                parts += self._word(found, "condition").parts
            elif not found.named_children:
                parts += self._texts(found.start_byte, found.end_byte, "none")
            else:
                stack += reversed(found.children)
        return Word(tuple(parts), node.start_byte, node.end_byte)

    def _word(self, node: Any, context: str) -> Word:
        return Word(tuple(self._parts(node, "none", context)), node.start_byte, node.end_byte)

    def _parts(self, node: Any, quoting: Quoting, context: str) -> Iterator[Part]:
        start, end = node.start_byte, node.end_byte
        match node.type:
            case "concatenation":
                for child in node.children:
                    yield from self._parts(child, quoting, context)
            case "string" | "translated_string":
                yield from self._pieces(node, "double", context)
            case "raw_string":
                yield from self._texts(start + 1, end - 1, "single")
            case "ansi_c_string":
                yield from self._texts(start + 2, end - 1, "single")
            case "simple_expansion" | "expansion":
                yield from self._expansion(node, quoting, context)
            case "command_substitution":
                yield self._substitution(node, quoting, context)
            case "process_substitution":
                yield self._substitution(node, quoting, "process")
            case "arithmetic_expansion":
                for child in node.named_children:
                    self._inner(child)
                yield Part("substitution", self._slice(node), start, end, quoting)
            case _:
                yield from self._texts(start, end, quoting)

    def _inner(self, node: Any) -> None:
        """Substitutions inside an arithmetic expression."""
        if node.type == "command_substitution":
            self._substitution(node, "double", "arithmetic")
        for child in node.named_children:
            self._inner(child)

    def _pieces(self, node: Any, quoting: Quoting, context: str) -> Iterator[Part]:
        """Text between the children too: the grammar has no node for every character."""
        quoted = node.type in ("string", "translated_string")
        at = node.start_byte + (1 if quoted else 0)
        stop = node.end_byte - (1 if quoted else 0)
        for child in node.named_children:
            if child.type in (
                "simple_expansion",
                "expansion",
                "command_substitution",
                "arithmetic_expansion",
            ):
                yield from self._texts(at, child.start_byte, quoting)
                yield from self._parts(child, quoting, context)
                at = child.end_byte
        yield from self._texts(at, stop, quoting)

    def _expansion(self, node: Any, quoting: Quoting, context: str) -> Iterator[Part]:
        inner = node.named_children
        first = inner[0] if inner else None
        if first is not None and first.type == "subscript":
            first = first.named_children[0]
        name = self._slice(first) if first is not None else ""
        operator = ""
        if node.type == "expansion" and first is not None:
            operator = self._text[first.end_byte : node.end_byte - 1]
            for child in inner[1:]:
                if child.type in _PARSED_WORDS and child.type != "word":
                    self._word(child, context)
        yield Part("variable", name, node.start_byte, node.end_byte, quoting, operator=operator)

    def _substitution(self, node: Any, quoting: Quoting, context: str) -> Part:
        mark = len(self._commands)
        for child in node.named_children:
            if child.type != "comment":
                self._statement(child, {"substitution": context or "argument"})
        commands = tuple(sorted(self._commands[mark:], key=lambda command: command.start))
        return Part(
            "substitution", self._slice(node), node.start_byte, node.end_byte, quoting, commands
        )

    def _texts(self, start: int, end: int, quoting: Quoting) -> Iterator[Part]:
        """Plain text, cut where placeholders stand."""
        at = start
        for index in range(bisect_left(self._starts, start), len(self._starts)):
            begin, stop = self._placeholders[index]
            if begin >= end:
                break
            if begin > at:
                yield Part("text", self._text[at:begin], at, begin, quoting)
            yield Part("placeholder", self._text[begin:stop], begin, stop, quoting)
            at = stop
        if at < end:
            yield Part("text", self._text[at:end], at, end, quoting)
