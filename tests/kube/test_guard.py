"""Each rule for guests, and a way to break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._harness.existing import existing_workload, split_options
from pytest_kanister._kube import Guard, KubeClient
from pytest_kanister._model.ownership import (
    ALLOW_DESTRUCTIVE_LABEL,
    ALLOW_LABEL,
    OWNER_ANNOTATION,
    RUN_LABEL,
)
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    NAMESPACES,
    PROFILES,
    STATEFULSETS,
)
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import AlreadyExists, NotFound, UsageProblem
from tests.support.api import CAPABILITIES, Server, running_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        admin = running.client()
        for name, labels in {
            "theirs": {},
            "named": {ALLOW_LABEL: "true"},
            "shy": {ALLOW_LABEL: "maybe"},
            "unnamed": {ALLOW_LABEL: "true"},
        }.items():
            admin.create(namespace(name, **labels))
        admin.close()
        yield running


@pytest.fixture
def admin(server: Server) -> Iterator[KubeClient]:
    client = server.client()
    yield client
    client.close()


@pytest.fixture
def guest(server: Server) -> Iterator[KubeClient]:
    capabilities = replace(CAPABILITIES, shared=True, run="me")
    guard = Guard("me", "here 1-2", ["named", "shy", "gone"])
    client = KubeClient(server.kubeconfig, capabilities, guard=guard)
    yield client
    client.close()


def namespace(name: str, **labels: str) -> dict[str, object]:
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def config(place: str, name: str = "c", **more: object) -> dict[str, object]:
    metadata = {"name": name, "namespace": place, **more}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


@pytest.mark.parametrize("place", ["theirs", "default", "kube-system", "unnamed", "shy", "gone"])
def test_nothing_is_made_in_a_namespace_that_is_not_open_to_us(
    guest: KubeClient, admin: KubeClient, place: str
) -> None:
    with pytest.raises(UsageProblem, match=f"making ConfigMap {place}/c is refused"):
        guest.create(config(place))
    assert not [c for c in admin.list(CONFIGMAPS, place) if c["metadata"]["name"] == "c"]


def test_the_namespace_argument_does_not_hide_where_it_goes(guest: KubeClient) -> None:
    with pytest.raises(UsageProblem, match="making ConfigMap theirs/c is refused"):
        guest.create(config("named"), "theirs")


def test_an_allowance_that_is_taken_back_counts_at_once(
    guest: KubeClient, admin: KubeClient
) -> None:
    guest.create(config("named", "first"))
    admin.patch(NAMESPACES, "named", {"metadata": {"labels": {ALLOW_LABEL: None}}})
    try:
        with pytest.raises(UsageProblem, match="does not bear the label"):
            guest.create(config("named", "second"))
    finally:
        admin.patch(NAMESPACES, "named", {"metadata": {"labels": {ALLOW_LABEL: "true"}}})


def test_another_runs_namespace_is_not_ours(guest: KubeClient, admin: KubeClient) -> None:
    admin.create(namespace("other-run", **{RUN_LABEL: "other"}))
    with pytest.raises(UsageProblem, match="was not made by this run"):
        guest.create(config("other-run"))
    with pytest.raises(UsageProblem, match="it is of run other"):
        guest.delete(NAMESPACES, "other-run")
    assert admin.get(NAMESPACES, "other-run")


def test_what_is_made_bears_our_label_whatever_it_said(guest: KubeClient) -> None:
    made = guest.create(namespace("own"))
    assert made["metadata"]["labels"][RUN_LABEL] == "me"
    lying = config("own", labels={RUN_LABEL: "other", "a": "b"}, annotations={"x": "y"})
    found = guest.create(lying)["metadata"]
    assert found["labels"] == {RUN_LABEL: "me", "a": "b"}
    assert (found["annotations"][OWNER_ANNOTATION], found["annotations"]["x"]) == ("here 1-2", "y")
    guest.delete(CONFIGMAPS, "c", "own")


def test_pods_and_claims_of_a_workload_bear_it_too(guest: KubeClient) -> None:
    labels = {"app": "a"}
    spec = {
        "serviceName": "s",
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "c", "image": "busybox"}]},
        },
        "volumeClaimTemplates": [
            {
                "metadata": {"name": "data"},
                "spec": {
                    "accessModes": ["ReadWriteOnce"],
                    "resources": {"requests": {"storage": "1Mi"}},
                },
            }
        ],
    }
    body = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"}, "spec": spec}
    made = guest.create(body, "named")
    assert made["spec"]["template"]["metadata"]["labels"] == {"app": "a", RUN_LABEL: "me"}
    (claim,) = made["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["labels"][RUN_LABEL] == "me"
    assert RUN_LABEL not in repr(spec)  # the caller's is untouched


def test_a_generated_name_is_drawn_here(guest: KubeClient) -> None:
    profile = {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "Profile",
        "metadata": {"generateName": "p-", "namespace": "named"},
    }
    made = guest.create(profile)
    assert made["metadata"]["name"].startswith("p-")
    guest.delete(PROFILES, made["metadata"]["name"], "named")


def test_what_others_made_is_neither_changed_nor_deleted_nor_joined(
    guest: KubeClient, admin: KubeClient
) -> None:
    theirs = admin.create(config("named", "theirs"))
    for act in (
        lambda: guest.delete(CONFIGMAPS, "theirs", "named"),
        lambda: guest.patch(CONFIGMAPS, "theirs", {"data": {"a": "b"}}, "named"),
        lambda: guest.update({**theirs, "data": {"a": "b"}}),
        lambda: guest.create(config("named", "theirs")),
    ):
        with pytest.raises(UsageProblem, match="it does not bear our label"):
            act()
    assert admin.get(CONFIGMAPS, "theirs", "named") == theirs


def test_a_label_that_somebody_forges_on_the_way_does_not_help(
    guest: KubeClient, admin: KubeClient
) -> None:
    theirs = admin.create(config("named", "forged"))
    body = {**theirs, "metadata": {**theirs["metadata"], "labels": {RUN_LABEL: "me"}}}
    with pytest.raises(UsageProblem, match="updating ConfigMap named/forged is refused"):
        guest.update(body)


def test_an_object_that_was_replaced_meanwhile_is_not_deleted(
    guest: KubeClient, admin: KubeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest.create(config("named", "swapped"))
    get = guest.get

    def swap(*args: object, **more: object) -> object:
        found = get(*args, **more)  # type: ignore[arg-type] # passed through as they came
        if args[0] == CONFIGMAPS:
            admin.delete(CONFIGMAPS, "swapped", "named")
            admin.create(config("named", "swapped"))
        return found

    monkeypatch.setattr(guest, "get", swap)
    with pytest.raises(Exception, match=r"(?i)uid|conflict|precondition"):
        guest.delete(CONFIGMAPS, "swapped", "named")
    assert admin.get(CONFIGMAPS, "swapped", "named")


def test_what_belongs_to_the_whole_cluster_is_not_made(guest: KubeClient) -> None:
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "v"},
        "spec": {
            "capacity": {"storage": "1Mi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/"},
        },
    }
    with pytest.raises(UsageProblem, match="it belongs to the whole cluster"):
        guest.create(volume)


def test_commands_and_connections_stay_out_of_others_pods(guest: KubeClient) -> None:
    with pytest.raises(UsageProblem, match="running a command in pod theirs/p is refused"):
        guest.exec("theirs", "p", ["true"])
    carried = KubeClient(
        guest.kubeconfig,
        replace(guest.capabilities, reach="portforward"),
        guard=Guard("me", "", ["named"]),
    )
    with pytest.raises(UsageProblem, match="reaching Service theirs/s is refused"):
        carried.reach("theirs", "s", 1)
    carried.close()


def test_a_creation_whose_answer_was_lost_is_recognised(
    guest: KubeClient, admin: KubeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = guest._connection
    request = connection.request

    def twice(method: str, *args: object, **more: object) -> object:
        if method == "POST":
            request(method, *args, **more)  # type: ignore[arg-type] # as it came; nobody hears
        return request(method, *args, **more)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(connection, "request", twice)
    made = guest.create(config("named", "lost"))
    assert made["metadata"]["name"] == "lost"
    monkeypatch.undo()
    with pytest.raises(AlreadyExists):
        guest.create(config("named", "lost"))


def statefulset(admin: KubeClient, name: str, **labels: str) -> None:
    app = {"app": name}
    admin.create(
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": name, "namespace": "named", "labels": labels},
            "spec": {
                "serviceName": name,
                "selector": {"matchLabels": app},
                "template": {
                    "metadata": {"labels": app},
                    "spec": {"containers": [{"name": "c", "image": "mysql"}]},
                },
            },
        }
    )


@pytest.mark.parametrize(
    ("said", "label", "lacking"),
    [
        ("refused", "true", ["scenario"]),
        ("allowed", "false", ["statefulset"]),
        ("refused", "", ["scenario", "statefulset"]),
    ],
)
def test_a_workload_that_we_did_not_deploy_is_not_overwritten(
    guest: KubeClient, admin: KubeClient, said: str, label: str, lacking: list[str]
) -> None:
    name = f"db-{said}-{label}".rstrip("-")
    statefulset(admin, name, **({ALLOW_DESTRUCTIVE_LABEL: label} if label else {}))
    options, existing = split_options({"existing": True, "destructive": said, "image": "mysql"})
    assert options == {"image": "mysql"}
    assert existing is not None
    inner = MySQL(guest, Settings(), name=name, namespace="named", options=options)
    workload = existing_workload(guest, inner, existing)

    for act in (
        lambda: workload.seed("accounts"),
        lambda: workload.execute("SELECT 1"),
        lambda: workload.damage(drop="d"),
        lambda: workload.require_writable("restoring"),  # type: ignore[attr-defined] # ours
    ):
        with pytest.raises(UsageProblem, match="which we did not deploy") as refusal:
            act()
        assert [
            word for word in ("scenario", "statefulset") if f"the {word} does" in str(refusal.value)
        ] == lacking
    workload.remove()
    assert admin.get(STATEFULSETS, name, "named")
    assert workload.datasets() == inner.datasets()


def test_both_agree(guest: KubeClient, admin: KubeClient) -> None:
    statefulset(admin, "db-agreed", **{ALLOW_DESTRUCTIVE_LABEL: "true"})
    _, existing = split_options({"existing": True, "destructive": "allowed"})
    assert existing is not None
    inner = MySQL(guest, Settings(), name="db-agreed", namespace="named", options={})
    workload = existing_workload(guest, inner, existing)
    with pytest.raises(NotFound):  # it went on to look for the Service
        workload.execute("SELECT 1")


def test_what_a_scenario_may_say_about_it() -> None:
    assert split_options({"image": "x"}) == ({"image": "x"}, None)
    with pytest.raises(UsageProblem, match="existing: expected true or false, found 'yes'"):
        split_options({"existing": "yes"})
    with pytest.raises(UsageProblem, match="destructive: expected refused or allowed, found True"):
        split_options({"existing": True, "destructive": True})
