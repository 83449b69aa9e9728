"""Every message of the room `_kanister` has a reviewed example, as a person sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

import pytest_kanister
from tests.kanister.messages.agreement import FOLDER, agree
from tests.kanister.messages.rendered import EXAMPLES, blocks, is_bare, named, unrendered
from tests.kanister.messages.sites import Site, sites, written

PACKAGE = Path(pytest_kanister.__file__).parent
WITHOUT = {
    "operator.snapshots: Failed to query PVC": (
        "the API refuses to read a claim for another reason than that it is not there: on ours "
        "the operator may read all of them"
    ),
}
"""Message → why it has no example."""


@pytest.fixture(scope="module")
def found() -> list[Site]:
    return sites(PACKAGE, "_kanister")


def test_every_message_has_an_example(found: list[Site]) -> None:
    """One that has none needs a case in the conformance table, or in a `test_*.py` here."""
    missing = {named(site) for site in unrendered(found, blocks())}
    assert missing == WITHOUT.keys()  # also when one has got its example


def test_what_only_passes_others_words_on_is_as_reviewed(found: list[Site]) -> None:
    bare = [site for site in found if is_bare(site)]
    agree(FOLDER / "bare.txt", f"{len(bare)} of {len(found)}\n\n{written(bare)}")


def test_every_file_of_examples_is_there() -> None:
    assert [str(file) for file in EXAMPLES if not file.is_file()] == []


def test_a_message_without_example_is_seen(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(
        "def f(a, b):\n"
        "    raise UsageProblem(f'{a}: expected {b!r}')\n"
        "    raise KanisterError('Failed', cause=KanisterError(str(a)))\n"
        "    raise LimitError('the render', 1, 'steps')\n"
        "    raise call.undecodable('name', f'{a} is no {b}')\n"
        "    log.error('not a message', a)\n"
    )
    examples = tmp_path / "examples.txt"
    found = sites(tmp_path, "room")
    assert [site.text for site in found if is_bare(site)] == ["{str(a)}"]

    examples.write_text("one\n    x: expected\n\ntwo\n    1\n")
    assert [named(site) for site in unrendered(found, blocks([examples]))] == [
        "room: {a}: expected {b!r}",
        "room: Failed",
        "room: the render",
        "room: {a} is no {b}",
    ]

    examples.write_text(
        "one\n    x: expected 1\n\ntwo\n    limit: the render would exceed 1 steps\n\n"
        "three\n    null: Failed: 1\n    2 is no\n    4\n"
    )
    assert [named(site) for site in unrendered(found, blocks([examples]))] == [
        "room: {a} is no {b}"  # not torn over two lines
    ]
