"""The table on the embedded cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kube import KubeClient
from tests.conformance.kanister.kinds import EXEMPT, KINDS, kinds_by_function
from tests.conformance.kanister.rows import cases_by_row
from tests.conformance.kanister.running import Outcome, Runner
from tests.conformance.kanister.table import all_cases
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
