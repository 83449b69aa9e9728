"""Mutated Blueprints and ActionSets: no traceback, no hang, no crash that is not an emulated one.

2,000 by default, KANISTER_FUZZ_EXAMPLES says otherwise (`tox -e fuzz`: 20,000).
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.kanister.operator.fuzzing import Field, mutated_cases

EXAMPLES = int(os.environ.get("KANISTER_FUZZ_EXAMPLES", "2000"))


@pytest.mark.slow
def test_whatever_is_written_ends_as_in_kanister() -> None:
    field = Field()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=EXAMPLES <= 2000,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutated_cases())
    def runs(case: dict[str, object]) -> None:
        field.run(case)

    try:
        runs()
    finally:
        field.close()
    print(field.outcomes)
    assert sum(field.outcomes.values()) >= EXAMPLES
    expected = {"failed", "complete", "emulated crash", "refused by the API"}
    rest = {"never taken in", "waits"}
    assert expected <= set(field.outcomes) <= expected | rest
