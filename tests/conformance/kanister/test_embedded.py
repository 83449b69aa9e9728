"""The table on the embedded cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kube import KubeClient
from tests.conformance.kanister.kinds import EXEMPT, KINDS, kinds_by_function
from tests.conformance.kanister.rows import cases_by_row
from tests.conformance.kanister.running import Outcome, Runner
from tests.conformance.kanister.table import all_cases
from tests.kanister.messages.agreement import agree
from tests.support.clusters import own_cluster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("conformance")]
CASES = all_cases()


@pytest.fixture(scope="session")
def outcomes() -> Iterator[dict[str, Outcome]]:
    """Every case's outcome, all run at the first test that asks."""
    # Its cases crash the operator and take the webhook away.
    with own_cluster("conformance") as backend:
        kube = KubeClient(backend.kubeconfig, backend.capabilities)
        runner = Runner(kube, limit_s=20, hold_s=0.5)
        found: dict[str, Outcome] = {}
        runner.run(CASES, lambda outcome: found.update({outcome.case.id: outcome}))
        runner.close()
        yield found


@pytest.mark.parametrize("case", [case.id for case in CASES])
def test_conforms(case: str, outcomes: dict[str, Outcome]) -> None:
    assert list(outcomes[case].differences) == []


def test_what_failed_actionsets_say_is_as_reviewed(outcomes: dict[str, Outcome]) -> None:
    said = {name: outcome.said for name, outcome in outcomes.items() if outcome.said}
    rules = {case.id: case.rule for case in CASES}
    blocks = [
        f"{name}\n{_indented(_same_everywhere(text, rules[name]))}" for name, text in said.items()
    ]
    agree(Path(__file__).with_name("golden") / "messages.txt", "\n".join(blocks))


_VOLATILE = [
    (re.compile(r"\b([a-z-]+-(?:job|data|stats|repository|all))-[a-z0-9]{5}\b"), r"\1-<id>"),
    (re.compile(r"https?://127(?:\.\d{1,3}){3}:\d+"), "<store>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    (re.compile(r"repository [0-9a-f]{8} opened[^\n]*"), "repository <id> opened"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uid>"),
    (re.compile(r"\bkc-[\w-]+-[0-9a-f]{4}\b"), "<name>"),
]


# Which restic is installed differs; its words are its own.
_RESTIC = re.compile(r"(?s)(terminated with exit code )\d+(\.\nstdout: ).*")


def _same_everywhere(text: str, rule: str) -> str:
    if rule == "4.9":
        text = _RESTIC.sub(r"\1<n>\2<restic's output>", text)
    for pattern, word in _VOLATILE:
        text = pattern.sub(word, text)
    return text


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.replace("\r", "\\r").split("\n"))


def test_every_row_of_failure_matrix_and_checklist_has_cases() -> None:
    assert [row for row, cases in cases_by_row(CASES).items() if not cases] == []


def test_every_function_has_each_kind_of_case() -> None:
    found = kinds_by_function(CASES)
    assert found.keys() == SIGNATURES.keys()
    lacking = {(func, kind) for func in found for kind in KINDS if kind not in found[func]}
    assert lacking == EXEMPT.keys()  # also when an exemption is no longer needed


def test_who_is_called_after_a_kind_shows_it() -> None:
    named = [case for case in CASES if re.match(r"[A-Z]\w+-(fails|bad-argument)", case.id)]
    assert named
    found = {case.id for case in named if not any(kinds_by_function([case]).values())}
    assert found == set()
