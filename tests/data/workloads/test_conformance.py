"""The published suite, on every kind of workload that is registered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

import pytest

from pytest_kanister._data.workloads import Workload
from pytest_kanister._harness.workloads import workload_class
from pytest_kanister._kube import KubeClient
from pytest_kanister.testing import WorkloadSuite
from tests.data.proof.sabotage import mariadb, mysql, postgresql
from tests.data.workloads.command.engine import OPTIONS

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def redeploy(workload: Any) -> None:
    """For a workload that is quicker made anew than emptied."""
    workload.remove()
    workload.deploy()
    workload.wait_ready()


@dataclass(frozen=True)
class Kind:
    """How one kind is tried.

    Attributes:
        damages: one of each that its `damage` knows.
        dataset: to which they are done; empty: the first.
        empty: takes everything away that was seeded.
        options: of the scenario.
        datasets: those that are tried; None: all.  SQL's tricky ones take long and have tests of
            their own.
    """

    damages: Sequence[Mapping[str, Any]]
    dataset: str = ""
    empty: Callable[[Any], None] = redeploy
    options: Mapping[str, Any] | None = None
    datasets: Sequence[str] | None = None


_TABLE = "myImportantData.Accounts"
_SQL_DAMAGES = (
    {"drop": "myImportantData"},
    {"dropTable": _TABLE},
    {"deleteRows": {"table": _TABLE, "where": "name = 'nick'"}},
    {"changeRows": {"table": _TABLE, "set": "balance = 1", "where": "name = 'nick'"}},
    {"sql": "CREATE DATABASE later"},
)
_PG_TABLE = "myImportantData.public.Accounts"

KINDS = {
    "command": Kind(
        ({"drop": "two"}, {"command": "rm /data/rows"}),
        "rows",
        options=OPTIONS,
        datasets=("rows",),
    ),
    "files": Kind(
        (
            {"wipe": True},
            {"delete": "logs"},
            {"flip": "data/large.bin"},
            {"command": "touch later"},
            {"emptyVolume": True},
        ),
        "time-log",
        lambda files: files.execute("find . -mindepth 1 -delete"),
        # What only root may make is tried in tests/data/workloads/files.
        datasets=("time-log", "tricky"),
    ),
    "redis": Kind(
        (
            {"flush": True},
            {"drop": 0},
            {"deleteKeys": "account:nick visits"},
            {"dropUser": "clerk"},
            {"commands": "HSET account:edwin balance 145"},
            {"emptyServer": True},
        ),
        "accounts",
    ),
    "mariadb": Kind(_SQL_DAMAGES, "accounts", mariadb.reset, datasets=("accounts",)),
    "mysql": Kind(_SQL_DAMAGES, "accounts", mysql.reset, datasets=("accounts",)),
    "postgresql": Kind(
        (
            {"drop": "myImportantData"},
            {"dropTable": _PG_TABLE},
            {"deleteRows": {"table": _PG_TABLE, "where": "name = 'nick'"}},
            {"changeRows": {"table": _PG_TABLE, "set": "balance = 1", "where": "name = 'nick'"}},
        ),
        "accounts",
        postgresql.reset,
        datasets=("accounts",),
    ),
}


class _Tried(WorkloadSuite):
    """On the cluster that all tests of this folder share."""

    how: Kind

    @classmethod
    def connect(cls, request: pytest.FixtureRequest) -> KubeClient:
        found: KubeClient = request.getfixturevalue("kube")
        return found

    def empty(self, workload: Workload) -> None:
        self.how.empty(workload)


for _kind, _how in KINDS.items():
    _body = {
        "workload_class": workload_class(_kind),
        "damages": _how.damages,
        "dataset": _how.dataset,
        "options": _how.options or {},
        "datasets": _how.datasets,
        "how": _how,
        "__module__": __name__,
        # One deployment serves the class, so it stays with one worker.
        "pytestmark": pytest.mark.xdist_group(f"conformance-{_kind}"),
    }
    globals()[f"Test_{_kind}"] = type(f"Test_{_kind}", (_Tried,), _body)


def test_every_registered_kind_is_tried() -> None:
    registered = {entry.name for entry in entry_points(group="pytest_kanister.workloads")}
    assert registered == set(KINDS)
