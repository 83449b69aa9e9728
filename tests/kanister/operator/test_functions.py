"""The functions, run by whole ActionSets."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._model.resources import (
    ACTIONSETS,
    CONFIGMAPS,
    PERSISTENTVOLUMECLAIMS,
    PODS,
    PROFILES,
    STATEFULSETS,
)
from pytest_kanister.errors import NotFound

Run = Callable[..., None]


def _one(in_cluster: Run, make: Any, phase: Any, check: Any, **action: Any) -> None:
    """Runs one phase on StatefulSet app/db and checks its final status."""

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset(**action))
        status = await cluster.finished()
        await check(cluster, status)

    in_cluster(scenario)


def _output(status: Any) -> Any:
    return status["actions"][0]["phases"][0].get("output")


def test_task_pod_has_kanisters_shape(in_cluster: Run, make: Any) -> None:
    phase = make.task("p", "true")
    phase["args"] |= {
        "podLabels": {"a": "blueprint", "b": "blueprint"},
        "podAnnotations": {"note": "x"},
        "podOverride": {
            "containers": [
                {"name": "side", "image": "side:1"},
                {"name": "container", "env": [{"name": "A", "value": "1"}]},
            ],
            "terminationGracePeriodSeconds": 3,
        },
    }

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [phase]}})
        override = {
            "containers": [{"name": "container", "env": [{"name": "B", "value": "2"}]}],
            "terminationGracePeriodSeconds": 5,
        }
        action = make.on_statefulset(podLabels={"a": "set", "c": "set"}, podOverride=override)
        await cluster.actionset(action, labels={"kanister.io/JobID": "job-7", "other": "x"})
        assert (await cluster.finished())["state"] == "complete"
        [pod] = cluster.kubelet.pods
        assert pod["metadata"]["generateName"] == "kanister-job-"
        assert pod["metadata"]["name"].startswith("kanister-job-")
        assert pod["metadata"]["labels"] == {
            "createdBy": "kanister",
            "a": "blueprint",
            "b": "blueprint",
            "c": "set",
            "kanister.io/JobID": "job-7",
        }
        assert pod["metadata"]["annotations"] == {"note": "x"}
        spec = pod["spec"]
        assert spec["restartPolicy"] == "Never"
        assert spec["terminationGracePeriodSeconds"] == 5
        assert [item["name"] for item in spec["containers"]] == ["container", "side"]
        main = spec["containers"][0]
        assert main["image"] == "tools:1"
        assert main["command"] == ["bash", "-c", "true"]
        assert main["imagePullPolicy"] == "IfNotPresent"
        assert {item["name"]: item["value"] for item in main["env"]} == {"A": "1", "B": "2"}

    in_cluster(scenario)


def test_task_in_the_controllers_namespace_by_default(in_cluster: Run, make: Any) -> None:
    phase = make.task("p", "true")
    phase["args"]["namespace"] = ""
    phase["args"]["command"] = "true"  # a scalar is a list of one

    async def check(cluster: Any, status: Any) -> None:
        assert status["state"] == "complete"
        [pod] = cluster.kubelet.pods
        assert pod["metadata"]["namespace"] == "kanister"
        assert pod["spec"]["containers"][0]["command"] == ["true"]

    _one(in_cluster, make, phase, check)


def test_task_reads_output_of_both_streams(in_cluster: Run, make: Any) -> None:
    script = """
    echo 'before ###Phase-output###: {"key":"a","value":"1"}'
    echo '###Phase-output###: {"key":"a","value":"2","more":1}' >&2
    echo '###Phase-output###:'
    printf '###Phase-output###: {"key":"long","value":"'
    head -c 200000 /dev/zero | tr '\\0' x
    printf '"}'
    """

    async def check(cluster: Any, status: Any) -> None:
        assert _output(status) == {"a": "2", "long": "x" * 200_000}

    _one(in_cluster, make, make.task("p", script), check)


def test_exec_reads_stdout_only(in_cluster: Run, make: Any) -> None:
    script = (
        """printf 'x\\r###Phase-output###: {"key":"a","value":"1"}\\r';"""
        """echo '###Phase-output###: {"key":"b","value":"2"}' >&2"""
    )
    args = {"namespace": "app", "pod": "db-0", "command": ["bash", "-c", script]}

    async def check(cluster: Any, status: Any) -> None:
        assert _output(status) == {"a": "1"}

    _one(in_cluster, make, {"func": "KubeExec", "name": "p", "args": args}, check)


def test_exec_in_a_pod_that_is_not_there(in_cluster: Run, make: Any) -> None:
    args = {"namespace": "app", "pod": "none", "command": ["true"]}

    async def check(cluster: Any, status: Any) -> None:
        assert status["error"]["message"] == (
            'null: Failed to exec command in pod: pods "none" not found.\nstdout: \nstderr: '
        )

    _one(in_cluster, make, {"func": "KubeExec", "name": "p", "args": args}, check)


def test_exec_all(in_cluster: Run, make: Any) -> None:
    script = """echo "###Phase-output###: {\\"key\\":\\"k$RANDOM$RANDOM\\",\\"value\\":\\"v\\"}" """

    async def scenario(cluster: Any) -> None:
        await cluster.running_pod("web", "app")
        args = {"namespace": "app", "pods": "db-0 web", "containers": "main"}
        good = {
            "func": "KubeExecAll",
            "name": "p",
            "args": {**args, "command": ["bash", "-c", script]},
        }
        bad = {"func": "KubeExecAll", "name": "q", "args": {**args, "command": ["false"]}}
        await cluster.blueprint({"backup": {"phases": [good, bad]}})
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert list(_output(status).values()) == ["v", "v"]
        message = status["error"]["message"]
        assert message.count("command terminated with exit code 1") == 2

    in_cluster(scenario)


@pytest.mark.parametrize(("replicas", "count"), [("0", 0), (0, 0)])
def test_scale_down_waits_for_status_and_pods(
    in_cluster: Run, make: Any, replicas: Any, count: int
) -> None:
    phase = {"func": "ScaleWorkload", "name": "p", "args": {"replicas": replicas}}

    async def scenario(cluster: Any) -> None:
        workload = await cluster.api.get(STATEFULSETS, "db", "app")
        workload["status"] = {"replicas": 1, "readyReplicas": 1, "observedGeneration": 1}
        await cluster.api.update(STATEFULSETS, workload, subresource="status")
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset())
        await cluster.until(
            lambda obj: (obj.get("status") or {}).get("progress", {}).get("runningPhase") == "p"
        )
        async for event in cluster.api.watch(STATEFULSETS, "app"):
            if event.object["spec"]["replicas"] == count:
                break
        assert make.state(await cluster.get()) == "running"
        await cluster.api.delete(PODS, "db-0", "app", grace_period_s=0)
        workload = await cluster.api.get(STATEFULSETS, "db", "app")
        workload["status"] = {"replicas": 0, "readyReplicas": 0, "observedGeneration": 2}
        await cluster.api.update(STATEFULSETS, workload, subresource="status")
        status = await cluster.finished()
        assert _output(status) == {"originalReplicaCount": 1}

    in_cluster(scenario)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"replicas": 1.5}, "Invalid arg type float64 for Arg replicas "),
        (
            {"replicas": "x"},
            'Cannot convert string to int: strconv.Atoi: parsing "x": invalid syntax',
        ),
        ({"replicas": 1, "kind": "daemonset"}, "Workload type not supported daemonset"),
    ],
)
def test_scale_refuses(in_cluster: Run, make: Any, args: Any, message: str) -> None:
    async def check(cluster: Any, status: Any) -> None:
        assert status["error"]["message"] == f"null: {message}"

    _one(in_cluster, make, {"func": "ScaleWorkload", "name": "p", "args": args}, check)


def test_scale_without_a_workload(in_cluster: Run, make: Any) -> None:
    async def check(cluster: Any, status: Any) -> None:
        assert "Workload information not available" in status["error"]["message"]

    phase = {"func": "ScaleWorkload", "name": "p", "args": {"replicas": 1}}
    target = {"kind": "namespace", "name": "app", "namespace": "app"}
    _one(in_cluster, make, phase, check, object=target)


def test_prepare_data_ignores_the_exit_status(in_cluster: Run, make: Any) -> None:
    script = """echo '###Phase-output###: {"key":"k","value":"v"}'; exit 4"""
    args = {"namespace": "app", "image": "i", "command": ["bash", "-c", script]}

    async def scenario(cluster: Any) -> None:
        await cluster.api.create(
            PERSISTENTVOLUMECLAIMS,
            {
                "metadata": {"name": "data-db-0"},
                "spec": {
                    "accessModes": ["ReadOnlyMany"],
                    "resources": {"requests": {"storage": "1Gi"}},
                },
            },
            "app",
        )
        phases = [
            {"func": "PrepareData", "name": "p", "args": args},
            {"func": "PrepareData", "name": "q", "args": {**args, "failOnError": "true"}},
        ]
        await cluster.blueprint({"backup": {"phases": phases}})
        await cluster.actionset(make.on_statefulset())
        status = await cluster.finished()
        assert _output(status) == {"k": "v"}
        states = [phase["state"] for phase in status["actions"][0]["phases"]]
        assert states == ["complete", "failed"]
        pod = cluster.kubelet.pods[0]
        assert pod["metadata"]["generateName"] == "prepare-data-job-"
        [volume] = [item for item in pod["spec"]["volumes"] if "persistentVolumeClaim" in item]
        assert volume["name"].startswith("vol-")
        assert volume["persistentVolumeClaim"] == {"claimName": "data-db-0", "readOnly": True}
        mounts = pod["spec"]["containers"][0]["volumeMounts"]
        assert {
            "name": volume["name"],
            "mountPath": "/mnt/prepare_data/data-db-0",
            "readOnly": True,
        } in mounts

    in_cluster(scenario)


def test_kube_ops(in_cluster: Run, make: Any) -> None:
    spec = """
