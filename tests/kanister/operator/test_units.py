"""Output protocol, strategic merge, validation, error texts: by themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_kanister._kanister.operator.errkit import KanisterError, status_message, to_json
from pytest_kanister._kanister.operator.output import OutputReader
from pytest_kanister._kanister.operator.pods import utf8
from pytest_kanister._kanister.operator.status import set_percentage
from pytest_kanister._kanister.operator.strategic import merge_pod_spec
from pytest_kanister._kanister.operator.validation import validate_actionset


def _pair(key: str, value: str) -> bytes:
    return b"###Phase-output###: " + json.dumps({"key": key, "value": value}).encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_output_in_pieces_of_any_size(size: int) -> None:
    lines: list[str] = []
    reader = OutputReader(lines.append)
    stream = b"one\r\n\n" + b"text " + _pair("a", "1") + b"\ntwo\n" + _pair("b", "x" * 5000)
    for start in range(0, len(stream), size):
        reader.feed(stream[start : start + size])
    assert reader.end() == {"a": "1", "b": "x" * 5000}
    assert lines == ["one", "text ", "two"]


def test_endless_line_costs_no_memory() -> None:
    reader = OutputReader()
    for _ in range(200):
        reader.feed(b"x" * 65536)
    assert len(reader._rest) <= 2 * 65536
    assert reader.end() == {}


def test_marker_torn_at_the_cut_of_a_long_line() -> None:
    reader = OutputReader()
    reader.feed(b"x" * 65530 + b"###Phase-")
    reader.feed(b"output###: " + b'{"key":"k","value":"v"}\n')
    assert reader.end() == {"k": "v"}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "unexpected end of JSON input"),
        (b"[]", "cannot unmarshal array into Go value"),
        (b'{"key":1}', "cannot unmarshal number into Go struct field Output.key of type string"),
        (b'{"key":"k","value":{}}', "cannot unmarshal object into Go struct field Output.value"),
    ],
)
def test_payload_that_is_no_pair(payload: bytes, reason: str) -> None:
    with pytest.raises(KanisterError) as caught:
        OutputReader().feed(b"###Phase-output###: " + payload + b"\n")
    assert str(caught.value).startswith("Failed to unmarshal key-value pair: ")
    assert reason in str(caught.value)


def test_error_texts() -> None:
    error = KanisterError("outer", {"pod": "p"}, KanisterError("inner", None, ValueError("root")))
    assert str(error) == "outer: inner: root"
    assert status_message(error) == '{"pod":"p"}: outer: inner: root'
    assert status_message(ValueError("x")) == "null: x"
    assert to_json(error) == {
        "message": "outer",
        "details": {"pod": "p"},
        "cause": {"message": "inner", "cause": {"message": "root"}},
    }


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"a": None}, {"containers": [{"name": "c", "env": [{"name": "X", "value": "1"}]}]}),
        (
            {"containers": [{"name": "c", "env": [{"name": "X", "$patch": "delete"}]}]},
            {"a": 1, "containers": [{"name": "c", "env": []}]},
        ),
        (
            {"containers": [{"$patch": "replace"}, {"name": "d"}]},
            {"a": 1, "containers": [{"name": "d"}]},
        ),
        (
            {"tolerations": [{"key": "k"}], "securityContext": {"runAsUser": 5}},
            {
                "a": 1,
                "containers": [{"name": "c", "env": [{"name": "X", "value": "1"}]}],
                "tolerations": [{"key": "k"}],
                "securityContext": {"runAsUser": 5},
            },
        ),
    ],
)
def test_strategic_merge(patch: Any, expected: Any) -> None:
    original = {"a": 1, "containers": [{"name": "c", "env": [{"name": "X", "value": "1"}]}]}
    assert merge_pod_spec(original, patch) == expected
    assert original["a"] == 1


def _actionset(status: Any, actions: int = 1) -> Any:
    target = {"kind": "StatefulSet"}
    return {"spec": {"actions": [{"object": target}] * actions}, "status": status}


def _status(state: str, *phases: str) -> Any:
    return {"state": state, "actions": [{"phases": [{"state": phase} for phase in phases]}]}


@pytest.mark.parametrize(
    ("actionset", "message"),
    [
        ({}, "Spec must be non-nil"),
        (
            {"spec": {"actions": [{"object": {"kind": "Job", "resource": "jobs"}}]}},
            "Not a known object Kind %s. Action %s must specify Resource name and API version",
        ),
        (
            _actionset(_status("running", "running"), 2),
            "Number of actions in status actions and spec must match",
        ),
        (_actionset(_status("done")), "Unknown state string %s"),
        (_actionset(_status("running", "lost")), "Unknown state string %s"),
        (
            _actionset(_status("running", "failed", "running")),
            "Phases after a %s one must be pending",
        ),
        (
            _actionset(_status("complete", "complete", "pending")),
            "ActionSet cannot be complete if any actions are not complete",
        ),
    ],
)
def test_validation(actionset: Any, message: str) -> None:
    with pytest.raises(KanisterError) as caught:
        validate_actionset(actionset)
    assert str(caught.value) == f"{message}: Validation Failed"


def test_valid_ones() -> None:
    validate_actionset(_actionset(_status("running", "complete", "running", "pending")))
    validate_actionset(_actionset({"state": "failed"}))
    target = {"kind": "", "apiVersion": "v1", "resource": "secrets"}
    validate_actionset({"spec": {"actions": [{"object": target}]}})


def test_percentage_is_rounded_down_over_all_actions() -> None:
    phases = [{"progress": {"progressPercent": "100"}}, {"progress": {}}, {}]
    status: Any = {"actions": [{"phases": phases[:2]}, {"phases": phases[2:]}]}
    set_percentage(status)
    assert status["progress"]["percentCompleted"] == "33"


def test_field_names_in_any_case() -> None:
    reader = OutputReader()
    reader.feed(b'###Phase-output###: {"Key":"k","VALUE":"v"}\n')
    assert reader.end() == {"k": "v"}


def test_halves_of_pairs_become_the_replacement_character() -> None:
    assert utf8("a\ud800b\udcffc") == "a\ufffdb\ufffdc"
