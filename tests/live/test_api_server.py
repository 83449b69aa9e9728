"""A real API server without nodes: definitions, an ActionSet's life, and rights refused.

etcd from a Debian package and the kube-apiserver that `kubernetes` builds; no kubelet, so no pod
runs.  Our operator stands in for Kanister, as everywhere here.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.polling import Deadline, wait_until
from tests.live.kubernetes import kubernetes_programs
from tests.live.table import Table

pytestmark = pytest.mark.live

BLUEPRINT = {
    "apiVersion": "cr.kanister.io/v1alpha1",
    "kind": "Blueprint",
    "metadata": {"name": "waits", "namespace": "kanister"},
    "actions": {
        "backup": {
            "phases": [
                {
                    "func": "Wait",
                    "name": "wait",
                    "args": {"timeout": "5s", "conditions": {"anyOf": [{"condition": "true"}]}},
                }
            ]
        }
    },
}


@dataclass(frozen=True)
class Server:
    """A running API server, and two people who may talk to it: admin, and guest with no rights."""

    folder: Path

    def access(self, who: str) -> Path:
        return self.folder / who

    def kubectl(
        self, *words: str, who: str = "admin", stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(str(kubernetes_programs() / "kubectl"), "--kubeconfig", str(self.access(who))),
                *(f"--cache-dir={self.folder / 'kubectl'}", *words),
            ],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def _ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    numbers = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return numbers


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("api")
    programs = kubernetes_programs()
    etcd = fetch_packages("etcd", ["etcd-server"], suite=None, cache=cache_folder(), progress=print)
    store, peers, port = _ports(3)
    made = Server(folder)
    tokens = []
    for who, group in (("admin", "system:masters"), ("guest", "guests")):
        token = secrets.token_hex(16)
        tokens.append(f'{token},{who},{who},"{group}"\n')
        address = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "real", "cluster": address}],
            "contexts": [{"name": "real", "context": {"cluster": "real", "user": who}}],
            "current-context": "real",
            "users": [{"name": who, "user": {"token": token}}],
        }
        made.access(who).write_text(json.dumps(config))
    (folder / "tokens.csv").write_text("".join(tokens))
    key = folder / "accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    commands = [
        [
            *(str(etcd / "usr/bin/etcd"), "--data-dir", str(folder / "etcd"), "--unsafe-no-fsync"),
            *("--listen-client-urls", f"http://127.0.0.1:{store}"),
            *("--advertise-client-urls", f"http://127.0.0.1:{store}"),
            *("--listen-peer-urls", f"http://127.0.0.1:{peers}"),
        ],
        [
            *(str(programs / "kube-apiserver"), "--etcd-servers", f"http://127.0.0.1:{store}"),
            *("--secure-port", str(port), "--bind-address", "127.0.0.1"),
            *("--cert-dir", str(folder / "certs"), "--authorization-mode", "RBAC"),
            *("--token-auth-file", str(folder / "tokens.csv")),
            *("--service-account-issuer", "https://kubernetes.default.svc"),
            *("--service-account-key-file", str(key)),
            *("--service-account-signing-key-file", str(key)),
            *("--service-cluster-ip-range", "10.96.0.0/16"),
        ],
    ]
    running = []
    try:
        for command in commands:
            with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
                running.append(subprocess.Popen(command, stdout=log, stderr=log))
        answers = wait_until(
            lambda: made.kubectl("get", "namespaces").returncode == 0 or None, Deadline(60.0)
        )
        assert answers, (folder / "kube-apiserver.log").read_text()[-3000:]
        yield made
    finally:
        for process in reversed(running):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def operator(server: Server) -> Iterator[Server]:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest_kanister", "operator", "--create-namespace"),
            *("--kubeconfig", str(server.access("admin")), "--context", "real"),
        ],
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        stands = wait_until(
            lambda: server.kubectl("get", "blueprints", "-A").returncode == 0 or None,
            Deadline(60.0),
        )
        assert stands, "the operator made no definitions"
        yield server
    finally:
        process.terminate()
        process.wait(30)


def test_an_actionset_lives_and_an_empty_text_is_kept(operator: Server, table: Table) -> None:
    began = time.monotonic()
    actionset = {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "ActionSet",
        "metadata": {"name": "backup", "namespace": "kanister"},
        "spec": {
            "actions": [
                {
                    "name": "backup",
                    "blueprint": "waits",
                    "object": {
                        "apiVersion": "v1",
                        "group": "",
                        "kind": "Namespace",
                        "name": "kanister",
                        "resource": "namespaces",
                    },
                }
            ]
        },
    }
    for each in (BLUEPRINT, actionset):
        made = operator.kubectl("create", "-f", "-", stdin=json.dumps(each))
        assert made.returncode == 0, made.stderr

    def state() -> str:
        words = ("-n", "kanister", "get", "actionset", "backup", "-o", "json")
        status = json.loads(operator.kubectl(*words).stdout).get("status") or {}
        found = str(status.get("state", ""))
        return found if found in ("complete", "failed") else ""

    assert wait_until(lambda: state() or None, Deadline(60.0)) == "complete"
    table.add("real API server", "an ActionSet's life", "proven", time.monotonic() - began)


def test_a_definition_refuses_what_does_not_fit(operator: Server) -> None:
    wrong = {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "ActionSet",
        "metadata": {"name": "wrong", "namespace": "kanister"},
        "spec": {"actions": "backup"},
    }
    words = ("create", "--validate=false", "-f", "-")
    refused = operator.kubectl(*words, stdin=json.dumps(wrong))

    assert refused.returncode == 1
    assert "spec.actions" in refused.stderr


def test_a_guest_without_rights_is_told_all_that_are_missing_and_makes_nothing(
    operator: Server, tmp_path: Path
) -> None:
    before = operator.kubectl("get", "namespaces", "-o", "name").stdout
    guest = operator.access("guest")
    given = guest.read_bytes()
    scenario = Path(__file__).parents[2] / "scenarios/mysql/accounts.kanister.yaml"
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull),
            *(f"--rootdir={tmp_path}", "--kanister-backend=kubeconfig", str(scenario)),
            *(f"--kanister-kubeconfig={guest}", "--kanister-context=real"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 1, run.stdout
    for right in ("create namespaces", "create secrets", "create actionsets"):
        assert right in run.stdout, run.stdout
    assert operator.kubectl("get", "namespaces", "-o", "name").stdout == before
    assert guest.read_bytes() == given