apiVersion: v1
kind: ConfigMap
metadata: {name: "made-by-{{ .StatefulSet.Name }}"}
data: {k: v}
"""
    reference = {
        "apiVersion": "v1",
        "resource": "configmaps",
        "name": "{{ .Phases.create.Output.name }}",
        "namespace": "{{ .Phases.create.Output.namespace }}",
    }

    def phase(operation: str, **args: Any) -> Any:
        return {"func": "KubeOps", "name": operation, "args": {"operation": operation, **args}}

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint(
            {
                "backup": {
                    "phases": [
                        phase("create", namespace="app", spec=spec),
                        phase("patch", objectReference=reference, spec="data: {k2: w}"),
                        make.task("pause", "sleep 0.1"),
                        phase("delete", objectReference=reference),
                    ]
                }
            }
        )
        await cluster.actionset(make.on_statefulset())
        await cluster.task_started()
        made = await cluster.api.get(CONFIGMAPS, "made-by-db", "app")
        assert made["data"] == {"k": "v", "k2": "w"}
        status = await cluster.finished()
        assert status["state"] == "complete"
        assert _output(status) == {
            "apiVersion": "v1",
            "group": "",
            "resource": "configmaps",
            "kind": "",
            "name": "made-by-db",
            "namespace": "app",
        }
        with pytest.raises(NotFound):
            await cluster.api.get(CONFIGMAPS, "made-by-db", "app")

    in_cluster(scenario)


def test_kube_ops_refuses(in_cluster: Run, make: Any) -> None:
    async def check(cluster: Any, status: Any) -> None:
        assert status["error"]["message"] == "null: invalid operation 'apply'"

    phase = {"func": "KubeOps", "name": "p", "args": {"operation": "apply"}}
    _one(in_cluster, make, phase, check)


@pytest.mark.slow
def test_location_delete(in_cluster: Run, make: Any, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    for key in ("pre/a/1", "pre/a/2", "a/3"):
        s3_server.boto().put_object(Bucket=bucket, Key=key, Body=b"")

    async def scenario(cluster: Any) -> None:
        await cluster.secret("s3", "app", id=s3_server.access_key, key=s3_server.secret_key)
        await cluster.api.create(
            PROFILES,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "p", "namespace": "app"},
                "location": {
                    "type": "s3Compliant",
                    "bucket": bucket,
                    "endpoint": s3_server.endpoint,
                    "prefix": "pre",
                },
                "credential": {
                    "type": "keyPair",
                    "keyPair": {
                        "idField": "id",
                        "secretField": "key",
                        "secret": {"name": "s3", "namespace": "app"},
                    },
                },
            },
            "app",
        )
        phase = {"func": "LocationDelete", "name": "p", "args": {"artifact": f"{bucket}/a/"}}
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset(profile={"name": "p", "namespace": "app"}))
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)
    assert s3_server.keys(bucket) == ["a/3"]


def test_progress_is_copied_while_a_phase_runs(
    in_cluster: Run, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_kanister._kanister.operator.action._PROGRESS_EVERY_S", 0.02)

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [make.task("p", "sleep 0.2")]}})
        await cluster.actionset(make.on_statefulset())
        states = await cluster.until(lambda obj: make.state(obj) == "complete")
        running = [
            phase["progress"].get("progressPercent")
            for status in states
            for phase in (status.get("actions") or [{}])[0].get("phases", [])
            if phase["state"] == "running"
        ]
        assert "0" in running

    in_cluster(scenario)


def test_empty_actionset_completes_with_an_update(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.actionset()
        async with asyncio.timeout(5):
            await cluster.until(lambda obj: make.state(obj) == "running")
        await cluster.api.patch(
            ACTIONSETS, "run", {"metadata": {"labels": {"touch": "1"}}}, "kanister"
        )
        assert (await cluster.finished())["state"] == "complete"

    in_cluster(scenario)


def test_operator_installs_no_crds_when_told_not_to(in_cluster: Run, make: Any) -> None:
    from pytest_kanister._cluster.api import LocalApi
    from pytest_kanister._cluster.registry import Store
    from pytest_kanister._kanister.operator import run_operator

    def no_pods() -> Any:
        raise AssertionError(secrets.token_hex(2))

    lines: list[str] = []
    env = {"CREATEORUPDATE_CRDS": "false"}
    status = asyncio.run(run_operator(LocalApi(Store(), no_pods), lines.append, env))
    assert status == 1
    assert "Failed to start controller." in lines[0]
