"""How actions run: deferPhase, side by side, cut short, and how fast."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._model.resources import ACTIONSETS, BLUEPRINTS, PERSISTENTVOLUMECLAIMS
from pytest_kanister.errors import NotFound

Run = Callable[..., None]


def test_deferred_phase_runs_and_its_failure_wins(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        deferred = make.task("d", "{{ .Phases.p.Output.k }}")
        await cluster.blueprint(
            {"backup": {"phases": [make.task("p", "false")], "deferPhase": deferred}}
        )
        await cluster.actionset(make.on_statefulset())
        message = 'Failed to render template: "k" not found'
        states = await cluster.until(
            lambda obj: (obj.get("status") or {}).get("error", {}).get("message") == message
        )
        status = states[-1]
        assert status["state"] == "failed"
        assert status["actions"][0]["deferPhase"]["state"] == "failed"
        assert "running" not in [
            state["actions"][0]["deferPhase"]["state"] for state in states if state.get("actions")
        ]
        assert status["progress"]["runningPhase"] == "d"

    in_cluster(scenario)


def test_deferred_phase_rescues_nothing_but_adds_output(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        value = "{{ .DeferPhase.Secrets.s.Data.a | toString }}"
        script = f"""echo '###Phase-output###: {{"key":"k","value":"{value}"}}'"""
        await cluster.secret("sec", "app", a="from-secret")
        deferred = make.task(
            "d", script, objects={"s": {"kind": "secret", "name": "sec", "namespace": "app"}}
        )
        artifacts = {"a": {"keyValue": {"k": "{{ .DeferPhase.Output.k }}"}}}
        await cluster.blueprint(
            {
                "backup": {
                    "outputArtifacts": artifacts,
                    "phases": [make.task("p", "true")],
                    "deferPhase": deferred,
                }
            }
        )
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert status["actions"][0]["deferPhase"]["state"] == "complete"
        assert status["actions"][0]["deferPhase"]["output"] == {"k": "from-secret"}
        assert status["actions"][0]["artifacts"] == {"a": {"keyValue": {"k": "from-secret"}}}
        assert status["state"] == "complete"
        assert "runningPhase" not in status["progress"]

    in_cluster(scenario)


def test_actions_run_beside_each_other(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "sleep 0.2")]}})
        await cluster.actionset(make.on_statefulset(), make.on_statefulset())
        assert (await cluster.finished())["state"] == "complete"
        starts, ends = cluster.kubelet.started.values(), cluster.kubelet.ended.values()
        assert max(starts) < min(ends)

    in_cluster(scenario)


def test_deleting_the_actionset_deletes_the_pod(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "echo up; sleep 60")]}})
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        await cluster.api.delete(ACTIONSETS, "run", "kanister")
        await cluster.pods_gone("app")
        with pytest.raises(NotFound):
            await cluster.get()

    in_cluster(scenario)


def test_a_dying_controller_leaves_everything(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "sleep 60")]}})
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        await cluster.stop_operator()
        assert len(await cluster.pod_names("app")) == 1
        assert make.state(await cluster.get()) == "running"
        cluster.start_operator()

    in_cluster(scenario)


def test_editing_the_blueprint_has_no_effect_on_a_run(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        phases = [make.task("p1", "sleep 0.1"), make.task("p2", "true")]
        await cluster.blueprint({"backup": {"phases": phases}})
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        await cluster.api.delete(BLUEPRINTS, "bp", "kanister")
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


def test_image_that_cannot_be_pulled_waits_out_the_limit(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        phase = make.task("p", "true")
        phase["args"]["image"] = "broken:1"
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        message = (await cluster.finished())["error"]["message"]
        assert "Failed while waiting for Pod to be ready: Pod failed to become ready" in message
        assert "context deadline exceeded" in message
        assert await cluster.pod_names("app") == []

    in_cluster(scenario, env={"TIMEOUT_WORKER_POD_READY": "0.002"})


def test_a_task_adds_little_to_its_pod(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        phases = [make.task(f"p{number}", "true") for number in range(10)]
        await cluster.blueprint({"backup": {"phases": phases}})
        await cluster.actionset(make.on_statefulset())
        await cluster.finished()
        started, ended = (
            list(cluster.kubelet.started.values()),
            list(cluster.kubelet.ended.values()),
        )
        assert len(ended) == len(phases)
        # A pause of ours would be in every one of them; what else this machine does is not.
        between = [begin - end for end, begin in zip(ended, started[1:], strict=False)]
        assert min(between) < 0.05

    in_cluster(scenario)


def test_lost_volume_fails_early(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        claim = {
            "metadata": {"name": "data-db-0"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
        made = await cluster.api.create(PERSISTENTVOLUMECLAIMS, claim, "app")
        made["status"] = {"phase": "Lost"}
        await cluster.api.update(PERSISTENTVOLUMECLAIMS, made, subresource="status")
        args = {"namespace": "app", "image": "broken:1", "command": ["true"]}
        phase = {"func": "PrepareData", "name": "p", "args": args}
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        message = (await cluster.finished())["error"]["message"]
        pod = cluster.kubelet.pods[0]["metadata"]["name"]
        assert message == (
            f'{{"pod":"{pod}"}}: Failed while waiting for Pod to be ready: Pod failed to become '
            f"ready in time: PVC data-db-0 associated with pod {pod} has status: Lost"
        )

    in_cluster(scenario)


def test_kanisters_labels_are_on_log_lines(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        labels = {"kanister.io/JobID": "j1", "other": "x"}
        await cluster.actionset(make.on_statefulset(), labels=labels)
        await cluster.finished()
        [line] = [line for line in cluster.log if "Completed phase p" in line]
        fields = json.loads(line)
        assert fields["kanister.io/JobID"] == "j1"
        assert "other" not in fields

    in_cluster(scenario)
