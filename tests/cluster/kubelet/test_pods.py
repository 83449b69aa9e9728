"""Pods as processes, really run."""

import asyncio
import base64
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.kubelet.bubblewrap import Bubblewrap
from pytest_kanister._cluster.kubelet.procs import marked
from pytest_kanister._model.api import Api
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODS,
    SECRETS,
)
from pytest_kanister.errors import BadRequest, NotFound

pytestmark = pytest.mark.slow

OnNode = Callable[..., None]


def test_a_task_pod_runs_and_every_byte_of_its_output_is_there(on_node: OnNode) -> None:
    script = "seq 200000; echo late >/dev/stderr; printf 'no line end'; exit 3"

    async def test(node: Any) -> None:
        out = await node.shell("task", script)
        assert out == "".join(f"{i}\n" for i in range(1, 200001)) + "late\nno line end"
        pod = await node.pod("task")
        assert pod["status"]["phase"] == "Failed"
        (status,) = pod["status"]["containerStatuses"]
        assert status["state"]["terminated"]["exitCode"] == 3
        assert status["state"]["terminated"]["reason"] == "Error"
        assert pod["status"]["podIP"].startswith(node.subnet.prefix)
        assert await node.log("task", tail_lines=2) == "late\nno line end"
        stamped = await node.log("task", timestamps=True, tail_lines=2)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z late\n\d{4}-[^ ]+Z no line end", stamped)

    on_node(test)


def test_what_a_pod_sees_of_this_machine(on_node: OnNode) -> None:
    script = """\
exec 2>/dev/null
id -u; hostname; echo "$HOSTNAME"; getent hosts localhost | cut -d' ' -f1
ls -A /home /mnt | wc -l; test -e /etc/shadow || echo no shadow
echo x > /usr/written || echo read-only; echo x > /tmp/written && echo writable
env | cut -d= -f1 | sort | tr '\\n' ' '; ls /proc | grep -c '^[0-9]'
"""

    async def test(node: Any) -> None:
        os.environ["SECRET_OF_THE_HOST"] = "inherited"
        try:
            out = (await node.shell("view", script)).splitlines()
        finally:
            del os.environ["SECRET_OF_THE_HOST"]
        ip = (await node.pod("view"))["status"]["podIP"]
        assert out[:4] == ["0", "view", "view", ip]
        # /home has no entry; the headings that ls prints for two folders are three lines
        assert out[4:8] == ["3", "no shadow", "read-only", "writable"]
        names, _, count = out[8].rpartition(" ")
        assert set(names.split()) == {"HOME", "HOSTNAME", "LANG", "PATH", "PWD", "SHLVL", "_"}
        assert int(count) < 10

    on_node(test)
    assert not Path("/usr/written").exists()
    assert not Path("/tmp/written").exists()


def test_environment_and_expansion(on_node: OnNode) -> None:
    container = {
        "command": ["sh", "-c", 'echo "$1 $A $B $P_k $NAME $IP"', "sh"],
        "args": ["$(A)-$$(A)-$(NONE)"],
        "envFrom": [{"configMapRef": {"name": "cm"}, "prefix": "P_"}],
        "env": [
            {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"name": "B", "value": "<$(A)>"},
            {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {
                "name": "GONE",
                "valueFrom": {"secretKeyRef": {"name": "no", "key": "k", "optional": True}},
            },
        ],
    }

    async def test(node: Any) -> None:
        await node.create("env", container, restartPolicy="Never")
        waiting = await node.until(
            "env",
            lambda p: (
                "waiting" in p["status"].get("containerStatuses", [{}])[0].get("state", {})
                and p["status"]["containerStatuses"][0]["state"]["waiting"]["reason"]
                == "CreateContainerConfigError"
            ),
        )
        state = waiting["status"]["containerStatuses"][0]["state"]["waiting"]
        assert state["message"] == 'configmap "cm" not found'
        value = base64.b64encode(b"secret").decode()
        await node.api.create(SECRETS, {"metadata": {"name": "s"}, "data": {"k": value}}, "default")
        await node.api.create(
            CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {"k": "mapped"}}, "default"
        )
        ip = (await node.ended("env"))["status"]["podIP"]
        expected = f"secret-$(A)-$(NONE) secret <secret> mapped env {ip}\n"
        assert await node.log("env") == expected

    on_node(test)


