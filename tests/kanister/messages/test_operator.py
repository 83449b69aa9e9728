"""What the operator says where the conformance table does not make it say it.

The operator itself runs, on an API in-process; task pods are plain processes.  Each example is what
stands in `status.error.message`, in the log (`log:`), or is the panic's text (`panic:`).
Over 300 lines, as the cases are one table.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.operator.controller import Controller
from pytest_kanister._kanister.operator.deleting import forget
from pytest_kanister._kanister.operator.errkit import Crash, KanisterError, status_message
from pytest_kanister._kanister.operator.events import Recorder
from pytest_kanister._kanister.operator.functions.call import Call
from pytest_kanister._kanister.operator.jobs import created_pod
from pytest_kanister._kanister.operator.logging import Log
from pytest_kanister._kanister.params import TemplateParams
from pytest_kanister._model.resources import (
    ACTIONSETS,
    CONFIGMAPS,
    DEPLOYMENTS,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODS,
    PROFILES,
    VOLUMESNAPSHOTCLASSES,
    VOLUMESNAPSHOTS,
    Resource,
)
from tests.kanister.messages.agreement import FOLDER, agree
from tests.support.operating import Cluster, on_statefulset, run_in_cluster, task

pytestmark = pytest.mark.slow

NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
HERE = {"namespace": "app"}
OURS = "createdBy=kanister"
CONFIGMAP = {"apiVersion": "v1", "resource": "configmaps", "name": "c", "namespace": "app"}
NEVER = {"image": "broken:1", "command": ["true"], **HERE}


def phase(func: str, **args: Any) -> dict[str, Any]:
    return {"func": func, "name": "p", "args": args}


class Said:
    """The examples, by what they are called."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.texts: dict[str, str] = {}

    async def failed(self, name: str, *phases: Any, **action: Any) -> None:
        """What the ActionSet that fails says."""
        await self._start(name, *phases, **action)
        status = await self._cluster.finished(name)
        self.texts[name] = status["error"]["message"]

    async def failed_meanwhile(
        self, name: str, then: Callable[[str], Any], *phases: Any, **action: Any
    ) -> None:
        """The same, something being done to its pod once that is there."""
        await self._start(name, *phases, **action)
        async with asyncio.timeout(20):
            async for event in self._cluster.api.watch(PODS, "app", label_selector=OURS):
                await then(event.object["metadata"]["name"])
                break
        status = await self._cluster.finished(name)
        self.texts[name] = status["error"]["message"]

    async def logged(self, name: str, **fields: Any) -> None:
        """What the log says of an ActionSet that never gets another status."""
        await self._cluster.api.create(
            ACTIONSETS,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "ActionSet",
                "metadata": {"name": name, "namespace": "kanister"},
                **fields,
            },
            "kanister",
        )
        async with asyncio.timeout(20):
            while name not in self.texts:
                for line in self._cluster.log:
                    record = json.loads(line)
                    if record.get("ActionSet") == name and "error" in record:
                        self.texts[name] = f"log: {record['msg']}: {record['error']}"
                await asyncio.sleep(0.005)

    async def _start(self, name: str, *phases: Any, **action: Any) -> None:
        actions = {"backup": {"phases": list(phases) or [task("p", "true")]}}
        await self._cluster.blueprint(actions, name)
        await self._cluster.actionset(on_statefulset(**{"blueprint": name, **action}), name=name)


def on_configmap() -> dict[str, Any]:
    return {"object": CONFIGMAP}


async def profile(cluster: Cluster, name: str, credential: Any, kind: str = "s3Compliant") -> Any:
    """A Profile in app; the reference to it."""
    location = {"type": kind, "bucket": "b", "endpoint": "", "prefix": "", "region": ""}
    await cluster.api.create(
        PROFILES,
        {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "Profile",
            "metadata": {"name": name, "namespace": "app"},
            "location": location,
            "credential": credential,
        },
        "app",
    )
    return {"profile": {"name": name, "namespace": "app"}}


def key_pair(ident: str, key: str) -> Any:
    secret = {"name": "keys", "namespace": "app"}
    return {"type": "keyPair", "keyPair": {"idField": ident, "secretField": key, "secret": secret}}


