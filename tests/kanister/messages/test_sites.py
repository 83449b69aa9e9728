"""Every message that the source writes for a person is in a golden file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pytest_kanister
from tests.kanister.messages.agreement import FOLDER, agree
from tests.kanister.messages.sites import CLASSES, Site, sites, written

PACKAGE = Path(pytest_kanister.__file__).parent
ROOMS = (
    "_backends",
    "_base",
    "_cli",
    "_cluster",
    "_data/evidence",
    "_data/proof",
    "_data/stores",
    "_data/workloads",
    "_harness",
    "_kanister/blueprint/lint",
    "_kanister/blueprint/reading",
    "_kanister/blueprint/validation",
    "_kanister/client",
    "_kanister/gotemplate",
    "_kanister/location",
    "_kanister/operator",
    "_kanister/params",
    "_kanister/tools",
    "_kube",
    "_model",
    "_plugin",
    "_report",
    "_scenario",
    "_wire",
    "testing",
)
SILENT = {
    "ActionSetError": "never raised itself",
    "Broken": "becomes Unverified",
    "Ended": "a scenario's result, which has its own text",
    "KanisterHarnessError": "never raised itself",
    "ScenarioErrors": "several ScenarioErrors",
    "ServerError": "a script in a pod, which prints the server's words",
    "BadExpression": "caught: Go's text of a bad regular expression is made from it",
    "FunctionError": "Go's and sprig's words, each exact in the 990 vectors",
    "NotMarshalable": "caught: toJson then gives nothing",
    "NullArgument": "becomes Crash",
    "TemplateError": "Go's words, each exact in the 990 vectors",
    "TooLarge": "becomes LimitError",
    "_Bad": "caught: becomes a ValueError in Go's words, test_gojson has each",
    "_Corrupt": "caught: Go's text of bad base64 is made from it",
    "_Invalid": "caught: Go's text of a bad address is made from it",
    "_Killed": "a signal that ends kando",
    "_Mismatch": "caught: the zero time",
}
"""Exceptions that no person is shown as they are."""


@pytest.mark.parametrize("room", ROOMS)
def test_messages_are_as_reviewed(room: str) -> None:
    agree(FOLDER / f"sites/{room.strip('_').replace('/', '-')}.txt", written(sites(PACKAGE, room)))


def _all() -> list[Site]:
    return [site for room in ROOMS for site in sites(PACKAGE, room)]


def test_problems_of_the_machine_say_what_now() -> None:
    problems = [site for site in _all() if site.kind == "EnvironmentProblem"]
    assert problems
    assert [site for site in problems if not any("remedies" in line for line in site.more)] == []


def test_every_exception_is_looked_for_or_silent() -> None:
    defined = {
        node.name
        for file in PACKAGE.rglob("*.py")
        if "lint" not in file.parts  # reports findings, raises nothing of its own
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(re.search(r"(Error|Exception|Problem)$", ast.unparse(base)) for base in node.bases)
    }
    assert defined - CLASSES.keys() == SILENT.keys()


def test_no_room_is_left_out() -> None:
    assert set(sites(PACKAGE, "")) == set(_all())


def test_every_class_of_the_taxonomy_is_looked_for() -> None:
    from pytest_kanister import errors

    ours = {
        name
        for name in errors.__all__
        if not issubclass(getattr(errors, name), errors.ApiError)  # the API's own words
    }
    assert ours - CLASSES.keys() == {
        "ActionSetError",  # never raised itself
        "KanisterHarnessError",  # never raised itself
        "ScenarioErrors",  # several ScenarioErrors
    }


def test_a_message_is_read_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(
        "def f(a):\n"
        "    raise UsageProblem(f'{a!r}: expected b' + c(a)) from None\n"
        "class K:\n"
        "    def g(self):\n"
        "        return errors.EnvironmentProblem('no', remedies=['do', f'this {self.x}'])\n"
    )
    assert sites(tmp_path, "room") == [
        Site("room", "f", "UsageProblem", "{a!r}: expected b{c(a)}", ()),
        Site(
            "room", "K.g", "EnvironmentProblem", "no", ("remedies: do", "remedies: this {self.x}")
        ),
    ]
