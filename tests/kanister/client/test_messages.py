"""Kanister's quoted errors as lines; what is not quoted stays as it is."""

from __future__ import annotations

import json

import pytest

from pytest_kanister._kanister.client.messages import unfold, ways_out, without_details

STATUS = (
    "&PodStatus{Phase:Failed,ContainerStatuses:[]ContainerStatus{ContainerStatus{Name:container,"
    "State:ContainerState{Terminated:&ContainerStateTerminated{ExitCode:137,Signal:0,"
    "Reason:OOMKilled,Message:,},},}},}"
)


def failed_pod(output: str) -> str:
    pod = {"message": "Pod failed", "details": {"podName": "job-1", "status": STATUS}}
    quoted = json.dumps({"message": "Pod failed early", "cause": {"message": output, "cause": pod}})
    return f'{{"pod":"job-1"}}: Failed while waiting: {quoted}'


def test_a_failed_pods_words_and_its_exit_code() -> None:
    assert unfold(failed_pod("first\r\nlast")).splitlines() == [
        "Failed while waiting (pod job-1)",
        "Pod failed early",
        "first",
        "last",
        "Pod failed",
        "exit code 137 (OOMKilled)",
    ]


def test_a_line_without_end_is_cut() -> None:
    (line,) = (line for line in unfold(failed_pod("x" * 9000)).splitlines() if "xx" in line)

    assert len(line) == 500
    assert line.endswith("x...")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("null: Failed to render", "Failed to render"),
        ("Failed to query blueprint", "Failed to query blueprint"),
        ("", ""),
        ("{{ broken", "{{ broken"),
        ('{"a": 1} without a colon', '{"a": 1} without a colon'),
        ('null: it said {"message": cut', 'it said {"message": cut'),
        ('x: {"message":"a","cause":"b"}', "x\na\nb"),
        ('x: {"message":"a"} and more', "x and more\na"),
    ],
)
def test_other_shapes(message: str, told: str) -> None:
    assert unfold(message) == told


def test_events_quote_the_message_without_its_details() -> None:
    assert without_details('{"pod":"job-1"}: Failed') == "Failed"
    assert without_details("null: Failed") == "Failed"
    assert without_details("Failed") == "Failed"


def test_ways_out_of_an_unknown_function() -> None:
    near, known = ways_out("Requested function {KubeTsk} has not been registered")

    assert near == "did you mean KubeTask?"
    assert "KubeExec, KubeExecAll" in known
    assert len(ways_out("Requested function {Zz} has not been registered")) == 1
    assert ways_out("Failed to render") == ()
