import re
from typing import Any

import pytest

from pytest_kanister._kanister.client import create_actionset, derive_actionset
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import NotFound, UsageProblem

RANDOM = r"[bcdfghjklmnpqrstvwxz2456789]{5}"
DATABASE = Target("statefulset", "db", "shop")
PROFILE = Target("profile", "p", "shop")


def reference(name: str, namespace: str, kind: str = "") -> dict[str, str]:
    empty = {"apiVersion": "", "group": "", "resource": ""}
    return {**empty, "kind": kind, "name": name, "namespace": namespace}


def actions(kube: KubeClient, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kube.get(ACTIONSETS, name, "kanister")["spec"]["actions"]
    return found


def make(kube: KubeClient, **extra: Any) -> str:
    return create_actionset(
        kube, action="backup", blueprint="bp", target=DATABASE, profile=PROFILE, **extra
    )


def complete(kube: KubeClient, name: str) -> None:
    spec = actions(kube, name)
    done = [
        {
            "name": action["name"],
            "blueprint": action["blueprint"],
            "object": action["object"],
            "phases": [{"name": "dump", "state": "complete"}],
            "artifacts": {"dump": {"keyValue": {"path": "rendered"}}},
        }
        for action in spec
    ]
    status = {"status": {"state": "complete", "actions": done}}
    kube.patch(ACTIONSETS, name, status, "kanister")


def test_a_new_actionset_is_what_kanctl_makes(kube: KubeClient) -> None:
    name = make(
        kube,
        secrets={"mysql": Target("secret", "db", "shop")},
        config_maps={"settings": Target("configmap", "cm", "shop")},
        options={"speed": "fast"},
        labels={"ours": "yes"},
    )

    assert re.fullmatch(f"backup-{RANDOM}", name)
    assert actions(kube, name) == [
        {
            "name": "backup",
            "blueprint": "bp",
            "object": reference("db", "shop", "statefulset"),
            "profile": reference("p", "shop"),
            "secrets": {"mysql": reference("db", "shop")},
            "configMaps": {"settings": reference("cm", "shop")},
            "options": {"speed": "fast"},
            "preferredVersion": "",
            "podLabels": {},
            "podAnnotations": {},
        }
    ]
    labels = kube.get(ACTIONSETS, name, "kanister")["metadata"]["labels"]
    assert labels == {"kanister.io/JobID": name, "ours": "yes"}


def test_a_namespace_target_sets_both_name_and_namespace(kube: KubeClient) -> None:
    name = create_actionset(
        kube, action="backup", blueprint="bp", target=Target("namespace", "shop", "")
    )

    assert actions(kube, name)[0]["object"] == reference("shop", "shop", "namespace")


def test_from_a_backup_comes_what_kanctl_takes(kube: KubeClient) -> None:
    parent = make(
        kube,
        secrets={"mysql": Target("secret", "db", "shop")},
        options={"speed": "fast", "kept": "yes"},
    )
    complete(kube, parent)
    extra = [{"op": "add", "path": "/spec/actions/0/podOverride", "value": {"a": "b"}}]
    kube.patch(ACTIONSETS, parent, extra, "kanister", patch_type="json")

    name = derive_actionset(kube, parent, action="restore", options={"speed": "slow"})

    assert re.fullmatch(f"restore-{parent}-{RANDOM}", name)
    (child,) = actions(kube, name)
    assert child == {
        "name": "restore",
        "blueprint": "bp",
        "object": reference("db", "shop", "statefulset"),
        "profile": reference("p", "shop"),
        "secrets": {"mysql": reference("db", "shop")},
        "options": {"speed": "slow", "kept": "yes"},
        "artifacts": {"dump": {"keyValue": {"path": "rendered"}}},
        "preferredVersion": "",
        "podLabels": {},
        "podAnnotations": {},
    }


def test_what_is_given_replaces_the_parents(kube: KubeClient) -> None:
    parent = make(kube, secrets={"a": Target("secret", "a", "shop")})
    complete(kube, parent)

    name = derive_actionset(
        kube,
        parent,
        action="delete",
        target=Target("namespace", "shop", "shop"),
        profile=Target("profile", "other", "shop"),
        secrets={"b": Target("secret", "b", "shop")},
        blueprint="bp2",
    )

    (child,) = actions(kube, name)
    assert child["object"] == reference("shop", "shop", "namespace")
    assert child["profile"] == reference("other", "shop")
    assert child["secrets"] == {"b": reference("b", "shop")}
    assert child["blueprint"] == "bp2"
    assert child["options"] == {}


@pytest.mark.parametrize("state", ["", "running", "failed"])
def test_a_parent_that_is_not_complete_is_refused(kube: KubeClient, state: str) -> None:
    parent = make(kube)
    if state:
        status = {"status": {"state": state, "actions": []}}
        kube.patch(ACTIONSETS, parent, status, "kanister")

    with pytest.raises(UsageProblem, match=f"has not been executed.*{state or 'no status'}"):
        derive_actionset(kube, parent, action="restore")


def test_a_parent_that_is_not_there(kube: KubeClient) -> None:
    with pytest.raises(NotFound):
        derive_actionset(kube, "absent", action="restore")


def test_long_names_keep_their_random_end_in_the_label(kube: KubeClient) -> None:
    name = make(kube, name="b-" + "x" * 100)

    label = kube.get(ACTIONSETS, name, "kanister")["metadata"]["labels"]["kanister.io/JobID"]
    assert label == name[-63:]