def test_init_containers_volumes_and_order(on_node: OnNode) -> None:
    mounts = [{"name": "work", "mountPath": "/work-dir"}]

    def step(text: str) -> Mapping[str, Any]:
        return {
            "name": text,
            "image": "busybox",
            "command": ["sh", "-c", f"echo {text} >> /work-dir/steps"],
            "volumeMounts": mounts,
        }

    volumes = [
        {"name": "work", "emptyDir": {}},
        {"name": "cm", "configMap": {"name": "cm", "items": [{"key": "a.cnf", "path": "x/a"}]}},
        {"name": "small", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
    ]
    script = """\
exec 2>/dev/null
cat /work-dir/steps /etc/new/x/a; cat /one
echo no > /etc/new/x/a || echo read-only
head -c 3000000 /dev/zero > /small/f || echo full
"""
    container = {
        "command": ["sh", "-c", script],
        "volumeMounts": [
            *mounts,
            {"name": "cm", "mountPath": "/etc/new"},
            {"name": "work", "mountPath": "/one", "subPath": "steps", "readOnly": True},
            {"name": "small", "mountPath": "/small"},
        ],
    }

    async def test(node: Any) -> None:
        await node.api.create(
            CONFIGMAPS, {"metadata": {"name": "cm"}, "data": {"a.cnf": "content\n"}}, "default"
        )
        await node.create(
            "init",
            container,
            initContainers=[step("first"), step("second")],
            volumes=volumes,
            restartPolicy="Never",
        )
        pod = await node.ended("init")
        assert pod["status"]["phase"] == "Succeeded"
        assert (await node.log("init")).splitlines() == [
            "first", "second", "content", "first", "second", "read-only", "full",
        ]  # fmt: skip
        codes = [
            status["state"]["terminated"]["exitCode"]
            for status in pod["status"]["initContainerStatuses"]
        ]
        assert codes == [0, 0]

    on_node(test)


def test_a_claim_s_folder_outlives_the_pod(on_node: OnNode, tmp_path: Path) -> None:
    disk = tmp_path / "disk"

    async def test(node: Any) -> None:
        claim: dict[str, Any] = {
            "metadata": {"name": "data"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "volumeName": "pv",
            },
        }
        volume = {
            "metadata": {"name": "pv"},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce"],
                "hostPath": {"path": str(disk)},
            },
        }
        await node.api.create(PERSISTENTVOLUMES, volume)
        await node.api.create(PERSISTENTVOLUMECLAIMS, claim, "default")
        spec = {
            "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
            "restartPolicy": "Never",
        }
        container = {
            "command": ["sh", "-c", "echo kept >> /d/f; cat /d/f"],
            "volumeMounts": [{"name": "d", "mountPath": "/d"}],
        }
        await node.create("one", container, **spec)
        deadline = Deadline(5)
        while not any("not bound yet" in text for _, text in await node.events("one")):
            assert not deadline.passed
            await asyncio.sleep(0.005)
        bound = {"status": {"phase": "Bound"}}
        await node.api.patch(PERSISTENTVOLUMECLAIMS, "data", bound, "default", subresource="status")
        await node.ended("one")
        await node.create("two", container, **spec)
        await node.ended("two")
        assert await node.log("two") == "kept\nkept\n"
        assert (disk / "f").read_text() == "kept\nkept\n"

    on_node(test)


def test_restarts_keep_the_previous_log_and_tell_of_the_back_off(on_node: OnNode) -> None:
    script = "cat /d/n 2>/dev/null; echo run >> /d/n; test $(wc -l < /d/n) = 3"
    container = {
        "command": ["sh", "-c", script],
        "volumeMounts": [{"name": "d", "mountPath": "/d"}],
    }

    async def test(node: Any) -> None:
        await node.create(
            "again",
            container,
            restartPolicy="OnFailure",
            volumes=[{"name": "d", "emptyDir": {}}],
        )
        pod = await node.ended("again")
        (status,) = pod["status"]["containerStatuses"]
        assert pod["status"]["phase"] == "Succeeded"
        assert status["restartCount"] == 2
        assert status["lastState"]["terminated"]["exitCode"] == 1
        assert await node.log("again") == "run\nrun\n"
        assert await node.log("again", previous=True, follow=False) == "run\n"
        reasons = [reason for reason, _ in await node.events("again")]
        assert {"Pulling", "Pulled", "Created", "Started", "BackOff"} <= set(reasons)

    on_node(test)


