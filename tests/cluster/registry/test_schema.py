"""The field tables against the official client's models: no field is missing or misspelled."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest

from pytest_kanister._cluster.registry.builtin import builtin_kinds
from pytest_kanister._cluster.registry.schema import Field, conform, fields_of
from pytest_kanister.errors import BadRequest

# Our name → the model's, where they differ: one table serves several alike.
NAMES = {
    "KeySelector": "V1SecretKeySelector",
    "EnvSource": "V1SecretEnvSource",
    "RetentionPolicy": "V1StatefulSetPersistentVolumeClaimRetentionPolicy",
    "Ordinals": "V1StatefulSetOrdinals",
    "RollingUpdateStatefulSet": "V1RollingUpdateStatefulSetStrategy",
    "Subject": "RbacV1Subject",
    "Event": "CoreV1Event",
}
IGNORED = {"apiVersion", "kind"}
# The client's models are those of 1.37; the tables stand for 1.32.
NEWER = {
    "bindMountOptions",
    "defaultUser",
    "evictionResponders",
    "healthStatus",
    "mode",
    "nodeAllocatableResourceClaimStatuses",
    "protocol",
    "scheduling",
    "schedulingGroup",
    "user",
    "volumeHealth",
}


def models() -> Any:
    return import_module("kubernetes.client.models")


def reachable() -> list[str]:
    found: dict[str, None] = {}
    waiting = [kind.strategy.type_name for kind in builtin_kinds() if not kind.custom]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        waiting += [field.type for field in (fields_of(name) or {}).values() if not field.scalar]
    return sorted(found)


def model_of(name: str) -> Any:
    package = models()
    for spelled in (NAMES.get(name, ""), f"V1{name}", f"CoreV1{name}"):
        if spelled and hasattr(package, spelled):
            return getattr(package, spelled)
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", reachable())
def test_fields_are_those_of_the_official_models(name: str) -> None:
    model = model_of(name)
    assert model is not None, f"no model for {name}"
    fields = fields_of(name)
    assert fields is not None
    theirs = {spelled: model.openapi_types[key] for key, spelled in model.attribute_map.items()}
    assert set(theirs) - set(fields) - IGNORED - NEWER == set()
    assert set(fields) - set(theirs) <= {"selfLink"}
    for spelled, said in theirs.items():
        mine = fields.get(spelled)
        if mine is not None and (mine.type, mine.shape) != ("any", ""):
            assert mine.shape == {"Lis": "[]", "Dic": "{}"}.get(said[:3].title(), ""), spelled


def test_numbers_are_unique_in_a_type() -> None:
    for name in reachable():
        numbers = [field.number for field in (fields_of(name) or {}).values() if field.number]
        assert len(numbers) == len(set(numbers)), name


def test_conform_drops_nulls_and_tells_unknown_fields() -> None:
    given = {
        "kind": "Pod",
        "metadata": {"name": "p", "labels": None, "creationTimestamp": None},
        "spec": {"containers": [{"name": "c", "imagee": "x"}], "nodeName": None},
        "extra": 1,
    }
    kept, unknown = conform("Pod", given)
    assert kept == {
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c"}]},
    }
    assert unknown == ["spec.containers[0].imagee", "extra"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"containers": [{"name": 1}]}, "spec.containers[0].name of type string"),
        ({"containers": {}}, "spec.containers of type []Container"),
        ({"hostNetwork": "yes"}, "spec.hostNetwork of type bool"),
        ({"terminationGracePeriodSeconds": "30"}, "terminationGracePeriodSeconds of type int"),
        ({"nodeSelector": {"a": 1}}, "spec.nodeSelector.a of type string"),
        ([], "spec of type PodSpec"),
    ],
)
def test_wrong_types_are_refused(spec: Any, field: str) -> None:
    with pytest.raises(BadRequest, match=re.escape(field)):
        conform("Pod", {"spec": spec})


def test_a_field_says_whether_it_is_a_scalar() -> None:
    assert Field("a", 1, "intstr", "", False, "").scalar
    assert not Field("a", 1, "Container", "[]", False, "name").scalar
