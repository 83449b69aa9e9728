"""What we say ourselves of Blueprints, ActionSets and the operator; `tests/kanister/client` has the
cases, here are the whole texts.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.client import create_actionset, derive_actionset, wait_actionset
from pytest_kanister._kanister.client.operator import OperatorWatch
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import ACTIONSETS, PODS
from pytest_kanister.errors import KanisterHarnessError
from tests.kanister.messages.agreement import FOLDER, agree
from tests.support.api import Server, running_server

pytestmark = pytest.mark.slow

HEAD = "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: b}\n"
BLUEPRINTS = {
    "not-there.yaml": None,
    "latin.yaml": b"a: \xff\n",
    "two.yaml": f"{HEAD}---\n{HEAD}",
    "list.yaml": "[]\n",
    "kind.yaml": HEAD.replace("Blueprint", "ActionSet"),
    "nameless.yaml": HEAD.replace("{name: b}", "{}"),
    "actionless.yaml": f"{HEAD}spec: {{actions: {{}}}}\n",
    "action.yaml": f"{HEAD}actions: {{backup: x}}\n",
    "phases.yaml": f"{HEAD}actions: {{backup: {{phases: {{}}}}}}\n",
    "phase.yaml": f"{HEAD}actions: {{backup: {{phases: [x]}}}}\n",
    "func.yaml": f"{HEAD}actions: {{backup: {{phases: [{{func: [x]}}]}}}}\n",
}
LINTED = {
    "lint-nothing": [],
    "lint-not-there": ["gone.yaml"],
    "lint-no-blueprint": ["plain.yaml"],
    "lint-empty-folder": ["empty"],
    "lint-no-such-rule": ["--select", "KB999", "plain.yaml"],
}


class Said:
    """The examples, by what they are called."""

    def __init__(self) -> None:
        self.blocks: list[str] = []

    def add(self, name: str, text: str) -> None:
        lines = "".join(f"    {line}".rstrip() + "\n" for line in text.rstrip().split("\n"))
        self.blocks.append(f"{name}\n{lines}")

    def raised(self, name: str, work: Callable[[], object]) -> None:
        with pytest.raises(KanisterHarnessError) as caught:
            work()
        self.add(name, str(caught.value))


def test_blueprints_and_lint(tmp_path: Path) -> None:
    said = Said()
    for name, content in BLUEPRINTS.items():
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        said.raised(f"read-{file.stem}", lambda file=file: read_blueprint(file))  # type: ignore[misc]  # bound at once
    (tmp_path / "plain.yaml").write_text("a: b\n")
    (tmp_path / "empty").mkdir()
    for name, arguments in LINTED.items():
        said.add(name, _lint(tmp_path, *arguments))
    # As where the extra is not installed: Python finds no such module.
    without = "sys.modules['tree_sitter'] = None; "
    said.add("lint-no-shell", _lint(tmp_path, "func.yaml", before=without))
    text = "\n".join(said.blocks).replace(str(tmp_path), "<folder>")
    agree(FOLDER / "blueprints.txt", text)


def _lint(folder: Path, *arguments: str, before: str = "") -> str:
    program = f"import sys; {before}from pytest_kanister.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "lint", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (2, 4), done
    return done.stderr


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


def test_actionsets(server: Server) -> None:
    kube = server.client()
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kanister"}})
    said = Said()

    def make(name: str, kind: str = "statefulset") -> str:
        target = Target(kind, "db", "shop")
        return create_actionset(kube, name=name, action="backup", blueprint="b", target=target)

    make("backup-x")
    said.raised(
        "parent-not-complete",
        lambda: derive_actionset(kube, parent="backup-x", action="restore"),
    )
    said.raised("no-operator", OperatorWatch(kube, "kanister").require_running)
    make("backup-odd", "secret")
    said.raised("no-status", lambda: wait_actionset(kube, "backup-odd", timeout_s=60))
    make("backup-y")
    _runs(kube, "backup-y")
    said.raised("no-end", lambda: wait_actionset(kube, "backup-y", timeout_s=0.1))
    for name, reason in (("image", "ErrImagePull"), ("container", "CreateContainerConfigError")):
        _pod(kube, "default", f"job-{name}", "backup-y")
        waiting = {"reason": reason, "message": "the kubelet's own words"}
        _started(server, "default", f"job-{name}", state={"waiting": waiting})
        said.raised(f"no-{name}", lambda: wait_actionset(kube, "backup-y", timeout_s=60))
        kube.delete(PODS, f"job-{name}", "default", grace_period_s=0)
    _pod(kube, "kanister", "controller-1", "")
    _started(server, "kanister", "controller-1", state={"running": {}})

    def restarted(line: str) -> None:
        _started(server, "kanister", "controller-1", restartCount=1, state={"running": {}})

    said.raised(
        "restarted",
        lambda: wait_actionset(kube, "backup-y", timeout_s=60, on_progress=restarted),
    )
    said.raised(
        "deleted",
        lambda: wait_actionset(
            kube,
            "backup-y",
            timeout_s=60,
            on_progress=lambda _: kube.delete(ACTIONSETS, "backup-y", "kanister"),
        ),
    )
    kube.close()
    agree(FOLDER / "client.txt", "\n".join(said.blocks))


def _runs(kube: KubeClient, name: str) -> None:
    phases = [{"name": "dump", "state": "running"}]
    status = {
        "state": "running",
        "actions": [{"name": "backup", "blueprint": "b", "phases": phases}],
        "progress": {"runningPhase": "dump"},
    }
    kube.patch(ACTIONSETS, name, {"status": status}, "kanister")


def _pod(kube: KubeClient, namespace: str, name: str, actionset: str) -> None:
    labels = {"createdBy": "kanister", "kanister.io/JobID": actionset} if actionset else {}
    spec = {"containers": [{"name": "c", "image": "ghcr.io/kanisterio/controller:0.119.0"}]}
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    kube.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _started(server: Server, namespace: str, name: str, **entry: Any) -> None:
    container = {"name": "c", "image": "i:1", "imageID": "", "ready": False, "restartCount": 0}
    status = {"phase": "Pending", "containerStatuses": [{**container, **entry}]}
    work = server.api.patch(PODS, name, {"status": status}, namespace, subresource="status")
    server.run(work)
