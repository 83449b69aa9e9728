"""Compare the template engine with a file of vectors that a Go program made.

    python -m tests.kanister.gotemplate.vectors FILE

prints agreed/total per category and each disagreement, and exits with 1 if there is one. The
file's first line describes the format and declares the Go types.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_kanister._kanister.gotemplate import (
    TemplateError,
    TypeTable,
    World,
    decode_plain,
    render,
)

from .error_class import error_class

DATA = Path(__file__).parent / "data" / "go-template.jsonl"


@dataclass(frozen=True)
class Vector:
    """One line: a template, what it is rendered with and what Go makes of it."""

    name: str
    category: str
    template: str
    context: Any
    expected: dict[str, str]


@dataclass(frozen=True)
class VectorFile:
    """All vectors of a file with the types that they use."""

    types: TypeTable
    contexts: dict[str, Any]
    vectors: list[Vector]

    def context(self, vector: Vector) -> object:
        """A fresh context: templates may change it."""
        wire = vector.context
        if isinstance(wire, dict) and wire.keys() == {"$ref"}:
            wire = self.contexts[wire["$ref"]]
        return decode_plain(self.types, wire)


def load(path: Path) -> VectorFile:
    """Read a vector file."""
    with path.open(encoding="utf-8") as lines:
        header = json.loads(next(lines))
        rows = [json.loads(line) for line in lines]
    types = TypeTable(
        {name: [(f, t, tag) for f, t, tag in fields] for name, fields in header["types"].items()},
        {
            **dict.fromkeys(header["named_strings"], "string"),
            "v1alpha1.JSONMap": "map[string]interface {}",
        },
        embedded={"TypeMeta", "ObjectMeta"},
    )
    vectors = [
        Vector(str(r["id"]), r["category"], r["template"], r["context"], r["expect"]) for r in rows
    ]
    return VectorFile(types, header["contexts"], vectors)


def outcome(file: VectorFile, vector: Vector) -> dict[str, str]:
    """What this engine makes of a vector, in the form of the file's `expect`."""
    world = World(
        now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
        lookup_host=lambda host: host,
        crypto=lambda name, _arguments: "-----BEGIN RSA PRIVATE KEY-----" if name else "",
    )
    try:
        output = render(vector.template, file.context(vector), world=world)
    except TemplateError as error:
        return {"error_class": error_class(error), "error": error.text}
    data = output.encode("utf-8", "surrogateescape")
    try:
        return {"output": data.decode()}
    except UnicodeDecodeError:
        return {"output_b64": base64.b64encode(data).decode()}


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.kanister.gotemplate.vectors")
    parser.add_argument("file", type=Path, help="a go-template-vectors/1 file")
    file = load(parser.parse_args(arguments).file)
    total: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for vector in file.vectors:
        found = outcome(file, vector)
        total[vector.category] += 1
        if found == vector.expected:
            agreed[vector.category] += 1
            continue
        print(f"{vector.name} {vector.template!r}")
        print(f"    Go:   {json.dumps(vector.expected, ensure_ascii=False)}")
        print(f"    here: {json.dumps(found, ensure_ascii=False)}")
    for category in sorted(total):
        print(f"{category:24} {agreed[category]}/{total[category]}")
    print(f"{'all':24} {agreed.total()}/{total.total()}")
    return 0 if agreed == total else 1


if __name__ == "__main__":
    sys.exit(main())
