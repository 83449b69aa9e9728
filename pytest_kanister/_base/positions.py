"""YAML with positions: every mapping key and value knows its line and column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Document", "Path", "load_documents"]

Path = tuple[str | int, ...]
"""Where a value stands inside a document: `("spec", "steps", 0, "seed")`."""


@dataclass(frozen=True)
class Document:
    """One YAML document: plain data beside the position of each value.

    Attributes:
        data: dictionaries, lists and scalars, as `yaml.safe_load` would give them.
        file: the name used in errors.
        values: 1-based (line, column) of each value by path.
        keys: 1-based (line, column) of each mapping key by the path of its value.
        blocks: for a block scalar (`|`, `>`) the line on which its text begins, by path.
    """

    data: Any
    file: str
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    blocks: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def at(self, path: Path) -> tuple[int, int]:
        """Position of the value at `path`, or of the nearest parent that has one."""
        while path:
            if path in self.keys:
                return self.keys[path]
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), (1, 1))

    def where(self, path: Path) -> str:
        """`file:line:column` of `path`."""
        line, column = self.at(path)
        return f"{self.file}:{line}:{column}"

    def error(self, path: Path, message: str, remedy: str = "") -> ScenarioError:
        """A `ScenarioError` that points at `path`."""
        line, column = self.at(path)
        return ScenarioError(message, file=self.file, line=line, column=column, remedy=remedy)


def load_documents(text: str, file: str) -> list[Document]:
    """All documents of a YAML text; empty ones are left out.

    Raises:
        ScenarioError: not YAML, a duplicate key, a key that is no string, an unknown tag, a
            merge key, an alias inside of its own anchor.
    """
    import yaml  # used by few, so loaded when needed: the plugin's import stays free

    try:
        nodes = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        problem = error.problem or "cannot be read"
        raise ScenarioError(
            f"not valid YAML: {problem}", file=file, line=line, column=column
        ) from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"not valid YAML: {error}", file=file) from None
    return [_document(node, file) for node in nodes if node is not None]


def _compose(text: str) -> list[Any]:
    """Nodes by libyaml, which is ten times as fast; mistakes in the words of PyYAML's own reader.

    Raises:
        yaml.YAMLError: not YAML.
    """
    import yaml

    if yaml.__with_libyaml__:
        try:
            return list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
        except yaml.YAMLError:
            pass  # told below
    return list(yaml.compose_all(text, Loader=yaml.SafeLoader))


def _document(root: Any, file: str) -> Document:
    import yaml

    document = Document(data=None, file=file)
    constructor = yaml.constructor.SafeConstructor()
    around: list[Any] = []  # the mappings and lists that are being read

    def fail(node: Any, message: str) -> ScenarioError:
        mark = node.start_mark
        return ScenarioError(message, file=file, line=mark.line + 1, column=mark.column + 1)

    def build(node: Any, path: Path) -> Any:
        mark = node.start_mark
        document.values[path] = (mark.line + 1, mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            if node.style in ("|", ">"):
                document.blocks[path] = (mark.line + 2, 0)
            return plain(node)
        if any(node is outer for outer in around):
            raise fail(node, "an alias stands inside of what it means")
        around.append(node)
        try:
            if isinstance(node, yaml.MappingNode):
                return dict(pairs(node, path))
            return [build(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            around.pop()

    def plain(node: Any) -> Any:
        try:
            return constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, TypeError) as error:
            raise fail(node, f"not a value that can be read: {error}") from None

    def pairs(node: Any, path: Path) -> Iterator[tuple[str, Any]]:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                raise fail(key_node, "the merge key '<<' is not read here: write its keys out")
            key = plain(key_node)
            if not isinstance(key, str):
                raise fail(key_node, f"expected a text as key, found {key!r}")
            if key in seen:
                raise fail(key_node, f"the key {key!r} stands here twice")
            seen.add(key)
            mark = key_node.start_mark
            document.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
            yield key, build(value_node, (*path, key))

    return Document(build(root, ()), file, document.values, document.keys, document.blocks)
