"""The official Python client against a listening server."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from pytest_kanister._model.resources import CRDS, NAMESPACES
from tests.cluster.standins import Cluster, stateful_set, widget, widgets_crd

# Its types say less than what it does (dictionaries are bodies too), so it is used untyped.
client: Any = import_module("kubernetes.client")
config: Any = import_module("kubernetes.config")
dynamic: Any = import_module("kubernetes.dynamic")
watch: Any = import_module("kubernetes.watch")
stream: Any = import_module("kubernetes.stream").stream
ApiException: Any = client.ApiException

pytestmark = [
    pytest.mark.slow,
    # The client leaves its watch's and exec's connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def api(alive: Cluster) -> Iterator[Any]:
    alive.run(alive.api.create(NAMESPACES, {"metadata": {"name": "py"}}))
    alive.run(alive.api.create(CRDS, widgets_crd()))
    found = config.new_client_from_config(str(alive.server.kubeconfig))
    with found:
        yield found
    del found
    gc.collect()  # here, where what it left open is expected


@pytest.fixture(scope="module")
def core(api: Any) -> Any:
    return client.CoreV1Api(api)


def test_typed_objects_go_round(core: Any) -> None:
    made = core.create_namespaced_secret(
        "py",
        client.V1Secret(
            metadata=client.V1ObjectMeta(generate_name="s-"), string_data={"key": "value"}
        ),
    )
    name = made.metadata.name
    assert name.startswith("s-")
    assert made.data == {"key": "dmFsdWU="}
    assert made.metadata.creation_timestamp is not None
    made.data["more"] = "bW9yZQ=="
    stale = made.metadata.resource_version
    changed = core.replace_namespaced_secret(name, "py", made)
    assert changed.metadata.resource_version != stale
    made.metadata.resource_version = stale
    with pytest.raises(ApiException) as caught:
        core.replace_namespaced_secret(name, "py", made)
    assert caught.value.status == 409
    core.patch_namespaced_secret(name, "py", {"metadata": {"labels": {"a": "b"}}})
    found = core.list_namespaced_secret("py", label_selector="a=b").items
    assert [item.metadata.name for item in found] == [name]
    core.delete_namespaced_secret(name, "py")
    with pytest.raises(ApiException) as caught:
        core.read_namespaced_secret(name, "py")
    assert caught.value.status == 404
    assert f'secrets \\"{name}\\" not found' in caught.value.body


def test_a_long_list_comes_in_pages(core: Any) -> None:
    for number in range(5):
        body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=f"page-{number}"))
        core.create_namespaced_config_map("py", body)
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map("py", limit=2, _continue=token)
        assert len(page.items) <= 2
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert names == [f"page-{number}" for number in range(5)]


def test_a_watch_resumes(core: Any) -> None:
    listed = core.list_namespaced_config_map("py")
    version = listed.metadata.resource_version
    body = client.V1ConfigMap(metadata=client.V1ObjectMeta(name="seen"), data={"a": "1"})
    core.create_namespaced_config_map("py", body)
    core.patch_namespaced_config_map("seen", "py", {"data": {"a": "2"}})
    core.delete_namespaced_config_map("seen", "py")
    events = watch.Watch().stream(
        core.list_namespaced_config_map,
        "py",
        resource_version=version,
        field_selector="metadata.name=seen",
        timeout_seconds=1,
    )
    seen = [(event["type"], (event["object"].data or {}).get("a")) for event in events]
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")]


def test_workloads_and_scale(api: Any, alive: Cluster) -> None:
    apps = client.AppsV1Api(api)
    apps.create_namespaced_stateful_set("py", stateful_set("db"))

    def ready(number: int) -> Any:
        status = apps.read_namespaced_stateful_set("db", "py").status
        return (status.ready_replicas or 0) == number or None

    alive.until(lambda: ready(1))
    scale = apps.read_namespaced_stateful_set_scale("db", "py")
    scale.spec.replicas = 2
    apps.replace_namespaced_stateful_set_scale("db", "py", scale)
    alive.until(lambda: ready(2))
    apps.delete_namespaced_stateful_set("db", "py")


def test_the_dynamic_client_finds_custom_kinds(api: Any) -> None:
    widgets = dynamic.DynamicClient(api).resources.get(api_version="example.org/v1", kind="Widget")
    made = widgets.create(body=widget("dyn"), namespace="py")
    assert made.spec.mode == "safe"
    body = {**widget("dyn", size=9), "metadata": {"name": "dyn", "namespace": "py"}}
    applied = widgets.server_side_apply(body=body, namespace="py", field_manager="tests")
    assert applied.spec.size == 9
    body["status"] = {"state": "told"}
    changed = widgets.patch(
        body={"status": {"state": "told"}},
        name="dyn",
        namespace="py",
        content_type="application/merge-patch+json",
    )
    assert changed.status.state == "told"
    assert changed.metadata.generation == 3
    assert [item.metadata.name for item in widgets.get(namespace="py").items] == ["dyn"]
    widgets.delete(name="dyn", namespace="py")


def test_exec_and_logs(core: Any, alive: Cluster) -> None:
    body = {
        "metadata": {"name": "box"},
        "spec": {"containers": [{"name": "main", "image": "busybox:1"}]},
    }
    core.create_namespaced_pod("py", body)
    alive.until(lambda: core.read_namespaced_pod("box", "py").status.phase == "Running" or None)
    assert core.read_namespaced_pod_log("box", "py", tail_lines=1) == "three\n"
    session = stream(
        core.connect_get_namespaced_pod_exec,
        "box",
        "py",
        command=["sh", "-c", "read line; echo got $line; exit 3"],
        stdin=True,
        stdout=True,
        stderr=True,
        tty=False,
        _preload_content=False,
    )
    session.write_stdin("this\n")
    session.run_forever(timeout=10)
    assert session.read_stdout() == "got this\n"
    assert session.returncode == 3
    session.close()


def test_the_version_is_told(api: Any) -> None:
    assert client.VersionApi(api).get_code().git_version.startswith("v1.32")
