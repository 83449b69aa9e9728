"""kubectl's JSONPath."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.operator.jsonpath import PathError, evaluate, parse_path

POD = {
    "metadata": {"labels": {"app.kubernetes.io/name": "db", "x": "y"}},
    "spec": {"replicas": 3},
    "status": {
        "ready": True,
        "conditions": [
            {"type": "Ready", "status": "True", "n": 1},
            {"type": "Initialized", "status": "False", "n": 2},
        ],
    },
}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".spec.replicas", "3"),
        (".status.ready", "true"),
        (".spec", '{"replicas":3}'),
        (".status.conditions[*].type", "Ready Initialized"),
        (".status.conditions[-1].type", "Initialized"),
        (".status.conditions[].type", "Ready"),
        (".spec.*", "3"),
        (".status.conditions[0:1].type", "Ready"),
        (".status.conditions[0,1].n", "1 2"),
        ('.status.conditions[?(@.type=="Ready")].status', "True"),
        (".status.conditions[?(@.n > 1)].type", "Initialized"),
        (".status.conditions[?(@.none)].type", ""),
        ("..type", "Ready Initialized"),
        (r".metadata.labels.app\.kubernetes\.io/name", "db"),
        (".metadata.labels['app.kubernetes.io/name','x']", "db y"),
    ],
)
def test_finds(path: str, text: str) -> None:
    steps = parse_path(path)
    assert steps is not None
    assert evaluate(steps, POD) == text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (".status.phase", "phase is not found"),
        (".status.conditions[7]", "array index out of bounds: index 7, length 2"),
        (".spec[*]", "map[string]interface {} is not array or slice"),
        (".spec[0]", "map[string]interface {} is not array or slice"),
        (".status.conditions[?(@.none == 1)]", "none is not found"),
        (".status.conditions[?(@.type == 1)]", "incompatible types for comparison"),
    ],
)
def test_finds_nothing(path: str, message: str) -> None:
    steps = parse_path(path)
    assert steps is not None
    with pytest.raises(PathError) as raised:
        evaluate(steps, POD)
    assert str(raised.value) == message


@pytest.mark.parametrize("path", ["x := 1", ".a[", ".a[?(b)]", ".a[1:2:3]", "a b"])
def test_does_not_parse(path: str) -> None:
    assert parse_path(path) is None
