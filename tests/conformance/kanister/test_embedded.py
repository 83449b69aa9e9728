"""The table on the embedded cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_kanister._kube import KubeClient
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


def test_every_row_of_the_failure_matrix_has_cases() -> None:
    rules = {rule.strip() for case in CASES for rule in case.rule.split(",")}
    assert "2.11" in rules
    assert {f"11.{row}" for row in range(1, 15)} - rules == set(), "section 11 has rows unshown"
