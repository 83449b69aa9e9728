"""The failure matrix: what each mistake leaves in status and events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pytest_kanister._model.resources import PROFILES

Run = Callable[..., None]


def _fails_at_intake(
    in_cluster: Run, action: dict[str, Any], message: str, reason: str, make: Any
) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        await cluster.actionset(action)
        status = await cluster.finished()
        assert status["error"]["message"] == message
        assert not status.get("actions")
        assert "runningPhase" not in status["progress"]
        doing = "initial action" if "not found in blueprint" in message else "blueprint"
        told = f"Could not get {doing}: {message}"
        assert (await cluster.events(until=reason))[0] == ("Warning", reason, told)

    in_cluster(scenario)


def test_no_blueprint_named(in_cluster: Run, make: Any) -> None:
    _fails_at_intake(
        in_cluster,
        make.on_statefulset(blueprint=""),
        "Blueprint is not specified for action",
        "Blueprint not specified",
        make,
    )


def test_blueprint_missing(in_cluster: Run, make: Any) -> None:
    _fails_at_intake(
        in_cluster,
        make.on_statefulset(blueprint="nope"),
        'Failed to query blueprint: blueprints.cr.kanister.io "nope" not found',
        "Error",
        make,
    )


def test_action_not_in_blueprint(in_cluster: Run, make: Any) -> None:
    _fails_at_intake(
        in_cluster,
        make.on_statefulset("restore"),
        "Action restore for object kind statefulset not found in blueprint bp",
        "ActionSetFailed Action: restore",
        make,
    )


def _fails_at_launch(
    in_cluster: Run, make: Any, phases: list[Any], message: str, **action: Any
) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": phases}})
        await cluster.actionset(make.on_statefulset(**action))
        status = await cluster.finished()
        assert status["state"] == "failed"
        assert status["error"]["message"] == message
        states = [phase["state"] for phase in status["actions"][0]["phases"]]
        assert states == ["failed"] + ["pending"] * (len(states) - 1)
        reason = "ActionSetFailed Action: backup"
        expected = ("Warning", reason, f"Failed to launch Action run: {message}")
        assert (await cluster.events(until=reason))[-1] == expected
        assert (await cluster.events(until=reason, name="bp"))[-1] == expected
        assert cluster.kubelet.pods == []

    in_cluster(scenario)


def test_unknown_function_blames_the_first_phase(in_cluster: Run, make: Any) -> None:
    _fails_at_launch(
        in_cluster,
        make,
        [make.task("good", "true"), {"func": "kubeTask", "name": "bad", "args": {}}],
        "Requested function {kubeTask} has not been registered",
    )


def test_workload_missing(in_cluster: Run, make: Any) -> None:
    _fails_at_launch(
        in_cluster,
        make,
        [make.task("p", "true")],
        'statefulsets.apps "gone" not found',
        object={"kind": "statefulset", "name": "gone", "namespace": "app"},
    )


def test_profile_missing(in_cluster: Run, make: Any) -> None:
    _fails_at_launch(
        in_cluster,
        make,
        [make.task("p", "true")],
        'profiles.cr.kanister.io "x" not found',
        profile={"name": "x", "namespace": "app"},
    )


def test_objects_see_no_phases(in_cluster: Run, make: Any) -> None:
    reference = {"kind": "Secret", "name": "{{ .Phases.p.Output.k }}", "namespace": "app"}
    _fails_at_launch(
        in_cluster,
        make,
        [make.task("p", "true", objects={"s": reference})],
        'Failed to render template: "p" not found',
    )


def test_bad_preferred_version(in_cluster: Run, make: Any) -> None:
    _fails_at_launch(
        in_cluster,
        make,
        [make.task("p", "true")],
        "Failed to get function version: Failed to parse function version {new}: "
        "Invalid Semantic Version",
        preferredVersion="new",
    )


def test_profile_secret_lacks_field(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        await cluster.secret("s3", "app", aws_access_key_id="id")
        pair = {
            "idField": "aws_access_key_id",
            "secretField": "aws_secret_access_key",
            "secret": {"name": "s3", "namespace": "app"},
        }
        await cluster.api.create(
            PROFILES,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "p", "namespace": "app"},
                "location": {"type": "s3Compliant", "bucket": "b"},
                "credential": {"type": "keyPair", "keyPair": pair},
            },
            "app",
        )
        await cluster.actionset(make.on_statefulset(profile={"name": "p", "namespace": "app"}))
        status = await cluster.finished()
        expected = "Value 'aws_secret_access_key' not found in secret 'app:s3'"
        assert status["error"]["message"] == expected

    in_cluster(scenario)


def _fails_in_phase(in_cluster: Run, make: Any, phase: Any, message: str) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("first", "true"), phase]}})
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert status["error"]["message"] == message
        states = [item["state"] for item in status["actions"][0]["phases"]]
        assert states == ["complete", "failed"]

    in_cluster(scenario)


def test_missing_key_in_args(in_cluster: Run, make: Any) -> None:
    _fails_in_phase(
        in_cluster,
        make,
        make.task("p", "{{ .Phases.first.Output.k }}"),
        'null: Failed to render template: "k" not found',
    )


def test_template_without_hidden_position(in_cluster: Run, make: Any) -> None:
    _fails_in_phase(
        in_cluster,
        make,
        make.task("p", "a\n{{ .Deployment.Name }}"),
        'null: template: config:2:14: executing "config" at <.Deployment.Name>: '
        "nil pointer evaluating *param.DeploymentParams.Name",
    )


def test_phase_secret_missing(in_cluster: Run, make: Any) -> None:
    reference = {"kind": "Secret", "name": "none", "namespace": "{{ .StatefulSet.Namespace }}"}
    _fails_in_phase(
        in_cluster,
        make,
        make.task("p", "true", objects={"s": reference}),
        'null: secrets "none" not found',
    )


def test_required_argument_missing(in_cluster: Run, make: Any) -> None:
    _fails_in_phase(
        in_cluster,
        make,
        {"func": "KubeTask", "name": "p", "args": {"image": "i", "x": 1}},
        "null: Required args missing for function KubeTask: Required arg missing: command",
    )


def test_unsupported_argument(in_cluster: Run, make: Any) -> None:
    phase = make.task("p", "true")
    phase["args"]["foo"] = "bar"
    _fails_in_phase(
        in_cluster,
        make,
        phase,
        "null: Checking supported args for function KubeTask.: argument foo is not supported",
    )


def test_function_that_the_embedded_operator_lacks(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        phase = {"func": "CreateRDSSnapshot", "name": "p", "args": {"instanceID": "x"}}
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        message = (await cluster.finished())["error"]["message"]
        assert "function CreateRDSSnapshot: the embedded operator has no Amazon RDS" in message
        assert "backend kind or kubeconfig" in message

    in_cluster(scenario)


def test_output_that_is_no_pair_fails_the_phase(in_cluster: Run, make: Any) -> None:
    script = """echo '###Phase-output###: {"key":"k","value":3}'"""
    _fails_in_phase(
        in_cluster,
        make,
        make.task("p", script),
        "null: Failed to unmarshal key-value pair: json: cannot unmarshal number into Go struct "
        "field Output.value of type string",
    )


def test_exec_failure_shows_both_streams(in_cluster: Run, make: Any) -> None:
    _fails_in_phase(
        in_cluster,
        make,
        {
            "func": "KubeExec",
            "name": "p",
            "args": {
                "namespace": "app",
                "pod": "db-0",
                "command": ["sh", "-c", "seq 12; echo oops >&2; exit 7"],
            },
        },
        "null: Failed to exec command in pod: command terminated with exit code 7.\n"
        "stdout: 3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\r\n11\r\n12\nstderr: oops",
    )


def test_artifact_that_does_not_render(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        artifacts = {"a": {"keyValue": {"k": "{{ .Phases.p.Output.missing }}"}}}
        await cluster.blueprint(
            {"backup": {"outputArtifacts": artifacts, "phases": [make.task("p", "true")]}}
        )
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert status["error"]["message"] == 'Failed to render template: "missing" not found'
        assert status["actions"][0]["phases"][0]["state"] == "complete"
        assert status["actions"][0]["artifacts"] == artifacts

    in_cluster(scenario)


def test_invalid_actionset_gets_no_status(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "true")]}})
        kind = {"kind": "PersistentVolumeClaim", "name": "x", "namespace": "app"}
        await cluster.actionset(make.on_statefulset(object=kind), name="invalid")
        await cluster.actionset(make.on_statefulset(), name="valid")
        await cluster.finished("valid")
        assert "status" not in await cluster.get("invalid")
        assert any("Action %s must specify Resource name" in line for line in cluster.log)

    in_cluster(scenario)


def test_null_in_args_crashes_the_controller(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        phase = make.task("p", "true")
        phase["args"]["podOverride"] = None
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        assert await asyncio.wait_for(cluster.operator, 10) == 2
        assert any(line.startswith("panic: ") for line in cluster.log)
        assert make.state(await cluster.get()) == "running"
        # A new process leaves it alone, for ever.
        cluster.start_operator()
        await cluster.actionset(make.on_statefulset(blueprint=""), name="next")
        await cluster.finished("next")
        assert make.state(await cluster.get()) == "running"

    in_cluster(scenario)


def test_no_phases_complete_but_crash_when_launch_fails(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": []}})
        await cluster.actionset(make.on_statefulset(), name="good")
        assert (await cluster.finished("good"))["state"] == "complete"
        gone = {"kind": "statefulset", "name": "gone", "namespace": "app"}
        await cluster.actionset(make.on_statefulset(object=gone))
        assert await asyncio.wait_for(cluster.operator, 10) == 2
        assert make.state(await cluster.get()) == "running"

    in_cluster(scenario)
