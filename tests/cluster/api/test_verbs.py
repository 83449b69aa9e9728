"""The verbs in-process: versions, generations, finalizers, patches, watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.api.options import ListOptions, WriteOptions
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    CRDS,
    DEPLOYMENTS,
    NAMESPACES,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import AlreadyExists, ApiError, BadRequest, Conflict, Invalid, NotFound
from tests.cluster.standins import (
    QuickKubelet,
    deployment,
    pod,
    stateful_set,
    widget,
    widgets_crd,
)

WIDGETS = Resource("example.org", "v1", "widgets", "Widget")


def with_api(test: Callable[[LocalApi], Awaitable[None]]) -> Callable[[], None]:
    """Runs an asynchronous test with a fresh cluster that has the namespace `a`."""

    def run() -> None:
        async def main() -> None:
            kubelet = QuickKubelet()
            api = LocalApi(Store(), lambda: kubelet)
            await api.create(NAMESPACES, {"metadata": {"name": "a"}})
            await test(api)

        asyncio.run(main())

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


def config(name: str, **data: str) -> Object:
    return {"metadata": {"name": name}, "data": data}


@with_api
async def test_an_update_that_changes_nothing_has_no_version(api: LocalApi) -> None:
    made = await api.create(CONFIGMAPS, config("c", x="1"), "a")
    same = await api.update(CONFIGMAPS, made)
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
    made["data"]["x"] = "2"
    fresh = await api.update(CONFIGMAPS, made)
    assert int(fresh["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])
    with pytest.raises(Conflict):
        await api.update(CONFIGMAPS, {**made, "data": {"x": "3"}})


@with_api
async def test_objects_are_the_callers_own(api: LocalApi) -> None:
    given = config("c", x="1")
    made = await api.create(CONFIGMAPS, given, "a")
    assert given == config("c", x="1")
    made["data"]["x"] = "changed"
    assert (await api.get(CONFIGMAPS, "c", "a"))["data"] == {"x": "1"}
    listed = (await api.list(CONFIGMAPS, "a"))["items"]
    listed[0]["data"]["x"] = "changed"
    assert (await api.get(CONFIGMAPS, "c", "a"))["data"] == {"x": "1"}


@with_api
async def test_the_server_owns_identity(api: LocalApi) -> None:
    made = await api.create(
        CONFIGMAPS, {"metadata": {"name": "c", "uid": "mine", "generation": 7}}, "a"
    )
    assert made["metadata"]["uid"] != "mine"
    assert "generation" not in made["metadata"]
    with pytest.raises(AlreadyExists):
        await api.create(CONFIGMAPS, config("c"), "a")
    replaced = {"metadata": {"name": "c", "namespace": "a", "creationTimestamp": None}}
    kept = await api.update(CONFIGMAPS, replaced)
    assert kept["metadata"]["uid"] == made["metadata"]["uid"]
    with pytest.raises(Conflict, match="Precondition failed: UID"):
        await api.update(
            CONFIGMAPS, {"metadata": {"name": "c", "namespace": "a", "uid": "another"}}
        )
    with pytest.raises(ApiError, match="resourceVersion should not be set"):
        await api.create(CONFIGMAPS, {"metadata": {"name": "d", "resourceVersion": "1"}}, "a")


@with_api
async def test_generation_counts_changes_of_the_spec(api: LocalApi) -> None:
    made = await api.create(DEPLOYMENTS, deployment("d"), "a")
    assert made["metadata"]["generation"] == 1
    made["metadata"]["labels"] = {"x": "y"}
    made = await api.update(DEPLOYMENTS, made)
    assert made["metadata"]["generation"] == 1
    made["spec"]["replicas"] = 5
    made["status"] = {"replicas": 99}
    made = await api.update(DEPLOYMENTS, made)
    assert made["metadata"]["generation"] == 2
    assert made["status"] == {}
    made["status"] = {"replicas": 5}
    made["spec"]["replicas"] = 1
    made = await api.update(DEPLOYMENTS, made, subresource="status")
    assert (made["status"], made["spec"]["replicas"]) == ({"replicas": 5}, 5)
    assert made["metadata"]["generation"] == 2


@with_api
async def test_a_custom_resource_without_status_subresource(api: LocalApi) -> None:
    await api.create(CRDS, widgets_crd())
    made = await api.create(WIDGETS, {**widget("w"), "status": {"state": "new"}}, "a")
    assert made["status"] == {"state": "new"}
    assert made["spec"] == {"size": 3, "mode": "safe"}
    made["status"] = {"state": "old", "unknown": 1}
    made = await api.update(WIDGETS, made)
    assert made["status"] == {"state": "old"}  # a plain update changes it; the rest is pruned
    assert made["metadata"]["generation"] == 2
    with pytest.raises(NotFound):
        await api.update(WIDGETS, made, subresource="status")
    free = await api.patch(
        WIDGETS, "w", {"spec": {"free": {"deep": {"er": 1}}, "port": "http"}}, "a"
    )
    assert free["spec"]["free"] == {"deep": {"er": 1}}
    with pytest.raises(Invalid, match="must be of type integer,string"):
        await api.patch(WIDGETS, "w", {"spec": {"port": 1.5}}, "a")


@with_api
async def test_a_custom_resource_with_status_subresource(api: LocalApi) -> None:
    crd = widgets_crd()
    crd["spec"]["versions"][0]["subresources"] = {"status": {}}
    await api.create(CRDS, crd)
    made = await api.create(WIDGETS, {**widget("w"), "status": {"state": "new"}}, "a")
    assert "status" not in made
    made["status"] = {"state": "told"}
    assert "status" not in await api.update(WIDGETS, made)
    told = await api.update(WIDGETS, made, subresource="status")
    assert told["status"] == {"state": "told"}
    assert told["metadata"]["generation"] == 1


@with_api
async def test_crds_are_checked(api: LocalApi) -> None:
    crd = widgets_crd()
    crd["metadata"]["name"] = "wrong.example.org"
    with pytest.raises(Invalid, match=r"metadata\.name"):
        await api.create(CRDS, crd)
    crd = widgets_crd()
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["properties"]["spec"]["x-kubernetes-validations"] = [{"rule": "self.size > 1"}]
    with pytest.raises(Invalid, match="cannot evaluate CEL"):
        await api.create(CRDS, crd)
    made = await api.create(CRDS, widgets_crd())
    assert {item["type"] for item in made["status"]["conditions"]} == {
        "NamesAccepted",
        "Established",
    }


@with_api
async def test_names_can_be_generated_and_texts_given(api: LocalApi) -> None:
    obj = {"metadata": {"generateName": "s-"}, "stringData": {"k": "v"}, "data": {"o": "eA=="}}
    made = [await api.create(SECRETS, obj, "a") for _ in range(2)]
    assert made[0]["metadata"]["name"] != made[1]["metadata"]["name"]
    assert made[0]["data"] == {"k": "dg==", "o": "eA=="}
    assert (made[0]["type"], "stringData" in made[0]) == ("Opaque", False)


@with_api
async def test_finalizers_hold_an_object(api: LocalApi) -> None:
    obj = {"metadata": {"name": "c", "finalizers": ["example.org/hold"]}}
    await api.create(CONFIGMAPS, obj, "a")
    held = await api.delete(CONFIGMAPS, "c", "a")
    assert held["metadata"]["deletionTimestamp"]
    assert (await api.delete(CONFIGMAPS, "c", "a"))["metadata"] == held["metadata"]
    held["metadata"]["finalizers"] = []
    await api.update(CONFIGMAPS, held)
    with pytest.raises(NotFound):
        await api.get(CONFIGMAPS, "c", "a")


@with_api
async def test_pods_end_gracefully(api: LocalApi) -> None:
    made = await api.create(PODS, pod("p"), "a")
    assert made["spec"]["nodeName"] == "pytest-kanister"
    assert made["spec"]["containers"][0]["imagePullPolicy"] == "IfNotPresent"
    assert made["status"]["phase"] == "Pending"
    ending = await api.delete(PODS, "p", "a")
    assert ending["metadata"]["deletionGracePeriodSeconds"] == 30
    sooner = await api.delete(PODS, "p", "a", grace_period_s=5)
    assert sooner["metadata"]["deletionGracePeriodSeconds"] == 5
    await api.get(PODS, "p", "a")
    await api.delete(PODS, "p", "a", grace_period_s=0)
    with pytest.raises(NotFound):
        await api.get(PODS, "p", "a")

    ended = await api.create(PODS, pod("q"), "a")
    ended["status"]["phase"] = "Succeeded"
    await api.update(PODS, ended, subresource="status")
    await api.delete(PODS, "q", "a")
    with pytest.raises(NotFound):
        await api.get(PODS, "q", "a")


@with_api
async def test_services_get_defaults_and_keep_their_address(api: LocalApi) -> None:
    spec = {"selector": {"x": "y"}, "ports": [{"port": 80}]}
    made = await api.create(SERVICES, {"metadata": {"name": "s"}, "spec": spec}, "a")
    assert made["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert made["spec"]["clusterIP"] == ""
    await api.patch(SERVICES, "s", {"spec": {"clusterIP": "127.1.2.3"}}, "a")
    bare = {"metadata": {"name": "s", "namespace": "a"}, "spec": {"ports": [{"port": 81}]}}
    assert (await api.update(SERVICES, bare))["spec"]["clusterIP"] == "127.1.2.3"
    with pytest.raises(Invalid, match="field is immutable"):
        await api.patch(SERVICES, "s", {"spec": {"clusterIP": "127.1.2.4"}}, "a")


@with_api
async def test_stateful_sets_keep_most_of_their_spec(api: LocalApi) -> None:
    made = await api.create(STATEFULSETS, stateful_set("db"), "a")
    made["spec"]["serviceName"] = "other"
    with pytest.raises(Invalid, match="updates to statefulset spec for fields other than"):
        await api.update(STATEFULSETS, made)


@with_api
async def test_patches(api: LocalApi) -> None:
    await api.create(CONFIGMAPS, config("c", x="1", y="2"), "a")
    merged = await api.patch(CONFIGMAPS, "c", {"data": {"x": None, "z": "3"}}, "a")
    assert merged["data"] == {"y": "2", "z": "3"}
    operations = [
        {"op": "test", "path": "/data/y", "value": "2"},
        {"op": "remove", "path": "/data/y"},
    ]
    left = await api.patch(CONFIGMAPS, "c", operations, "a", patch_type="json")
    assert left["data"] == {"z": "3"}
    with pytest.raises(Invalid):
        await api.patch(CONFIGMAPS, "c", operations, "a", patch_type="json")
    with pytest.raises(BadRequest):
        await api.patch(CONFIGMAPS, "c", [{"op": "fly"}], "a", patch_type="json")
    with pytest.raises(Conflict):
        await api.patch(CONFIGMAPS, "c", {"metadata": {"resourceVersion": "1"}}, "a")
    with pytest.raises(NotFound):
        await api.patch(CONFIGMAPS, "d", {}, "a")


@with_api
async def test_strategic_patches_know_lists(api: LocalApi) -> None:
    await api.create(DEPLOYMENTS, deployment("d"), "a")

    async def patch(spec: Any) -> Any:
        change = {"spec": {"template": {"spec": spec}}}
        done = await api.patch(DEPLOYMENTS, "d", change, "a", patch_type="strategic")
        return done["spec"]["template"]["spec"]

    side = {"name": "side", "image": "s:1", "env": [{"name": "A", "value": "1"}]}
    spec = await patch({"containers": [side]})
    assert [item["name"] for item in spec["containers"]] == ["web", "side"]
    spec = await patch(
        {"containers": [{"name": "side", "env": [{"name": "B", "value": "2"}], "args": ["x"]}]}
    )
    side = spec["containers"][1]
    assert [item["name"] for item in side["env"]] == ["A", "B"]
    assert side["image"] == "s:1"
    spec = await patch(
        {"containers": [{"name": "side", "env": [{"name": "A", "$patch": "delete"}]}]}
    )
    assert [item["name"] for item in spec["containers"][1]["env"]] == ["B"]
    spec = await patch({"containers": [{"name": "side", "$patch": "delete"}]})
    assert [item["name"] for item in spec["containers"]] == ["web"]


@with_api
async def test_an_apply_owns_what_it_names(api: LocalApi) -> None:
    kind = api.store.kinds.of(CONFIGMAPS)

    def apply(manager: str, *, force: bool = False, **data: str) -> Object:
        options = WriteOptions(field_manager=manager, force=force)
        body = {"apiVersion": "v1", "kind": "ConfigMap", **config("c", **data)}
        return api.verbs.patch(kind, "a", "c", body, "apply", "", options)[0]

    assert apply("one", x="1", y="1")["data"] == {"x": "1", "y": "1"}
    assert apply("two", y="1", z="1")["data"] == {"x": "1", "y": "1", "z": "1"}
    assert apply("one", x="1")["data"] == {"x": "1", "y": "1", "z": "1"}  # `two` holds y
    assert apply("two", z="1")["data"] == {"x": "1", "z": "1"}
    with pytest.raises(Conflict, match=r'conflict with "one": \.data\.x'):
        apply("two", x="2")
    taken = apply("two", force=True, x="2")
    assert taken["data"] == {"x": "2"}
    assert apply("one", force=True)["data"] == {"x": "2"}  # no longer one's own
    version = taken["metadata"]["resourceVersion"]
    same = apply("two", x="2")
    assert apply("two", x="2")["metadata"]["resourceVersion"] == same["metadata"]["resourceVersion"]
    assert version != same["metadata"]["resourceVersion"]


@with_api
async def test_lists_come_in_order_and_in_pages(api: LocalApi) -> None:
    await api.create(NAMESPACES, {"metadata": {"name": "b"}})
    for home, name in (("b", "1"), ("a", "2"), ("a", "10")):
        await api.create(CONFIGMAPS, config(name), home)
    items = (await api.list(CONFIGMAPS))["items"]
    found = [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in items]
    assert found == [("a", "10"), ("a", "2"), ("b", "1")]
    assert "kind" not in items[0]
    kind = api.store.kinds.of(CONFIGMAPS)
    first = api.verbs.list(kind, None, ListOptions(limit=2))
    assert len(first["items"]) == 2
    token = first["metadata"]["continue"]
    rest = api.verbs.list(kind, None, ListOptions(limit=2, continue_token=token))
    assert [item["metadata"]["name"] for item in rest["items"]] == ["1"]
    assert "continue" not in rest["metadata"]


@with_api
async def test_dry_runs_leave_no_trace(api: LocalApi) -> None:
    kind = api.store.kinds.of(CONFIGMAPS)
    before = api.store.version
    dry = WriteOptions(dry_run=True)
    assert api.verbs.create(kind, "a", config("dry"), dry)["metadata"]["uid"]
    assert api.store.version == before
    with pytest.raises(NotFound):
        await api.get(CONFIGMAPS, "dry", "a")


async def collected(api: LocalApi, count: int, **options: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    async with aclosing(api.watch(CONFIGMAPS, "a", **options)) as events:  # type: ignore[type-var]  # an async generator
        async for event in events:
            found.append((event.type, event.object["metadata"]["name"]))
            if len(found) == count:
                break
    return found


@with_api
async def test_a_watch_sees_objects_enter_and_leave_its_selector(api: LocalApi) -> None:
    version = str(api.store.version)
    obj = config("c")
    obj["metadata"]["labels"] = {"x": "1"}
    await api.create(CONFIGMAPS, config("other"), "a")
    await api.create(CONFIGMAPS, obj, "a")
    await api.patch(CONFIGMAPS, "c", {"data": {"k": "v"}}, "a")
    await api.patch(CONFIGMAPS, "c", {"metadata": {"labels": {"x": "2"}}}, "a")
    await api.patch(CONFIGMAPS, "c", {"metadata": {"labels": {"x": "1"}}}, "a")
    await api.delete(CONFIGMAPS, "c", "a")
    seen = await collected(api, 5, resource_version=version, label_selector="x=1")
    assert seen == [(kind, "c") for kind in ("ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED")]


@with_api
async def test_a_watch_without_version_begins_with_the_present(api: LocalApi) -> None:
    await api.create(CONFIGMAPS, config("here"), "a")

    async def later() -> None:
        await asyncio.sleep(0)
        await api.create(CONFIGMAPS, config("later"), "a")

    task = asyncio.ensure_future(later())
    assert await collected(api, 2) == [("ADDED", "here"), ("ADDED", "later")]
    await task


@with_api
async def test_a_version_from_the_future_is_refused(api: LocalApi) -> None:
    with pytest.raises(ApiError, match="Too large resource version") as caught:
        await collected(api, 1, resource_version="999999")
    assert caught.value.status == 504


@with_api
async def test_exec_and_logs_name_their_container(api: LocalApi) -> None:
    await api.create(PODS, pod("p"), "a")
    out: list[bytes] = []

    async def stdin() -> Any:
        yield b"typed"

    status = await api.exec(
        "a",
        "p",
        ["sh", "-c", "cat; exit 4"],
        stdin=stdin(),
        on_stdout=out.append,
        on_stderr=out.append,
    )
    assert (status, b"".join(out)) == (4, b"typed")
    assert [line async for line in api.logs("a", "p")] == [b"one\n", b"two\n", b"three\n"]
    with pytest.raises(BadRequest, match="container other is not valid for pod p"):
        await api.exec(
            "a", "p", ["true"], container="other", on_stdout=out.append, on_stderr=out.append
        )
    with pytest.raises(NotFound, match='pods "q" not found'):
        await api.exec("a", "q", ["true"], on_stdout=out.append, on_stderr=out.append)