async def launching(said: Said, cluster: Cluster) -> None:
    nothing = {"kind": "secret", "apiVersion": "v1", "resource": "secrets", "namespace": "app"}
    await said.failed("object-missing", object={**nothing, "name": "gone"})
    await said.failed("object-nameless", object={**nothing, "name": ""})
    await said.failed("secret-without-namespace", secrets={"s": {"name": "s"}})
    for name, credential in {
        "no-key-pair": {"type": "keyPair"},
        "no-secret": {"type": "secret"},
        "no-kopia-secret": {"type": "kopia"},
        "no-such-credential": {"type": "tape"},
    }.items():
        await said.failed(f"profile-{name}", **await profile(cluster, name, credential))
    labels = {"app": "web"}
    await cluster.api.create(
        DEPLOYMENTS,
        {
            "metadata": {"name": "web", "namespace": "app"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "main", "image": "web:1"}]},
                },
            },
        },
        "app",
    )
    reference = {"kind": "deployment", "name": "web", "namespace": "app"}
    await said.failed("deployment-without-replicaset", object=reference)


async def statuses(said: Said, cluster: Cluster) -> None:
    await cluster.blueprint({"backup": {"phases": [task("p", "true")]}})
    action = on_statefulset()

    def left(state: str, *phases: str) -> dict[str, Any]:
        done = {
            "name": "backup",
            "blueprint": "bp",
            "object": action["object"],
            "phases": [{"name": f"p{at}", "state": found} for at, found in enumerate(phases)],
        }
        return {"spec": {"actions": [action]}, "status": {"state": state, "actions": [done]}}

    await said.logged("no-spec")
    odd = {**action, "object": {"kind": "Job", "resource": "jobs", "name": "x"}}
    await said.logged("kind-unknown", spec={"actions": [odd]})
    short = left("running", "running")
    await said.logged("actions-differ", **{**short, "spec": {"actions": [action, action]}})
    await said.logged("state-unknown", **left("running", "lost"))
    await said.logged("phase-too-far", **left("running", "failed", "running"))
    await said.logged("complete-too-early", **left("complete", "complete", "pending"))
    renamed = left("pending", "pending")
    renamed["spec"]["actions"][0] = on_statefulset("gone")
    await cluster.api.create(
        ACTIONSETS,
        {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "ActionSet",
            "metadata": {"name": "action-gone", "namespace": "kanister"},
            **renamed,
        },
        "kanister",
    )
    status = await cluster.finished("action-gone")
    said.texts["action-gone"] = status["error"]["message"]


async def arguments(said: Said, cluster: Cluster) -> None:
    async def conditions(name: str, anyof: Any) -> None:
        args = {"timeout": "1s", "conditions": {"anyOf": anyof}}
        await said.failed(f"conditions-{name}", phase("WaitV2", **args))

    await conditions("no-maps", ["true"])
    await conditions("no-text", [{"condition": ["true"], "objectReference": CONFIGMAP}])
    await conditions("no-reference", [{"condition": "true", "objectReference": {"name": []}}])
    scale = {"replicas": 1, "waitForReady": "perhaps"}
    await said.failed("no-truth", phase("ScaleWorkload", **scale))
    await said.failed("no-map", task("p", "true") | {"args": {**NEVER, "podOverride": "x"}})
    await said.failed("no-conditions", phase("WaitV2", timeout="1s", conditions="x"))
    nobody = {"containers": "x"}
    await said.failed("override-no-list", phase("KubeTask", **NEVER, podOverride=nobody))
    gone = {"containers": [{"name": "container", "$patch": "delete"}]}
    await said.failed("override-nothing-left", phase("KubeTask", **NEVER, podOverride=gone))
    for name, spec in {
        "deep": "[" * 3000,
        "list": "[a]",
        "aliases": "a: &a ["
        + "x," * 400
        + "]\nb: &b ["
        + "*a," * 400
        + "]\nc: ["
        + "*b," * 400
        + "]\n",
        "infinite": "{apiVersion: v1, kind: ConfigMap, data: {a: .inf}}",
        "metadata": "{apiVersion: v1, kind: ConfigMap, metadata: x}",
    }.items():
        create = phase("KubeOps", operation="create", spec=spec)
        await said.failed(f"manifest-{name}", create)
    number = 'echo \'###Phase-output###: {"key":"k","value":3}\''
    await said.failed("output-no-text", task("p", number))


