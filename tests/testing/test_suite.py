"""The suite on the reference, and on liars: each of its checks must be able to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from pytest_kanister._data.proof import Snapshot
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.testing import InMemoryWorkload, WorkloadSuite

NO_CLUSTER = cast(KubeClient, None)
DAMAGES = ({"drop": "accounts"}, {"forget": "accounts"})


class TestReference(WorkloadSuite):
    workload_class = InMemoryWorkload
    damages = DAMAGES
    needs_cluster = False


class TestReferenceWithAnOption(WorkloadSuite):
    workload_class = InMemoryWorkload
    options = {"owner": "me"}  # noqa: RUF012 # read only, as the base class says
    damages = DAMAGES
    dataset = "accounts"
    datasets = ("two-tables",)
    needs_cluster = False


class Blind(InMemoryWorkload):
    """Looks at the tables' names alone."""

    def snapshot(self) -> Snapshot:
        tables = {
            name: type(table).of(table.columns, ())
            for name, table in super().snapshot().tables.items()
        }
        return Snapshot("memory", tables)


class Restless(InMemoryWorkload):
    """Says something else each time."""

    looks = 0

    def snapshot(self) -> Snapshot:
        self.looks += 1
        self._data().setdefault("log", {})["looks"] = self.looks
        return super().snapshot()


class Numbered(InMemoryWorkload):
    """Its deployment's number is among the data."""

    deployed = 0

    def deploy(self) -> None:
        super().deploy()
        self.deployed += 1

    def seed(self, dataset: str | Path) -> int:
        count = super().seed(dataset)
        self._data()["accounts"]["server"] = self.deployed
        return count


class Clumsy(InMemoryWorkload):
    """Removes nothing."""

    def remove(self) -> None:
        return


class Gullible(InMemoryWorkload):
    """Takes whatever it is given."""

    def __init__(self, kube: KubeClient, settings: Settings, **given: Any) -> None:
        super().__init__(kube, settings, **{**given, "options": {}})

    def seed(self, dataset: str | Path) -> int:
        return super().seed("accounts")

    def damage(self, **how: Any) -> str:
        self._data().clear()
        return "done"


class Boastful(InMemoryWorkload):
    """Says that it loads."""

    def seed(self, dataset: str | Path) -> int:
        return 9


class Harmless(InMemoryWorkload):
    """Says that it destroys."""

    def damage(self, **how: Any) -> str:
        super().damage(**how)
        self.seed("accounts")
        return "destroyed it all"


class Wordless(InMemoryWorkload):
    """Does not say what runs."""

    def version(self) -> str:
        return "Memory\n1"


class Homeless(InMemoryWorkload):
    """Its target lies in another namespace."""

    @property
    def target(self) -> Any:
        return type(super().target)("namespace", "x", "x")


SUITE: dict[str, tuple[type[InMemoryWorkload], type[BaseException]]] = {
    "test_it_says_who_it_is": (Wordless, AssertionError),
    "test_unknown_options_are_refused": (Gullible, pytest.fail.Exception),
    "test_what_an_actionset_names_is_there": (Homeless, AssertionError),
    "test_every_dataset_is_seen_by_a_snapshot": (Boastful, AssertionError),
    "test_an_unknown_dataset_is_refused": (Gullible, pytest.fail.Exception),
    "test_two_snapshots_of_the_same_are_equal": (Restless, AssertionError),
    "test_the_same_data_in_a_new_deployment_are_the_same": (Numbered, AssertionError),
    "test_every_damage_is_seen_by_a_snapshot": (Harmless, AssertionError),
    "test_unknown_damages_are_refused_and_do_nothing": (Gullible, pytest.fail.Exception),
    "test_removing_leaves_nothing": (Clumsy, pytest.fail.Exception),
}


def tried(workload: InMemoryWorkload, test: str, tmp_path: Path) -> None:
    """One test of the suite, by hand."""

    class Suite(WorkloadSuite):
        workload_class = type(workload)
        damages = DAMAGES
        needs_cluster = False

    suite = Suite()
    workload.deploy()
    if test == "test_unknown_options_are_refused":
        suite.test_unknown_options_are_refused()
    elif test in ("test_what_an_actionset_names_is_there", "test_removing_leaves_nothing"):
        getattr(suite, test)(workload, NO_CLUSTER)
    elif test == "test_two_snapshots_of_the_same_are_equal":
        workload.seed("accounts")
        suite.test_two_snapshots_of_the_same_are_equal(workload, tmp_path)
    else:
        if test.startswith(("test_the_same_data", "test_unknown_damages")):
            workload.seed("accounts")
        getattr(suite, test)(workload)


def made(kind: type[InMemoryWorkload]) -> InMemoryWorkload:
    return kind(NO_CLUSTER, Settings(), name="tried", namespace="n", options={})


def test_every_test_of_the_suite_has_its_liar() -> None:
    assert {name for name in vars(WorkloadSuite) if name.startswith("test_")} == set(SUITE)


@pytest.mark.parametrize("test", SUITE)
def test_a_liar_is_caught(test: str, tmp_path: Path) -> None:
    liar, error = SUITE[test]
    tried(made(InMemoryWorkload), test, tmp_path)  # the honest one passes the same way
    with pytest.raises(error):
        tried(made(liar), test, tmp_path)


def test_one_who_does_not_look_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"'forget'.*changed nothing that a snapshot sees"):
        tried(made(Blind), "test_every_damage_is_seen_by_a_snapshot", tmp_path)
