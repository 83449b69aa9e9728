from typing import Any

import pytest

from pytest_kanister._kanister.client.intake import objections


def actionset(**target: str) -> dict[str, Any]:
    return {"spec": {"actions": [{"name": "backup", "object": target}]}}


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "statefulset"},
        {"kind": "StatefulSet"},
        {"kind": "namespace"},
        {"kind": "pvc"},
        {"kind": "unstructured"},
        {"kind": "Whatever", "apiVersion": "v1", "resource": "whatevers"},
        {"apiVersion": "v1", "resource": "secrets"},
    ],
)
def test_kinds_that_kanister_takes(target: dict[str, str]) -> None:
    assert objections(actionset(**target)) == []


@pytest.mark.parametrize(
    "target",
    [{"kind": ""}, {"kind": "PersistentVolumeClaim"}, {"kind": "secret", "apiVersion": "v1"}],
)
def test_kinds_that_kanister_ignores_without_a_word(target: dict[str, str]) -> None:
    (text,) = objections(actionset(**target))

    assert "spec.actions[0] (backup)" in text
    assert repr(target["kind"]) in text


def test_no_spec_at_all() -> None:
    assert objections({"metadata": {}}) == ["spec: expected a mapping, found nothing"]