def test_an_unknown_image_ends_in_back_off_with_the_remedy(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        await node.create("stuck", {"image": "corp/unheard:1"})

        def pulls(pod: Any) -> bool:
            statuses = pod["status"].get("containerStatuses") or [{"state": {}}]
            reason = statuses[0]["state"].get("waiting", {}).get("reason")
            return reason in ("ErrImagePull", "ImagePullBackOff")

        pod = await node.until("stuck", pulls)
        message = pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"]
        assert "PYTEST_KANISTER_IMAGE_MAP='corp/unheard:1=KNOWN'" in message
        assert pod["status"]["phase"] == "Pending"
        with pytest.raises(BadRequest, match="waiting to start"):
            await node.log("stuck")
        await node.api.delete(PODS, "stuck", "default", grace_period_s=0)

    on_node(test)


@pytest.mark.parametrize("runtime_name", ["bubblewrap", "nss_wrapper"], indirect=True)
def test_deleting_a_pod_ends_every_process_of_it(on_node: OnNode) -> None:
    script = (
        "trap 'echo asked; exit 0' TERM; (setsid sh -c 'sleep 600 & sleep 600' &); echo up; wait"
    )
    script += " & sleep 600 & wait"

    async def test(node: Any) -> None:
        container = {
            "command": ["bash", "-c", script],
            "env": [{"name": "MARK_OF_TEST", "value": node.subnet.prefix}],
        }
        mark = f"MARK_OF_TEST={node.subnet.prefix}"
        await node.create("tree", container, terminationGracePeriodSeconds=5)
        pod = await node.ready("tree")
        deadline = Deadline(5)
        while len(marked(mark)) < 4:
            assert not deadline.passed, marked(mark)
            await asyncio.sleep(0.005)
        following = asyncio.create_task(node.log("tree"))
        await asyncio.sleep(0)
        folder = node.folder / "pods" / pod["metadata"]["uid"]
        assert folder.is_dir()
        await node.api.delete(PODS, "tree", "default")
        deadline = Deadline(5)
        while True:
            try:
                await node.pod("tree")
            except NotFound:
                break
            assert not deadline.passed
            await asyncio.sleep(0.005)
        assert marked(mark) == []
        assert (await following).endswith("asked\n")
        while folder.exists():
            assert not deadline.passed
            await asyncio.sleep(0.005)

    on_node(test)


@pytest.mark.parametrize("runtime_name", ["bubblewrap", "nss_wrapper"], indirect=True)
def test_exec_streams_status_and_terminal(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        env = [{"name": "GIVEN", "value": "in exec too"}]
        await node.create("shell", {"command": ["sleep", "600"], "env": env, "workingDir": "/usr"})
        await node.ready("shell")
        status, out, err = await node.exec(
            "shell", "sh", "-c", 'pwd; echo "$GIVEN" >&2; cat; exit 37', stdin=b"sent" * 50000
        )
        assert (status, err) == (37, "in exec too\n")
        assert out == "/usr\n" + "sent" * 50000
        status, out, _ = await node.exec(
            "shell", "sh", "-c", "test -t 0 && test -t 1 && stty size", tty=True
        )
        assert (status, out) == (0, "0 0\r\n")
        status, _, err = await node.exec("shell", "no-such-program")
        assert status == 127
        assert "no-such-program" in err
        status, out, _ = await node.exec("shell", "sh", "-c", "sleep 600 & echo started")
        assert (status, out) == (0, "started\n")

    on_node(test)


def test_exec_sees_and_may_kill_the_pod_s_processes(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        await node.create("shell", {"command": ["sleep", "600"]}, restartPolicy="Never")
        await node.ready("shell")
        status, out, _ = await node.exec("shell", "pgrep", "-x", "sleep")
        assert status == 0
        await node.exec("shell", "kill", out.strip())
        pod = await node.ended("shell")
        state = pod["status"]["containerStatuses"][0]["state"]
        assert state["terminated"]["exitCode"] == 128 + 15
        with pytest.raises(BadRequest, match="not running"):
            await node.exec("shell", "true")

    on_node(test)


def test_cancelling_exec_kills_its_tree_and_not_the_pod(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        await node.create("shell", {"command": ["sleep", "600"]})
        await node.ready("shell")
        mark = f"IN_EXEC={node.subnet.prefix}"
        script = f"export {mark}; (setsid sleep 500 &); exec env {mark} sleep 500"
        task = asyncio.create_task(node.exec("shell", "sh", "-c", script))
        deadline = Deadline(5)
        while len(marked(mark)) < 2:
            assert not deadline.passed
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert marked(mark) == []
        assert (await node.exec("shell", "echo", "alive"))[1] == "alive\n"

    on_node(test)


def test_probes_decide_readiness_and_wide_listeners_are_told(on_node: OnNode) -> None:
    server = (
        "import http.server as h\n"
        "h.HTTPServer(('0.0.0.0', 23917), h.SimpleHTTPRequestHandler).serve_forever()"
    )

    async def test(node: Any) -> None:
        container = {
            "command": ["python3", "-c", server],
            "ports": [{"name": "web", "containerPort": 23917}],
            "readinessProbe": {"httpGet": {"path": "/", "port": "web"}, "initialDelaySeconds": 30},
        }
        await node.create("web", container)
        await node.ready("web")
        deadline = Deadline(5)
        while not any(reason == "BindsAllAddresses" for reason, _ in await node.events("web")):
            assert not deadline.passed
            await asyncio.sleep(0.005)
        never = {"command": ["sleep", "600"], "readinessProbe": {"exec": {"command": ["false"]}}}
        await node.create("never", never)
        pod = await node.until("never", lambda p: p["status"]["phase"] == "Running")
        (status,) = pod["status"]["containerStatuses"]
        assert (status["ready"], status["started"]) == (False, True)

    on_node(test)


def test_a_builtin_runs_inside_and_its_lines_are_its_log(on_node: OnNode) -> None:
    async def operator(api: Api, write: Callable[[str], None], env: Mapping[str, str]) -> int:
        write(f"operator of {env['HOSTNAME']}")
        listed = await api.list(PODS, "default")
        write(f"sees {len(listed['items'])} pod")
        return 5

    async def test(node: Any) -> None:
        await node.create("operator", {"image": "kanister/controller"}, restartPolicy="Never")
        pod = await node.ended("operator")
        assert pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"] == 5
        assert await node.log("operator") == "operator of operator\nsees 1 pod\n"
        with pytest.raises(BadRequest, match="inside the embedded cluster"):
            await node.exec("operator", "true")

    on_node(test, {"kanister/controller": operator})


def test_an_unsupported_volume_is_refused_by_name(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        await node.create(
            "host", {}, volumes=[{"name": "h", "hostPath": {"path": "/"}}], restartPolicy="Never"
        )
        deadline = Deadline(5)
        while not any("hostPath is not supported" in text for _, text in await node.events("host")):
            assert not deadline.passed
            await asyncio.sleep(0.005)
        assert (await node.pod("host"))["status"]["phase"] == "Pending"

    on_node(test)


def test_a_pod_without_an_address_waits_for_one(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        taken = [node.subnet.allocate() for _ in range(253)]
        await node.create("late", {"command": ["true"]}, restartPolicy="Never")
        deadline = Deadline(20)
        while not (told := await node.events("late")):
            assert not deadline.passed
            await asyncio.sleep(0.003)
        assert told[0][0] == "FailedCreatePodSandBox"
        assert f"all addresses of {node.subnet.prefix}.0/24 are taken by pods" in told[0][1]
        assert (await node.pod("late"))["status"]["phase"] == "Pending"
        await node.create("unwanted", {"command": ["true"]}, restartPolicy="Never")
        await node.api.delete(PODS, "unwanted", "default")
        node.subnet.release(taken.pop())
        pod = await node.ended("late")
        assert pod["status"]["phase"] == "Succeeded"
        with pytest.raises(NotFound):
            await node.pod("unwanted")

    on_node(test)


def test_a_pod_is_not_running_before_its_program(
    on_node: OnNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the sandbox takes its time; commands must not overtake the program."""
    slowly = ["/bin/sh", "-c", 'sleep 0.3; exec "$0" "$@"']
    really = Bubblewrap.base_argv
    monkeypatch.setattr(Bubblewrap, "base_argv", lambda self: [*slowly, *really(self)])

    async def test(node: Any) -> None:
        await node.create("slow", {"command": ["sleep", "1000"]})
        await node.until("slow", lambda pod: pod["status"]["phase"] == "Running")
        pids = node.kubelet._container("default", "slow", "c").run.pids()
        assert b"sleep\x001000\0" in [_command_line(pid) for pid in pids]

    on_node(test)


def _command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_pod_that_ends_takes_no_successor_of_its_name_along(on_node: OnNode) -> None:
    stubborn = {"command": ["bash", "-c", "trap '' TERM; echo up; sleep 60"]}

    async def test(node: Any) -> None:
        await node.create("again", stubborn)
        first = await node.until("again", lambda pod: pod["status"].get("phase") == "Running")
        home = node.folder / "pods" / first["metadata"]["uid"]
        assert home.is_dir()
        # It ends in peace, for too long; then it is forgotten at once, as replacing a server does.
        await node.api.delete(PODS, "again", "default")
        await node.api.delete(PODS, "again", "default", grace_period_s=0)
        await node.create("again", stubborn)
        second = await node.pod("again")
        deadline = Deadline(20)
        while home.is_dir():
            assert not deadline.passed
            await asyncio.sleep(0.003)
        now = await node.pod("again")
        assert now["metadata"]["uid"] == second["metadata"]["uid"] != first["metadata"]["uid"]
        assert "deletionTimestamp" not in now["metadata"]

    on_node(test)
