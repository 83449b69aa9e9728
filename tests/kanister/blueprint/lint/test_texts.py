"""A character of a YAML value is found at its place in the file, however the value is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_kanister._base.positions import load_documents
from pytest_kanister._kanister.blueprint.lint.texts import Text
from pytest_kanister._kanister.blueprint.lint.view import View

WAYS = {
    "plain": "key: alpha MARK omega",
    "plain, two lines": "key: alpha\n  MARK omega",
    "single": "key: 'it''s ''quoted'' MARK'",
    "double": 'key: "tab\\t, \\"quotes\\", \\x41 \\u0042 MARK"',
    "double, two lines": 'key: "alpha\n  beta MARK"',
    "literal": "key: |\n  alpha\n    beta MARK\n",
    "literal, empty lines first": "key: |-\n\n\n  alpha\n\n  MARK\n",
    "literal, deeper": "a:\n  key: |\n     alpha\n      MARK\n",
    "folded": "key: >\n  alpha\n  beta\n  MARK omega\n",
    "letters beyond ASCII": "key: 'äöü — MARK'",
    "in a list": "- [a, 'b MARK']",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_the_mark_is_where_it_stands(text: str) -> None:
    view = View(load_documents(text, "x")[0], text.splitlines())
    found = next(t for t in view.texts((), view.data) if "MARK" in t.value)

    line, column = found.position(found.value.index("MARK"))

    assert text.splitlines()[line - 1][column - 1 :].startswith("MARK")


CORPUS = Path(
    os.environ.get(
        "KANISTER_TEST_CORPUS", Path(__file__).parents[5] / "shared" / "corpus" / "blueprints"
    )
)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
def test_every_character_of_every_public_blueprint() -> None:
    count = 0
    for path in sorted(CORPUS.rglob("*.yaml")):
        source = path.read_text()
        lines = source.splitlines()
        view = View(load_documents(source, str(path))[0], lines)
        for text in view.texts((), view.data):
            assert_each(text, lines)
            count += len(text.value)
    assert count > 50_000


def assert_each(text: Text, lines: list[str]) -> None:
    for offset, character in enumerate(text.value):
        if not character.isspace():
            line, column = text.position(offset)
            assert lines[line - 1][column - 1] == character, (text.path, offset)
