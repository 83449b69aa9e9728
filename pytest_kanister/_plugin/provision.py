"""Setting up what a test needs: failures are errors of the setup, told without our traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import pytest

from pytest_kanister._harness.namespaces import slug
from pytest_kanister._plugin.state import RUN, leave_record
from pytest_kanister.errors import EnvironmentProblem, HarnessBug, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness import Harness

__all__ = ["fresh_workload", "provisioning", "report_ran"]


@contextmanager
def provisioning(config: pytest.Config) -> Iterator[None]:
    """Turns our errors into pytest's outcomes: an error, or a skip when the person said so."""
    problem: KanisterHarnessError | None = None
    try:
        yield
    except HarnessBug:
        raise
    except KanisterHarnessError as error:
        problem = error
    if problem is not None:
        _give_up(problem, config)


def _give_up(problem: KanisterHarnessError, config: pytest.Config) -> NoReturn:
    if isinstance(problem, EnvironmentProblem) and config.stash[RUN].settings.missing == "skip":
        pytest.skip(f"kanister: {problem.message} (skipped as --kanister-missing=skip says)")
    # Behind a context manager's `yield` the problem is still being handled, and pytest shows
    # whatever an exception comes after.
    raise pytest.fail.Exception(str(problem), pytrace=False) from None


def fresh_workload(
    harness: Harness, kind: str, request: pytest.FixtureRequest
) -> Iterator[Workload]:
    """A workload for one test; its namespace bears the test's name."""
    with provisioning(request.config):
        stage = harness.open_stage(
            kind,
            namespace=slug(request.node.name),
            options={},
            beside=request.path.parent,
        )
        report_ran(request.node, stage.ran(), stage.losses)
    yield stage.workload
    with provisioning(request.config):
        harness.close_stage(stage)


def report_ran(item: pytest.Item, ran: dict[str, str], losses: tuple[str, ...]) -> None:
    """Leaves for the summary what really ran."""
    leave_record(item, ran=ran, losses=list(losses))