async def waiting(said: Said, cluster: Cluster) -> None:
    data = {"ready": "yes"}
    configmap = {"metadata": {"name": "c", "labels": {"a": "b"}}, "data": data}
    await cluster.api.create(CONFIGMAPS, configmap, "app")
    pod = {"apiVersion": "v1", "resource": "pods", "name": "db-0", "namespace": "app"}

    async def wait(name: str, path: str, reference: Any = CONFIGMAP) -> None:
        condition = f'{{{{ if eq "{{ $.{path} }}" "" }}}}true{{{{ end }}}}'
        found = {"condition": condition, "objectReference": reference}
        args = {"timeout": "50ms", "conditions": {"anyOf": [found]}}
        await said.failed(f"path-{name}", phase("Wait", **args))

    await wait("missing", "data.gone")
    await wait("no-list", "data[*]")
    await wait("out-of-bounds", "spec.containers[7]", pod)
    await wait("too-many", "spec.containers[?(@['name','image']==1)]", pod)
    await wait("other-type", "spec.containers[?(@.name==1)]", pod)
    await wait("no-filter", "data[?(@.name)]")
    broken = {"condition": "{{ index .data.ready 9 }}", "objectReference": CONFIGMAP}
    args = {"timeout": "50ms", "conditions": {"anyOf": [broken]}}
    await said.failed("template-fails", phase("WaitV2", **args))


async def locations(said: Said, cluster: Cluster) -> None:
    await cluster.secret("keys", "app", full="x", empty="")
    check = phase("CheckRepository", backupArtifactPrefix="x")
    for name, kind, credential in (
        ("unknown", "tape", key_pair("full", "full")),
        ("elsewhere", "gcs", key_pair("full", "full")),
        ("no-id", "s3Compliant", key_pair("empty", "full")),
        ("no-key", "s3Compliant", key_pair("full", "empty")),
    ):
        await said.failed(
            f"location-{name}", check, **await profile(cluster, name, credential, kind)
        )


async def snapshots(said: Said, cluster: Cluster) -> None:
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    await cluster.api.create(PERSISTENTVOLUMECLAIMS, claim, "app")
    await cluster.api.create(
        VOLUMESNAPSHOTCLASSES,
        {
            "apiVersion": VOLUMESNAPSHOTCLASSES.api_version,
            "kind": "VolumeSnapshotClass",
            "metadata": {"name": "class"},
            "driver": "d",
            "deletionPolicy": "Delete",
        },
    )
    await cluster.api.create(
        VOLUMESNAPSHOTS,
        {
            "apiVersion": VOLUMESNAPSHOTS.api_version,
            "kind": "VolumeSnapshot",
            "metadata": {"name": "taken", "namespace": "app"},
            "spec": {"source": {"persistentVolumeClaimName": "data"}},
        },
        "app",
    )
    create = {"name": "taken", **HERE, "snapshotClass": "class"}
    await said.failed("snapshot-there", phase("CreateCSISnapshot", **create, pvc="data"))
    await said.failed("snapshot-of-nothing", phase("CreateCSISnapshot", **create, pvc=""))
    static = {**create, "name": "A_b", "driver": "d", "snapshotHandle": "h"}
    await said.failed("content-refused", phase("CreateCSISnapshotStatic", **static))
    said.texts["content-refused"] = re.sub(
        r"(A_b-content-)[a-z0-9]{5}", r"\1<id>", said.texts["content-refused"]
    )


async def pods(said: Said, cluster: Cluster) -> None:
    await cluster.api.create(
        NODES,
        {"metadata": {"name": "n1"}, "spec": {"unschedulable": True}},
    )
    on_node = {"podOverride": {"nodeName": "n1"}}
    await said.failed("node-cordoned", phase("KubeTask", **NEVER, **on_node))
    gone = {"name": "v", "persistentVolumeClaim": {"claimName": "gone"}}
    mounts = {"podOverride": {"volumes": [gone]}}
    await said.failed("claim-missing", phase("KubeTask", **NEVER, **mounts))
    for name, status, volume in (
        ("lost", {"phase": "Lost"}, ""),
        ("pending", {"phase": "Pending"}, "pv"),
    ):
        claim: dict[str, Any] = {
            "metadata": {"name": name},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                **({"volumeName": volume} if volume else {}),
            },
        }
        made = await cluster.api.create(PERSISTENTVOLUMECLAIMS, claim, "app")
        await cluster.api.update(
            PERSISTENTVOLUMECLAIMS, {**made, "status": status}, subresource="status"
        )
    persistent = {
        "metadata": {"name": "pv"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "hostPath": {"path": "/x"},
        },
    }
    made = await cluster.api.create(PERSISTENTVOLUMES, persistent)
    broken = {"phase": "Failed", "message": "the disk is gone", "reason": "Broken"}
    await cluster.api.update(PERSISTENTVOLUMES, {**made, "status": broken}, subresource="status")
    for name in ("lost", "pending"):
        mounted = phase("PrepareData", **NEVER, volumes={name: "/x"})
        await said.failed(f"claim-{name}", mounted)

    async def no_memory(name: str) -> None:
        pod = await cluster.api.get(PODS, name, "app")
        pod["status"] = {"phase": "Pending", "reason": "OutOfmemory"}
        await cluster.api.update(PODS, pod, subresource="status")

    async def gone_when_done(name: str) -> None:
        pod = await cluster.api.get(PODS, name, "app")
        pod["status"] = {"phase": "Succeeded"}
        await cluster.api.update(PODS, pod, subresource="status")
        await cluster.api.delete(PODS, name, "app", grace_period_s=0)

    await said.failed_meanwhile("pod-out-of-memory", no_memory, phase("KubeTask", **NEVER))
    await said.failed_meanwhile("pod-gone", gone_when_done, phase("KubeTask", **NEVER))


