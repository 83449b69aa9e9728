"""KubeOps' spec: what is read, and what is said of the rest."""

from __future__ import annotations

import re

import pytest

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.manifests import read_manifests

LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n"
    for before, name in zip("abcdef", "bcdefg", strict=True)
)


def test_documents() -> None:
    text = "a: 2020-01-01\n---\n---\n1: yes\nfalse: 0x10\n"
    assert read_manifests(text) == [{"a": "2020-01-01"}, {"1": True, "false": 16}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ [", "yaml: line 1: expected the node content, but found '<stream end>'"),
        ("- a", "json: cannot unmarshal array into Go value of type map[string]interface {}"),
        ("hello", "json: cannot unmarshal string into Go value of type map[string]interface {}"),
        ("metadata: x", "metadata: expected a map"),
        ("a: .nan", "yaml: json: unsupported value: NaN"),
        ("a: !!binary YQ==", "yaml: json: unsupported type: bytes"),
        ("? [1]\n: 2", "yaml: line 1: found unhashable key"),
        ("[" * 1500, "yaml: nested too deeply"),
        ("a: &x\n  b: *x", "yaml: nested too deeply"),
        (LAUGHS, "yaml: document contains excessive aliasing"),
    ],
)
def test_no_manifest(text: str, message: str) -> None:
    with pytest.raises(KanisterError, match=f"^Failed to decode spec: {re.escape(message)}$"):
        read_manifests(text)
