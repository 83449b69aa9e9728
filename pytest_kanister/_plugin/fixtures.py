"""The fixtures, thin: the harness does the work.  Their imports wait until they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness import Harness

__all__ = ["FIXTURES", "kanister", "kanister_mysql"]

FIXTURES = frozenset({"kanister", "kanister_mysql"})
"""Names by which an item shows that it needs a cluster."""


@pytest.fixture(scope="session")
def kanister(request: pytest.FixtureRequest) -> Harness:
    """The session's cluster with Kanister and an S3 store: takes backups, restores and deletes."""
    from pytest_kanister._plugin.provision import provisioning
    from pytest_kanister._plugin.state import RUN

    harness = request.config.stash[RUN].harness
    with provisioning(request.config):
        # A cluster that cannot be had is an error of the setup, not of the first use; the store
        # and the database go on getting ready side by side.
        harness.begin()
        _ = harness.capabilities
    return harness


@pytest.fixture
def kanister_mysql(kanister: Harness, request: pytest.FixtureRequest) -> Iterator[Workload]:
    """A fresh MySQL in a namespace of its own, with its own part of the bucket."""
    from pytest_kanister._plugin.provision import fresh_workload

    yield from fresh_workload(kanister, "mysql", request)
