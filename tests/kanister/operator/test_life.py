"""Status life and events of whole ActionSets (golden)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., None]


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "TIME" if key == "lastTransitionTime" else _without_times(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_times(item) for item in value]
    return value


def test_status_life_of_two_phases(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint(
            {
                "backup": {
                    "outputArtifacts": {"out": {"keyValue": {"path": "{{ .Phases.p1.Output.k }}"}}},
                    "phases": [
                        make.task("p1", """echo '###Phase-output###: {"key":"k","value":"v"}'"""),
                        {
                            "func": "KubeExec",
                            "name": "p2",
                            "args": {
                                "namespace": "app",
                                "pod": "{{ index .StatefulSet.Pods 0 }}",
                                "container": "main",
                                "command": ["echo", "{{ .Phases.p1.Output.k }}"],
                            },
                        },
                    ],
                }
            }
        )
        await cluster.actionset(make.on_statefulset())
        states = await cluster.until(lambda obj: make.state(obj) == "complete")
        states = [_without_times(status) for status in states if status]

        reference = {
            "kind": "statefulset",
            "name": "db",
            "namespace": "app",
            "apiVersion": "",
            "group": "",
            "resource": "",
        }
        pending: dict[str, Any] = {"state": "pending", "progress": {}}
        action: dict[str, Any] = {
            "name": "backup",
            "object": reference,
            "blueprint": "bp",
            "phases": [{"name": "p1", **pending}, {"name": "p2", **pending}],
            "artifacts": {"out": {"keyValue": {"path": "{{ .Phases.p1.Output.k }}"}}},
            "deferPhase": {"name": "", "state": "", "progress": {}},
        }
        first = {"state": "pending", "actions": [action], "error": {"message": ""}, "progress": {}}
        assert states[0] == first
        assert states[1] == {**first, "state": "running"}
        p1_running = {"name": "p1", "state": "running", "progress": {}}
        assert states[2] == {
            **first,
            "state": "running",
            "actions": [{**action, "phases": [p1_running, action["phases"][1]]}],
            "progress": {"runningPhase": "p1"},
        }
        ended = {"progressPercent": "100", "lastTransitionTime": "TIME"}
        p1 = {"name": "p1", "state": "complete", "output": {"k": "v"}, "progress": ended}
        assert states[3]["actions"][0]["phases"][0] == p1
        assert states[3]["progress"] == {
            "runningPhase": "p1",
            "percentCompleted": "50",
            "lastTransitionTime": "TIME",
        }
        assert states[4]["progress"]["runningPhase"] == "p2"
        assert states[5]["progress"]["percentCompleted"] == "100"
        assert states[5]["state"] == "running"
        assert "{{" in states[5]["actions"][0]["artifacts"]["out"]["keyValue"]["path"]
        assert states[6]["actions"][0]["artifacts"] == {"out": {"keyValue": {"path": "v"}}}
        assert states[7]["state"] == "complete"
        assert "runningPhase" not in states[7]["progress"]
        assert "output" not in states[7]["actions"][0]["phases"][1]
        assert len(states) == 8

        events = await cluster.events(until="Update Complete")
        assert events == [
            ("Normal", "Started Action", "Executing action backup"),
            ("Normal", "Started Phase", "Executing phase p1"),
            ("Normal", "Ended Phase", "Completed phase p1"),
            ("Normal", "Started Phase", "Executing phase p2"),
            ("Normal", "Ended Phase", "Completed phase p2"),
            ("Normal", "Update Complete", "Updated ActionSet 'run' Status->complete"),
        ]
        assert await cluster.pod_names("app") == []

    in_cluster(scenario)


def test_failed_task_leaves_status_as_kanister_does(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        lines = "for i in $(seq 12); do echo line $i; echo; done; exit 3"
        await cluster.blueprint(
            {
                "backup": {
                    "outputArtifacts": {"out": {"keyValue": {"a": "{{ .Time }}"}}},
                    "phases": [
                        make.task("p1", "true"),
                        make.task("p2", lines),
                        make.task("p3", "true"),
                    ],
                }
            }
        )
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert status["state"] == "failed"
        action = status["actions"][0]
        assert [phase["state"] for phase in action["phases"]] == ["complete", "failed", "pending"]
        assert action["phases"][1]["progress"] == {}
        assert action["artifacts"] == {"out": {"keyValue": {"a": "{{ .Time }}"}}}
        assert status["progress"]["percentCompleted"] == "33"
        assert "runningPhase" not in status["progress"]
        pod = cluster.kubelet.pods[1]["metadata"]["name"]
        tail = r"\r\n".join(f"line {number}" for number in range(3, 13))
        assert status["error"]["message"].startswith(
            f'{{"pod":"{pod}"}}: Failed while waiting for Pod to complete: '
            'Pod failed to complete in time: {"message":"Pod failed or did not transition into '
            f'complete state","cause":{{"message":"{tail}","cause":{{"message":"Pod failed",'
            f'"details":{{"podName":"{pod}"'
        )
        reason = "ActionSetFailed Action: backup"
        assert (await cluster.events(until=reason))[-1][:2] == ("Warning", reason)
        blueprint_events = await cluster.events(until=reason, name="bp")
        assert [event[1] for event in blueprint_events] == ["Added", reason]
        assert blueprint_events[-1][2].startswith(
            'Failed to execute phase: v1alpha1.Phase{Name:"p2"'
        )
        assert await cluster.pod_names("app") == []

    in_cluster(scenario)
