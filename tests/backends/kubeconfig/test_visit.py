"""The tutorial's round trip as a guest: what was written where, with which rights, and after."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from pytest_kanister._backends import open_backend
from pytest_kanister._backends.kubeconfig.cleaning import clean
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._harness import Harness
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.ownership import ALLOW_DESTRUCTIVE_LABEL, RUN_LABEL
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    NAMESPACES,
    SECRETS,
    STATEFULSETS,
)
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, UsageProblem
from tests.backends.kubeconfig.conftest import Visited
from tests.support.apiproxy import Rules

pytestmark = pytest.mark.slow

DOCUMENT = Path(__file__).parents[3] / "docs/clusters.md"
BLUEPRINT = "mysql-blueprint.yaml"


def documented_roles() -> dict[str, list[dict[str, object]]]:
    """The Roles that docs/clusters.md holds, by name."""
    roles = {}
    for block in DOCUMENT.read_text().split("```yaml\n")[1:]:
        for manifest in yaml.safe_load_all(block.partition("```")[0]):
            if manifest and manifest.get("kind") in ("Role", "ClusterRole"):
                roles[manifest["metadata"]["name"]] = manifest["rules"]
    return roles


def circle(harness: Harness) -> None:
    mysql = harness.workload("mysql", namespace="shop")
    mysql.seed("accounts")
    before = mysql.snapshot()
    backup = harness.backup(mysql, BLUEPRINT)
    mysql.execute("DROP DATABASE myImportantData")
    assert mysql.snapshot() != before
    harness.restore(backup)
    assert mysql.snapshot() == before
    harness.delete(backup)
    assert not harness.bucket.objects()


def test_a_round_trip_writes_only_where_it_may_and_leaves_nothing(visited: Visited) -> None:
    before = hashlib.sha256(visited.kubeconfig.read_bytes()).hexdigest()
    roles = documented_roles()
    visited.proxy.rules = Rules(
        cluster=roles["pytest-kanister-runs"],
        namespaces={"kanister": roles["pytest-kanister-actionsets"]},
    )

    with Harness(visited.settings()) as harness:
        run = harness.capabilities.run
        circle(harness)
        ran = harness.ran()

    assert "on an embedded cluster" in ran["kanister"]
    own = {f"shop-{run}", f"pytest-kanister-store-{run}"}
    for request, body in visited.proxy.writes:
        if request.resource == "namespaces":
            assert request.verb in ("create", "delete")
            assert (request.name or body["metadata"]["name"]) in own
            continue
        assert request.namespace in {*own, "kanister"}, request
        if request.namespace == "kanister":
            assert request.resource in ("actionsets", "blueprints"), request
        if request.verb == "create" and "metadata" in body:
            assert body["metadata"]["labels"][RUN_LABEL] == run, request
        assert request.verb in ("create", "delete", "get")
    assert {request.verb for request, _ in visited.proxy.writes} == {"create", "delete"}
    # What it may not list while it looks for what it left is not asked for in vain elsewhere.
    assert {request.verb for request in visited.proxy.refused} <= {"list"}
    assert not visited.admin.list(NAMESPACES, label_selector=RUN_LABEL)
    assert not visited.admin.list(ACTIONSETS, label_selector=RUN_LABEL)
    assert not visited.admin.list(BLUEPRINTS, label_selector=RUN_LABEL)
    assert hashlib.sha256(visited.kubeconfig.read_bytes()).hexdigest() == before


def test_a_round_trip_in_a_namespace_that_exists_by_exec(visited: Visited) -> None:
    place = visited.make_namespace("team-exec")
    theirs = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "theirs", "namespace": place},
        "stringData": {"a": "b"},
    }
    visited.admin.create(theirs)
    roles = documented_roles()
    work = [
        {**rule, "resources": ["pods/exec"]} if rule["resources"] == ["pods/portforward"] else rule
        for rule in roles["pytest-kanister-work"]
    ]
    visited.proxy.rules = Rules(
        cluster=roles["pytest-kanister-guest"],
        namespaces={"kanister": roles["pytest-kanister-actionsets"], place: work},
    )

    with Harness(visited.settings(namespaces=place)) as harness:
        assert harness.capabilities.reach == "exec"
        circle(harness)

    assert {request.namespace for request, _ in visited.proxy.writes} <= {place, "kanister", ""}
    assert all(
        request.namespace or request.resource.startswith("selfsubject")
        for request, _ in visited.proxy.writes
    )
    assert [secret["metadata"]["name"] for secret in visited.admin.list(SECRETS, place)] == [
        "theirs"
    ]


def test_missing_rights_are_all_listed_before_anything_starts(visited: Visited) -> None:
    visited.proxy.rules = Rules(cluster=documented_roles()["pytest-kanister-guest"])

    with pytest.raises(EnvironmentProblem, match="nothing was started") as caught:
        open_backend(visited.settings(), print)

    text = str(caught.value)
    assert "create namespaces in the whole cluster" in text
    assert "create pods/portforward in the whole cluster" in text
    assert "create actionsets.cr.kanister.io in namespace kanister" in text
    assert "get namespaces" not in text
    assert visited.proxy.writes == []


def test_a_context_has_to_be_named(visited: Visited) -> None:
    with pytest.raises(UsageProblem, match=r"has to be named.*\n.*visited, nowhere"):
        open_backend(visited.settings(context=""), print)
    with pytest.raises(UsageProblem, match="there is no context 'other'"):
        open_backend(visited.settings(context="other"), print)
    assert visited.proxy.writes == []


def test_kanisters_namespace_has_to_allow_it(visited: Visited) -> None:
    visited.make_namespace("closed", allowed=False)
    with pytest.raises(EnvironmentProblem, match="nobody executes ActionSets in namespace closed"):
        open_backend(visited.settings(namespace="closed"), print)
    with pytest.raises(UsageProblem, match="does not bear the label pytest-kanister/allow"):
        open_backend(visited.settings(namespaces="closed"), print)
    assert visited.proxy.writes == []


def test_a_lost_api_server_is_waited_for(visited: Visited) -> None:
    import threading

    backend = open_backend(visited.settings(), print)
    kube: KubeClient = backend.connect()
    try:
        visited.proxy.down = True
        visited.proxy.cut()
        back = threading.Timer(1.0, setattr, (visited.proxy, "down", False))
        back.start()
        name = f"lost-{backend.capabilities.run}"
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        assert kube.get(NAMESPACES, name)
        back.join()
    finally:
        kube.close()
        backend.close()
    assert not visited.admin.list(NAMESPACES, label_selector=RUN_LABEL)


def test_what_cannot_be_removed_is_told_with_the_command_that_does(
    visited: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_kanister._backends.kubeconfig.opening.PATIENCE_S", 0.2)
    backend = open_backend(visited.settings(), print)
    run = backend.capabilities.run
    kube = backend.connect()
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"left-{run}"}})
    kube.close()
    visited.proxy.down = True
    visited.proxy.cut()

    with pytest.raises(EnvironmentProblem, match=f"run {run} could not remove") as caught:
        backend.close()

    assert f"--run {run}" in str(caught.value)
    visited.proxy.down = False
    # Its process, this one, lives: so it is only listed, until somebody insists.
    place, told = (str(visited.kubeconfig), "visited"), list[str]()
    assert clean(*place, told.append) == 1
    assert told[0].startswith(f"run {run} (process ")
    assert "may go on" in told[0]
    assert clean(*place, told.append, run=run) == 0
    assert not visited.admin.list(NAMESPACES, label_selector=RUN_LABEL)


def test_a_workload_that_is_there_is_overwritten_only_when_both_agree(visited: Visited) -> None:
    place = visited.make_namespace("team-db")
    theirs = MySQL(visited.admin, Settings(), name="db", namespace=place, options={})
    theirs.deploy()
    there = {"name": "db", "namespace": place}
    agreed = {"existing": True, "destructive": "allowed"}
    theirs.wait_ready()
    theirs.seed("accounts")
    truth = theirs.snapshot()

    with Harness(visited.settings(namespaces=place)) as harness:
        mysql = harness.workload("mysql", **there, options=agreed)
        assert mysql.snapshot() == truth
        backup = harness.backup(mysql, BLUEPRINT)
        with pytest.raises(UsageProblem, match="does not bear pytest-kanister/allow-destructive"):
            harness.restore(backup)
        with pytest.raises(UsageProblem, match="executing statements is refused"):
            mysql.execute("DROP DATABASE myImportantData")
        assert theirs.snapshot() == truth

        label = {"metadata": {"labels": {ALLOW_DESTRUCTIVE_LABEL: "true"}}}
        visited.admin.patch(STATEFULSETS, "db", label, place)
        careless = harness.workload("mysql", **there, options={"existing": True})
        with pytest.raises(UsageProblem, match="the scenario does not say `destructive: allowed`"):
            careless.damage(drop="myImportantData")
        trusted = harness.workload("mysql", **there, options=agreed)
        taken = harness.backup(trusted, BLUEPRINT)
        trusted.damage(drop="myImportantData")
        assert theirs.snapshot() != truth
        harness.restore(taken)
        assert theirs.snapshot() == truth

    assert theirs.snapshot() == truth
    visited.admin.delete(NAMESPACES, place)
