import pytest

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import CONFIGMAPS, NAMESPACES, PROFILES, SECRETS
from pytest_kanister.errors import AlreadyExists, ApiError, Conflict, Invalid, NotFound


def config_map(name: str, **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


@pytest.fixture
def space(kube: KubeClient, request: pytest.FixtureRequest) -> str:
    name: str = request.node.name.split("[")[0].replace("_", "-")[:60].rstrip("-")
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


def test_create_get_update_patch_delete(kube: KubeClient, space: str) -> None:
    made = kube.create(config_map("one", a="1"), space)
    assert made["metadata"]["namespace"] == space
    assert kube.get(CONFIGMAPS, "one", space)["data"] == {"a": "1"}

    made["data"] = {"b": "2"}
    assert kube.update(made)["data"] == {"b": "2"}
    merged = kube.patch(CONFIGMAPS, "one", {"data": {"c": "3"}}, space)
    assert merged["data"] == {"b": "2", "c": "3"}
    steps = [{"op": "remove", "path": "/data/b"}]
    assert kube.patch(CONFIGMAPS, "one", steps, space, patch_type="json")["data"] == {"c": "3"}

    kube.delete(CONFIGMAPS, "one", space, wait_s=10)
    with pytest.raises(NotFound, match='configmaps "one" not found'):
        kube.get(CONFIGMAPS, "one", space)
    kube.delete(CONFIGMAPS, "one", space, wait_s=10)  # gone already: no error


def test_server_side_apply(kube: KubeClient, space: str) -> None:
    body = config_map("applied", a="1")
    kube.patch(CONFIGMAPS, "applied", body, space, patch_type="apply")

    assert kube.get(CONFIGMAPS, "applied", space)["data"] == {"a": "1"}


def test_a_strategic_patch(kube: KubeClient, space: str) -> None:
    kube.create(config_map("one", a="1"), space)

    changed = kube.patch(
        CONFIGMAPS, "one", {"data": {"a": None, "b": "2"}}, space, patch_type="strategic"
    )

    assert changed["data"] == {"b": "2"}


def test_refusals_have_their_own_classes(kube: KubeClient, space: str) -> None:
    made = kube.create(config_map("one"), space)
    with pytest.raises(AlreadyExists):
        kube.create(config_map("one"), space)
    kube.patch(CONFIGMAPS, "one", {"data": {"a": "1"}}, space)
    with pytest.raises(Conflict):
        kube.update(made)
    with pytest.raises(Invalid, match="Not A Name"):
        kube.create(config_map("Not A Name"), space)


def test_an_api_error_carries_the_status(kube: KubeClient) -> None:
    with pytest.raises(ApiError) as refused:
        kube.get(SECRETS, "absent", "default")

    assert (refused.value.status, refused.value.reason) == (404, "NotFound")
    assert refused.value.details["name"] == "absent"


def test_lists_are_in_name_order_and_carry_kinds(kube: KubeClient, space: str) -> None:
    for name in ("b", "a", "c"):
        body = config_map(name)
        body["metadata"] = {"name": name, "labels": {"odd": str(name != "b")}}
        kube.create(body, space)

    assert [item["metadata"]["name"] for item in kube.list(CONFIGMAPS, space)] == ["a", "b", "c"]
    chosen = kube.list(CONFIGMAPS, space, label_selector="odd=True")
    assert [item["metadata"]["name"] for item in chosen] == ["a", "c"]
    chosen = kube.list(CONFIGMAPS, space, field_selector="metadata.name=b")
    assert [(item["kind"], item["metadata"]["name"]) for item in chosen] == [("ConfigMap", "b")]


@pytest.mark.slow
def test_a_list_longer_than_a_page(kube: KubeClient, space: str) -> None:
    for number in range(510):
        kube.create(config_map(f"m{number:04}"), space)

    names = [item["metadata"]["name"] for item in kube.list(CONFIGMAPS, space)]
    assert names == [f"m{number:04}" for number in range(510)]


def test_the_namespace_is_the_arguments_then_the_manifests_then_default(
    kube: KubeClient, space: str
) -> None:
    own = config_map("own")
    own["metadata"] = {"name": "own", "namespace": space}

    assert kube.create(own)["metadata"]["namespace"] == space
    assert kube.create(config_map("nowhere"))["metadata"]["namespace"] == "default"


def test_custom_resources(kube: KubeClient) -> None:
    body = {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "Profile",
        "metadata": {"generateName": "p-", "namespace": "default"},
        "location": {"type": "s3Compliant"},
    }
    name = kube.create(body)["metadata"]["name"]

    assert name.startswith("p-")
    assert kube.get(PROFILES, name, "default")["location"]["type"] == "s3Compliant"


def test_a_kind_that_we_do_not_list_is_discovered(kube: KubeClient, space: str) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}}

    assert kube.create(account, space)["metadata"]["name"] == "robot"


def test_a_kind_that_nobody_serves(kube: KubeClient) -> None:
    with pytest.raises(NotFound, match=r'no matches for kind "Gadget" in version "x\.io/v1"'):
        kube.create({"apiVersion": "x.io/v1", "kind": "Gadget", "metadata": {"name": "g"}})


def test_cluster_scoped_objects_ignore_the_namespace(kube: KubeClient) -> None:
    made = kube.create(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "scoped"}}, "elsewhere"
    )

    assert "namespace" not in made["metadata"]
    assert kube.get(NAMESPACES, "scoped")["metadata"]["name"] == "scoped"


def test_events_of_one_object_oldest_first(kube: KubeClient, space: str) -> None:
    for number, name in enumerate(["mine", "other", "mine"]):
        kube.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": f"e{9 - number}", "namespace": space},
                "involvedObject": {"kind": "ActionSet", "name": name, "namespace": space},
                "reason": f"reason{number}",
                "lastTimestamp": f"2026-01-01T00:00:0{number}Z",
            }
        )

    told = [event["reason"] for event in kube.events(space, "ActionSet", "mine")]
    assert told == ["reason0", "reason2"]