async def logs(said: Said, cluster: Cluster) -> None:
    call = _call(cluster, "KubeTask")
    spec = {"containers": [{"name": "container", "image": "broken:1"}]}
    pod = {"metadata": {"name": "job", "namespace": "app"}, "spec": spec}
    async with created_pod(call, pod, "app") as job:
        await cluster.api.delete(PODS, "job", "app", grace_period_s=0)
        with pytest.raises(KanisterError) as caught:
            await job.read_output()
    said.texts["log-gone"] = status_message(caught.value)


def _call(cluster: Cluster, func: str) -> Call:
    log = Log(cluster.log.append)
    controller = Controller(cluster.api, "kanister", {}, log, Recorder(cluster.api, log))
    return Call(controller, func, HERE, TemplateParams({}), {}, log)


async def panics(said: Said, cluster: Cluster) -> None:
    call = _call(cluster, "DeleteData")
    with pytest.raises(Crash) as caught:  # a snapshot, and no repository where it could be
        await forget(call, [], "delete-data-", tags=["t"], identifiers=[])
    said.texts["more-snapshots-than-repositories"] = f"panic: {caught.value}"
    await cluster.blueprint({"backup": {"phases": []}}, "empty")
    gone = {"kind": "statefulset", "name": "gone", "namespace": "app"}
    await cluster.actionset(on_statefulset(blueprint="empty", object=gone), name="empty")
    assert cluster.operator is not None
    assert await asyncio.wait_for(cluster.operator, 20) == 2
    said.texts["no-phases-to-blame"] = next(
        line for line in cluster.log if line.startswith("panic: ")
    )


GROUPS: dict[str, tuple[Any, dict[str, str]]] = {
    "launching": (launching, {}),
    "statuses": (statuses, {}),
    "arguments": (arguments, {}),
    "waiting": (waiting, {}),
    "locations": (locations, {}),
    "snapshots": (snapshots, {}),
    "pods": (pods, {}),
    "logs": (logs, {}),
    "panics": (panics, {}),
}


async def never_started(said: Said, cluster: Cluster) -> None:
    await said.failed("pod-not-started", phase("KubeTask", **NEVER))


async def no_minutes(said: Said, cluster: Cluster) -> None:
    await said.failed("no-minutes", task("p", "true"))


GROUPS["never-started"] = (never_started, {"TIMEOUT_WORKER_POD_READY": "0.005"})
GROUPS["no-minutes"] = (no_minutes, {"TIMEOUT_WORKER_POD_READY": "soon"})


def test_what_the_operator_says_is_as_reviewed() -> None:
    blocks: list[str] = []
    for work, env in GROUPS.values():

        async def scenario(cluster: Cluster, work: Any = work) -> None:
            said = Said(cluster)
            await work(said, cluster)
            for name, text in said.texts.items():
                blocks.append(f"{name}\n{_indented(_same_everywhere(text))}")

        run_in_cluster(scenario, dict(env))
    agree(FOLDER / "operator.txt", "\n".join(blocks))


def _same_everywhere(text: str) -> str:
    text = re.sub(r"\b([a-z-]+-(?:job|data))-[a-z0-9]{5}\b", r"\1-<id>", text)
    return re.sub(r"vol-[0-9a-f-]{36}", "vol-<id>", text)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.replace("\r", "\\r").split("\n"))
