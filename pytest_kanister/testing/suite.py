"""`WorkloadSuite`: what every workload must do, as tests that its author inherits."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest

from pytest_kanister._data.evidence import load_snapshot, save_snapshot
from pytest_kanister._data.proof import compare
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
)
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import KanisterHarnessError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.resources import Resource

__all__ = ["WorkloadSuite"]

_KINDS = (CONFIGMAPS, DEPLOYMENTS, PERSISTENTVOLUMECLAIMS, PODS, SECRETS, SERVICES, STATEFULSETS)
# What a cluster puts into every namespace by itself.
_CLUSTERS_OWN = {("ConfigMap", "kube-root-ca.crt")}


class WorkloadSuite:
    """Inherit it, name your workload, and pytest tries it on a real deployment.

    ::

        class TestShop(WorkloadSuite):
            workload_class = Shop
            damages = ({"drop": "orders"}, {"truncate": "orders"})

    One deployment serves all tests of the class; the last ones remove it.

    Attributes:
        workload_class: implements `Workload`.
        options: the scenario's options for it.
        damages: one of each kind that `damage` knows, to be done to `dataset`; each must be seen
            by a snapshot.
        dataset: loaded before each damage; empty: the first of `datasets()`.
        datasets: those that are tried; None: every one of `datasets()`.
        needs_cluster: whether it lives in a cluster; if not, the constructor's `kube` is None.
    """

    workload_class: ClassVar[type[Workload]]
    options: ClassVar[Mapping[str, Any]] = {}
    damages: ClassVar[Sequence[Mapping[str, Any]]] = ()
    dataset: ClassVar[str] = ""
    datasets: ClassVar[Sequence[str] | None] = None
    needs_cluster: ClassVar[bool] = True

    @classmethod
    def connect(cls, request: pytest.FixtureRequest) -> KubeClient:
        """A client for the cluster in which the workload is tried; the run's own."""
        harness = request.getfixturevalue("kanister")
        kube = KubeClient(harness.kubeconfig, harness.capabilities)
        request.addfinalizer(closing(kube).__exit__)
        return kube

    def empty(self, workload: Workload) -> None:
        """Brings the workload back to how it was when it was new; by default a new one is made."""
        workload.remove()
        workload.deploy()
        workload.wait_ready()

    @pytest.fixture(scope="class")
    @classmethod
    def kube(cls, request: pytest.FixtureRequest) -> KubeClient:
        """The cluster's client; None for a workload that needs none."""
        return cls.connect(request) if cls.needs_cluster else cast("KubeClient", None)

    @pytest.fixture(scope="class")
    @classmethod
    def workload(cls, kube: KubeClient) -> Iterator[Workload]:
        """The deployment, in a namespace of its own."""
        namespace = f"conformance-{token_hex(3)}"
        if cls.needs_cluster:
            kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        made = cls.workload_class(
            kube, Settings(), name="tried", namespace=namespace, options=cls.options
        )
        try:
            made.deploy()
            made.wait_ready()
            yield made
            made.remove()
        finally:
            if cls.needs_cluster:
                kube.delete(NAMESPACES, namespace)

    @pytest.fixture
    def seeded(self, workload: Workload) -> Workload:
        """The deployment with the dataset in it and nothing else."""
        self.empty(workload)
        workload.seed(self.dataset or workload.datasets()[0])
        return workload

    def test_it_says_who_it_is(self, workload: Workload) -> None:
        """Kind, version and limits are words for people and for scenarios."""
        assert workload.kind
        assert workload.kind == workload.kind.strip().lower()
        assert workload.name == "tried"
        assert workload.version().strip()
        assert "\n" not in workload.version(), "version() is one line"
        assert isinstance(workload.not_covered, tuple)
        assert all(phrase.strip() for phrase in workload.not_covered)

    def test_unknown_options_are_refused(self) -> None:
        """By name, and before anything is touched: there is no cluster here at all."""
        with pytest.raises(UsageProblem, match="no-such-option"):
            self.workload_class(
                cast("KubeClient", None),
                Settings(),
                name="tried",
                namespace="nowhere",
                options={**self.options, "no-such-option": "x"},
            )

    def test_what_an_actionset_names_is_there(self, workload: Workload, kube: KubeClient) -> None:
        """Target and Secrets exist, in the workload's own namespace."""
        for target in (workload.target, *workload.secrets.values()):
            assert target.namespace == workload.namespace, f"{target} is elsewhere"
            assert not self.needs_cluster or _exists(kube, target), f"there is no {target}"

    def test_every_dataset_is_seen_by_a_snapshot(self, workload: Workload) -> None:
        """It holds something, and a snapshot after it is another one than before."""
        names = workload.datasets() if self.datasets is None else self.datasets
        assert names, "a workload needs at least one dataset"
        for name in names:
            self.empty(workload)
            before = workload.snapshot()
            assert workload.seed(name) > 0, f"the dataset {name} holds nothing"
            _differs(before, workload.snapshot(), f"seeding {name}")

    def test_an_unknown_dataset_is_refused(self, workload: Workload) -> None:
        """By name, with those that there are."""
        with pytest.raises(UsageProblem, match="no-such-dataset") as caught:
            workload.seed("no-such-dataset")
        assert workload.datasets()[0] in str(caught.value), "the known ones are not named"
        with pytest.raises(UsageProblem):
            workload.seed(Path("/no-such-folder/no-such-file"))

    def test_two_snapshots_of_the_same_are_equal(self, seeded: Workload, tmp_path: Path) -> None:
        """Looking changes nothing, and what is kept on disk is the same again."""
        first, second = seeded.snapshot(), seeded.snapshot()
        assert not compare(first, second), f"nothing happened, yet:\n{compare(first, second)}"
        assert first == second
        save_snapshot(first, tmp_path / "first")
        assert load_snapshot(tmp_path / "first") == second

    def test_the_same_data_in_a_new_deployment_are_the_same(self, seeded: Workload) -> None:
        """No address, clock or identity of a server is among the data."""
        before = seeded.snapshot()
        seeded.remove()
        seeded.deploy()
        seeded.wait_ready()
        seeded.seed(self.dataset or seeded.datasets()[0])
        assert seeded.snapshot().tables == before.tables

    def test_every_damage_is_seen_by_a_snapshot(self, workload: Workload) -> None:
        """Each is told in words, and found."""
        assert self.damages, "name one damage of each kind in `damages`"
        for how in self.damages:
            self.empty(workload)
            workload.seed(self.dataset or workload.datasets()[0])
            before = workload.snapshot()
            said = workload.damage(**how)
            assert said.strip(), f"damage {dict(how)} says nothing of what it did"
            assert "\n" not in said
            _differs(before, workload.snapshot(), f"damage {dict(how)}")

    def test_unknown_damages_are_refused_and_do_nothing(self, seeded: Workload) -> None:
        """By name, with those that there are."""
        before = seeded.snapshot()
        with pytest.raises(UsageProblem, match="no-such-damage") as caught:
            seeded.damage(**{"no-such-damage": "x"})
        for how in self.damages:
            assert next(iter(how)) in str(caught.value), f"{how} is not named among the known"
        with pytest.raises(UsageProblem):
            seeded.damage()
        assert seeded.snapshot() == before

    def test_removing_leaves_nothing(self, workload: Workload, kube: KubeClient) -> None:
        """No object in the cluster, no data; a second time does nothing."""
        workload.remove()
        workload.remove()
        if self.needs_cluster:
            left = _objects(kube, workload.namespace)
            assert not left, f"left after remove: {sorted(left)}"
        with pytest.raises(KanisterHarnessError):
            workload.snapshot()
        workload.deploy()
        workload.wait_ready()
        fresh = workload.snapshot()
        workload.seed(self.dataset or workload.datasets()[0])
        _differs(fresh, workload.snapshot(), "seeding after remove and deploy")


def _differs(before: Snapshot, after: Snapshot, what: str) -> None:
    assert before != after, f"{what} changed nothing that a snapshot sees"
    diff = compare(before, after)
    assert diff, f"after {what} the snapshots are not equal, yet compare() finds no difference"
    assert str(diff).strip()
    assert diff.grades, "a difference belongs to a grade"


def _resource(kind: str) -> Resource:
    for resource in (*_KINDS, NAMESPACES):
        if resource.kind.lower() == kind or resource.plural == kind:
            return resource
    raise AssertionError(f"an ActionSet's object of kind {kind!r} is not known to this suite")


def _exists(kube: KubeClient, target: Target) -> bool:
    resource = _resource(target.kind)
    namespace = target.namespace if resource.namespaced else None
    return any(obj["metadata"]["name"] == target.name for obj in kube.list(resource, namespace))


def _objects(kube: KubeClient, namespace: str) -> set[tuple[str, str]]:
    found = {
        (resource.kind, obj["metadata"]["name"])
        for resource in _KINDS
        for obj in kube.list(resource, namespace)
    }
    return found - _CLUSTERS_OWN
