"""kubectl against a listening server: what people type."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._model.resources import CRDS, DEPLOYMENTS, NAMESPACES, PODS
from tests.cluster.standins import (
    KUBECTL,
    Cluster,
    deployment,
    pod,
    running_cluster,
    widget,
    widgets_crd,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(KUBECTL is None, reason="kubectl is not on PATH"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("kubectl"), controllers=True) as found:
        found.run(found.api.create(CRDS, widgets_crd()))
        found.run(found.api.create(NAMESPACES, {"metadata": {"name": "shop"}}))
        found.run(found.api.create(PODS, pod("box", labels={"app": "box"}), "shop"))
        found.until(lambda: _running(found, "box"))
        yield found


def _running(cluster: Cluster, name: str) -> bool | None:
    found = cluster.run(cluster.api.get(PODS, name, "shop"))
    return found["status"]["phase"] == "Running" or None


def manifest(obj: object) -> str:
    return json.dumps(obj)


def named(kind: str, name: str, api_version: str = "v1", **more: object) -> dict[str, object]:
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop"},
        **more,
    }


@pytest.mark.parametrize(
    ("arguments", "kind", "path", "expected"),
    [
        (["ns", "made"], "ns", "{.status.phase}", "Active"),
        (["cm", "c", "--from-literal=a=b"], "cm", "{.data.a}", "b"),
        (["secret", "generic", "s", "--from-literal=a=b"], "secret", "{.data.a}", "Yg=="),
        (
            ["deployment", "d", "--image=nginx:1", "--replicas=0", "--port=80"],
            "deploy",
            "{.spec.replicas} {.spec.template.spec.containers[0].ports[0].containerPort}",
            "0 80",
        ),
        (
            ["service", "clusterip", "v", "--tcp=80:http"],
            "svc",
            "{.spec.ports[0].targetPort} {.spec.ports[0].protocol}",
            "http TCP",
        ),
        (
            ["service", "clusterip", "h", "--clusterip=None"],
            "svc",
            "{.spec.clusterIP}",
            "None",
        ),
        (["sa", "bob"], "sa", "{.metadata.name}", "bob"),
        (
            ["job", "j", "--image=busybox", "--", "date", "-u"],
            "job",
            "{.spec.template.spec.containers[0].command} {.spec.template.spec.restartPolicy}",
            '["date","-u"] Never',
        ),
        (["role", "r", "--verb=get", "--resource=pods"], "role", "{.rules[0].verbs}", '["get"]'),
        (
            ["rolebinding", "rb", "--role=r", "--serviceaccount=shop:bob"],
            "rolebinding",
            "{.subjects[0].name} {.roleRef.name}",
            "bob r",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_generators_send_protobuf_that_is_understood(
    cluster: Cluster, arguments: list[str], kind: str, path: str, expected: str
) -> None:
    name = next(item for item in arguments[1:] if item not in ("generic", "clusterip"))
    assert "created" in cluster.kubectl("-n", "shop", "create", *arguments).stdout
    shown = cluster.kubectl("-n", "shop", "get", kind, name, "-o", f"jsonpath={path}").stdout
    assert shown == expected
    again = cluster.kubectl("-n", "shop", "create", *arguments, check=False)
    assert again.returncode == 1
    assert f'"{name}" already exists' in again.stderr


def test_apply_creates_leaves_and_configures(cluster: Cluster) -> None:
    objects: list[dict[str, object]] = [
        named("ConfigMap", "applied", data={"a": "1", "b": "2"}),
        {**widget("applied"), "metadata": {"name": "applied", "namespace": "shop"}},
        {**deployment("applied", 0), "apiVersion": "apps/v1", "kind": "Deployment"},
    ]
    objects[2]["metadata"] = {"name": "applied", "namespace": "shop"}
    text = "".join(f"---\n{manifest(item)}\n" for item in objects)

    def verbs(body: str) -> list[str]:
        lines = cluster.kubectl("apply", "-f", "-", stdin=body).stdout.splitlines()
        return [line.split()[-1] for line in lines]

    assert verbs(text) == ["created", "created", "created"]
    assert verbs(text) == ["unchanged", "unchanged", "unchanged"]
    changed = text.replace(', "b": "2"', "").replace('"size": 3', '"size": 4')
    changed = changed.replace("web:1", "web:2")
    assert verbs(changed) == ["configured", "configured", "configured"]
    data = cluster.kubectl("-n", "shop", "get", "cm", "applied", "-o", "jsonpath={.data}").stdout
    assert json.loads(data) == {"a": "1"}
    assert not cluster.kubectl("diff", "-f", "-", stdin=changed).stdout


def test_a_list_is_validated_by_the_server(cluster: Cluster) -> None:
    items = [named("ConfigMap", "listed-1"), named("ConfigMap", "listed-2")]
    body = manifest({"apiVersion": "v1", "kind": "List", "items": items})
    assert cluster.kubectl("apply", "-f", "-", stdin=body).stdout.count("created") == 2
    body = manifest({"apiVersion": "v1", "kind": "List", "items": [named("Secret", "x", dat=1)]})
    refused = cluster.kubectl("apply", "-f", "-", stdin=body, check=False)
    assert 'unknown field "dat"' in refused.stderr


def test_apply_on_the_servers_side_owns_fields(cluster: Cluster) -> None:
    body = named("ConfigMap", "owned", data={"a": "1", "b": "2"})
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=manifest(body))
    less = named("ConfigMap", "owned", data={"a": "1"})
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=manifest(less))
    data = cluster.kubectl("-n", "shop", "get", "cm", "owned", "-o", "jsonpath={.data}").stdout
    assert json.loads(data) == {"a": "1"}
    other = named("ConfigMap", "owned", data={"a": "2"})
    refused = cluster.kubectl(
        "apply",
        "--server-side",
        "--field-manager=other",
        "-f",
        "-",
        stdin=manifest(other),
        check=False,
    )
    assert "Apply failed with 1 conflict" in refused.stderr
    assert ".data.a" in refused.stderr


def test_mistakes_in_a_manifest_are_told(cluster: Cluster) -> None:
    body = manifest(named("Pod", "typo", spec={"container": []}))
    refused = cluster.kubectl("create", "-f", "-", stdin=body, check=False)
    assert 'unknown field "spec.container"' in refused.stderr
    broken = {**widget("broken", size=0), "metadata": {"name": "broken", "namespace": "shop"}}
    refused = cluster.kubectl("create", "-f", "-", stdin=manifest(broken), check=False)
    assert "spec.size in body should be greater than or equal to 1" in refused.stderr


def test_get_prints_tables(cluster: Cluster) -> None:
    def header(*arguments: str) -> list[str]:
        return cluster.kubectl("get", *arguments).stdout.splitlines()[0].split()

    assert header("po", "-n", "shop") == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert header("pods", "-A", "-o", "wide")[:6] == [
        "NAMESPACE",
        "NAME",
        "READY",
        "STATUS",
        "RESTARTS",
        "AGE",
    ]
    assert header("ns") == ["NAME", "STATUS", "AGE"]
    assert header("crd") == ["NAME", "CREATED", "AT"]
    row = cluster.kubectl("get", "po", "box", "-n", "shop").stdout.splitlines()[1].split()
    assert row[:4] == ["box", "1/1", "Running", "0"]
    cluster.kubectl("create", "-n", "shop", "-f", "-", stdin=manifest(widget("shown")))
    lines = cluster.kubectl("get", "wd", "shown", "-n", "shop").stdout.splitlines()
    assert [line.split() for line in lines] == [["NAME", "SIZE", "STATE"], ["shown", "3"]]


def test_get_filters_and_formats(cluster: Cluster) -> None:
    def get(*arguments: str) -> str:
        return cluster.kubectl("get", *arguments, "-n", "shop").stdout

    assert get("pods", "-l", "app=box", "-o", "name") == "pod/box\n"
    assert get("pods", "-l", "app in (nothing)", "-o", "name") == ""
    assert get("pods", "--field-selector=status.phase=Running,metadata.name=box", "-o", "name")
    assert json.loads(get("pod", "box", "-o", "json"))["kind"] == "Pod"
    assert "kind: Pod" in get("pod", "box", "-o", "yaml")
    assert get("pod", "box", "-o", "jsonpath={.spec.nodeName}") == "pytest-kanister"
    assert "pod/box" in get("all")


def test_get_watches(cluster: Cluster) -> None:
    assert KUBECTL is not None
    env = {**os.environ, "KUBECONFIG": str(cluster.server.kubeconfig)}
    cache = str(cluster.folder / "kubectl-cache")
    watching = subprocess.Popen(
        [KUBECTL, "--cache-dir", cache, "get", "cm", "-n", "shop", "-w", "-o", "name"],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )
    try:
        assert watching.stdout is not None
        cluster.kubectl("-n", "shop", "create", "cm", "watched")
        lines = iter(watching.stdout.readline, "")
        assert any(line == "configmap/watched\n" for line in lines)
    finally:
        watching.kill()
        watching.communicate()


def test_describe(cluster: Cluster) -> None:
    def described(*arguments: str) -> str:
        return cluster.kubectl("describe", *arguments, "-n", "shop").stdout

    assert "Node:             pytest-kanister" in described("pod", "box")
    assert "Status:       Active" in described("ns", "shop")
    cluster.kubectl("create", "secret", "generic", "told", "--from-literal=a=bc", "-n", "shop")
    assert "a:  2 bytes" in described("secret", "told")
    cluster.kubectl("create", "-n", "shop", "-f", "-", stdin=manifest(widget("told")))
    assert "Size:" in described("widget", "told")
    cluster.run(cluster.api.create(DEPLOYMENTS, deployment("told", 1), "shop"))
    cluster.kubectl("rollout", "status", "deploy/told", "-n", "shop", "--timeout=10s")
    text = described("deploy", "told")
    assert "1 desired | 1 updated | 1 total | 1 available" in text
    assert "ScalingReplicaSet" in text
    assert "SuccessfulCreate" in cluster.kubectl("events", "-n", "shop").stdout


def test_changes_by_hand(cluster: Cluster) -> None:
    def run(*arguments: str) -> str:
        return cluster.kubectl("-n", "shop", *arguments).stdout

    run("create", "cm", "hand", "--from-literal=a=1")
    run("label", "cm", "hand", "x=y")
    run("annotate", "cm", "hand", "note=this")
    run("patch", "cm", "hand", "-p", '{"data":{"b":"2"}}')
    run("patch", "cm", "hand", "--type=merge", "-p", '{"data":{"a":null}}')
    run("patch", "cm", "hand", "--type=json", "-p", '[{"op":"add","path":"/data/c","value":"3"}]')
    run("label", "cm", "hand", "x-")
    shown = json.loads(run("get", "cm", "hand", "-o", "json"))
    assert shown["data"] == {"b": "2", "c": "3"}
    assert shown["metadata"]["annotations"] == {"note": "this"}
    assert not shown["metadata"].get("labels")
    assert "deleted" in run("delete", "cm", "hand")
    gone = cluster.kubectl("-n", "shop", "get", "cm", "hand", check=False)
    assert 'configmaps "hand" not found' in gone.stderr


def test_scale_and_wait(cluster: Cluster) -> None:
    cluster.run(cluster.api.create(DEPLOYMENTS, deployment("wide", 1), "shop"))
    cluster.kubectl("-n", "shop", "scale", "deploy/wide", "--replicas=3")
    cluster.kubectl("-n", "shop", "rollout", "status", "deploy/wide", "--timeout=10s")
    cluster.kubectl("-n", "shop", "wait", "--for=condition=Available", "deploy/wide")
    cluster.kubectl("-n", "shop", "wait", "--for=jsonpath={.status.readyReplicas}=3", "deploy/wide")
    cluster.kubectl("-n", "shop", "wait", "--for=condition=Ready", "pod", "-l", "app=wide")
    cluster.kubectl("-n", "shop", "set", "image", "deploy/wide", "web=web:2")
    cluster.kubectl("-n", "shop", "rollout", "status", "deploy/wide", "--timeout=10s")
    cluster.kubectl("-n", "shop", "delete", "deploy", "wide", "--timeout=10s")


def test_logs(cluster: Cluster) -> None:
    def logs(*arguments: str) -> str:
        return cluster.kubectl("-n", "shop", "logs", "box", *arguments).stdout

    assert logs() == "one\ntwo\nthree\n"
    assert logs("--tail=1", "-c", "main") == "three\n"
    assert logs("--timestamps", "--tail=1") == "2026-01-01T00:00:00Z three\n"
    refused = cluster.kubectl("-n", "shop", "logs", "box", "-c", "other", check=False)
    assert "container other is not valid for pod box" in refused.stderr
    refused = cluster.kubectl("-n", "shop", "logs", "box", "--previous", check=False)
    assert "previous terminated container not found" in refused.stderr
    refused = cluster.kubectl("-n", "shop", "logs", "box", "--since=1h", check=False)
    assert "sinceSeconds" in refused.stderr

    async def more() -> None:
        cluster.kubelet.more.set()

    cluster.run(more())
    assert logs("-f") == "one\ntwo\nthree\nfour\n"


def test_exec(cluster: Cluster) -> None:
    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return cluster.kubectl("-n", "shop", "exec", *arguments, stdin=stdin, check=False)

    done = run("box", "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.stdout, done.returncode) == ("out\n", 7)
    assert done.stderr == "err\ncommand terminated with exit code 7\n"
    data = "line\n" * 200_000
    assert run("-i", "box", "--", "cat", stdin=data).stdout == data
    assert "box" in run("nobox", "--", "true").stderr


def test_a_client_that_leaves_ends_its_command(cluster: Cluster, tmp_path: Path) -> None:
    assert KUBECTL is not None
    mark = tmp_path / "pid"
    command = f"echo $$ > {mark}; exec sleep 60"
    env = {**os.environ, "KUBECONFIG": str(cluster.server.kubeconfig)}
    client = subprocess.Popen(
        [KUBECTL, "-n", "shop", "exec", "box", "--", "sh", "-c", command], env=env
    )
    try:
        pid = cluster.until(lambda: mark.read_text().strip() if mark.exists() else None)
    finally:
        client.kill()
        client.wait()
    cluster.until(lambda: not Path(f"/proc/{pid}").exists() or None)


def test_deleting_waits_for_the_end(cluster: Cluster) -> None:
    cluster.kubectl("create", "ns", "short")
    cluster.kubectl("-n", "short", "create", "deployment", "d", "--image=nginx:1")
    began = time.monotonic()
    assert "deleted" in cluster.kubectl("delete", "ns", "short", "--timeout=15s").stdout
    assert time.monotonic() - began < 15
    gone = cluster.kubectl("get", "ns", "short", check=False)
    assert 'namespaces "short" not found' in gone.stderr


def test_dry_runs_change_nothing(cluster: Cluster) -> None:
    cluster.kubectl("-n", "shop", "create", "cm", "dry", "--dry-run=server")
    assert cluster.kubectl("-n", "shop", "get", "cm", "dry", check=False).returncode == 1


def test_questions_about_the_cluster(cluster: Cluster) -> None:
    assert "v1.32" in cluster.kubectl("version").stdout
    resources = cluster.kubectl("api-resources").stdout
    for short in ("po", "ns", "svc", "sts", "cm", "pvc", "wd"):
        assert f" {short} " in resources
    assert cluster.kubectl("auth", "can-i", "create", "pods").stdout == "yes\n"
    assert "pytest-kanister" in cluster.kubectl("auth", "whoami").stdout
    assert "image\t<string>" in cluster.kubectl("explain", "pod.spec.containers").stdout
    assert "size" in cluster.kubectl("explain", "widget.spec").stdout
    assert "pytest-kanister" in cluster.kubectl("get", "nodes").stdout


def test_what_is_not_modelled_is_named(cluster: Cluster) -> None:
    refused = cluster.kubectl("-n", "shop", "attach", "box", check=False)
    assert "does not model pods/attach" in refused.stderr
    refused = cluster.kubectl("-n", "shop", "port-forward", "box", "8080:80", check=False)
    assert refused.returncode == 1
