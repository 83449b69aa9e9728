"""The tutorial by hand: `cluster up`, then its own kubectl commands, then `cluster down`."""

from __future__ import annotations

import base64
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.settings import Settings

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl in PATH"),
]

ROOT = Path(__file__).parents[2]
APP, STORE = "my-production-app", "s3"
PASSWORD = "by-hand"
INSTANCE = {"app.kubernetes.io/instance": "mysql-store"}
MYSQL = ["mysql", "-u", "root", f"--password={PASSWORD}"]


def database() -> list[dict[str, object]]:
    """What the tutorial's chart installs, as far as the Blueprint looks at it."""
    container = {
        "name": "mysql",
        "image": "mysql:9.7",
        "ports": [{"name": "mysql", "containerPort": 3306}],
        "env": [
            {
                "name": "MYSQL_ROOT_PASSWORD",
                "valueFrom": {
                    "secretKeyRef": {"name": "mysql-store", "key": "mysql-root-password"}
                },
            }
        ],
    }
    metadata = {"name": "mysql-store", "labels": INSTANCE}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "stringData": {"mysql-root-password": PASSWORD},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": INSTANCE, "ports": [{"port": 3306}]},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": metadata,
            "spec": {
                "serviceName": "mysql-store",
                "replicas": 1,
                "selector": {"matchLabels": INSTANCE},
                "template": {
                    "metadata": {"labels": INSTANCE},
                    "spec": {"containers": [container]},
                },
            },
        },
    ]


class Hand:
    """Somebody at a terminal of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "TMPDIR": str(folder), "HOME": str(folder)}
        self.env["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))

    def run(self, *argv: str, stdin: str = "") -> str:
        done = subprocess.run(
            argv, env=self.env, input=stdin, capture_output=True, text=True, check=False, timeout=90
        )
        assert done.returncode == 0, (argv, done.stdout, done.stderr)
        return done.stdout

    def kanister(self, *words: str) -> str:
        return self.run(sys.executable, "-m", "pytest_kanister", *words)

    def kubectl(self, *words: str, manifests: list[dict[str, object]] | None = None) -> str:
        text = yaml.safe_dump_all(manifests) if manifests else ""
        return self.run("kubectl", *words, stdin=text)

    def terminal(self, *argv: str) -> str:
        """Runs a command with a terminal of its own; what the terminal showed."""
        child, handle = pty.fork()
        if child == 0:
            os.execvpe(argv[0], argv, self.env)
        shown = b""
        try:
            while chunk := os.read(handle, 4096):
                shown += chunk
        except OSError:
            pass  # how Linux tells that the other side of a terminal is gone
        os.close(handle)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0, shown
        return shown.decode()


@pytest.fixture(scope="module")
def hand() -> Iterator[Hand]:
    with tempfile.TemporaryDirectory(prefix="khand-") as name:
        somebody = Hand(Path(name))
        printed = somebody.kanister("cluster", "up")
        try:
            assert printed.count("\n") == 1
            somebody.env["KUBECONFIG"] = printed.strip()
            yield somebody
        finally:
            somebody.kanister("cluster", "down")
        assert not [entry for entry in Path(name).iterdir() if entry.name.startswith("pytest-")]


@pytest.fixture(scope="module")
def rows(hand: Hand) -> str:
    """The database of the tutorial, deployed, seeded and read by hand: its nine rows."""
    hand.kubectl("create", "ns", APP)
    hand.kubectl("create", "-n", APP, "-f", "-", manifests=database())
    hand.kubectl("wait", "-n", APP, "--for=condition=Ready", "pod/mysql-store-0", "--timeout=60s")
    hand.run(
        *("kubectl", "exec", "-i", "-n", APP, "mysql-store-0", "--", *MYSQL),
        stdin=(ROOT / "fixtures/datasets/mysql/accounts.sql").read_text(),
    )
    return accounts(hand)


def accounts(hand: Hand) -> str:
    select = "SELECT * FROM myImportantData.Accounts ORDER BY name"
    return hand.kubectl("exec", "-n", APP, "mysql-store-0", "--", *MYSQL, "-N", "-e", select)


def test_pods_and_secret_are_shown(hand: Hand, rows: str) -> None:
    table = hand.kubectl("get", "pods", "-n", APP).splitlines()
    secret = hand.kubectl(
        *("get", "secret", "mysql-store", "-n", APP),
        *("-o", "jsonpath={.data.mysql-root-password}"),
    )

    assert table[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert table[1].split()[:3] == ["mysql-store-0", "1/1", "Running"]
    assert base64.b64decode(secret).decode() == PASSWORD
    assert len(rows.splitlines()) == 9


def test_logs_and_a_terminal(hand: Hand, rows: str) -> None:
    assert "ready for connections" in hand.kubectl("logs", "-n", APP, "mysql-store-0")
    operator = hand.kubectl("logs", "-n", "kanister", "deploy/kanister-kanister-operator")
    assert "controller" in operator

    shown = hand.terminal(
        *("kubectl", "exec", "-it", "-n", APP, "mysql-store-0", "--"),
        *(*MYSQL, "-e", "SHOW DATABASES"),
    )

    assert "| myImportantData" in shown


def test_the_whole_circle(hand: Hand, rows: str) -> None:
    kube = KubeClient(
        Path(hand.env["KUBECONFIG"]),
        Capabilities(
            backend="embedded",
            reach="direct",
            endpoint_is_address=True,
            shared=False,
            kanister="",
            isolation="",
        ),
    )
    hand.kubectl("create", "ns", STORE)
    store = SeaweedFS(kube, Settings(), name="seaweedfs", namespace=STORE)
    store.deploy()
    store.wait_ready("tutorial")
    bucket = store.bucket("tutorial")
    credential = {
        "type": "keyPair",
        "keyPair": {
            "idField": "id",
            "secretField": "secret",
            "secret": {"name": "s3-secret", "namespace": APP},
        },
    }
    keys = {"id": store.access_key.reveal(), "secret": store.secret_key.reveal()}
    hand.kubectl(
        *("create", "-n", APP, "-f", "-"),
        manifests=[
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "s3-secret"},
                "stringData": keys,
            },
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "s3-profile"},
                "location": dict(store.profile("tutorial")),
                "credential": credential,
                "skipSSLVerify": False,
            },
        ],
    )
    profiles = hand.kubectl("get", "profiles.cr.kanister.io", "-n", APP)
    assert profiles.splitlines()[1].split()[0] == "s3-profile"

    blueprint = ROOT / "fixtures/blueprints/mysql-blueprint.yaml"
    hand.kubectl("create", "-f", str(blueprint), "-n", "kanister")
    name = yaml.safe_load(blueprint.read_text())["metadata"]["name"]

    def act(action: str, **more: object) -> str:
        spec = {
            "name": action,
            "blueprint": name,
            "object": {"kind": "StatefulSet", "name": "mysql-store", "namespace": APP},
            "profile": {"name": "s3-profile", "namespace": APP},
            "secrets": {"mysql": {"name": "mysql-store", "namespace": APP}},
            **more,
        }
        hand.kubectl(
            *("create", "-n", "kanister", "-f", "-"),
            manifests=[
                {
                    "apiVersion": "cr.kanister.io/v1alpha1",
                    "kind": "ActionSet",
                    "metadata": {"name": action},
                    "spec": {"actions": [spec]},
                }
            ],
        )
        hand.kubectl(
            *("wait", "-n", "kanister", f"actionset/{action}", "--timeout=60s"),
            "--for=jsonpath={.status.state}=complete",
        )
        return hand.kubectl("--namespace", "kanister", "describe", "actionset", action)

    described = act("backup")
    assert "Started Phase" in described
    assert "Update Complete" in described
    assert len(bucket.objects()) == 1

    hand.kubectl(
        *("exec", "-n", APP, "mysql-store-0", "--", *MYSQL, "-e"),
        "DROP DATABASE myImportantData",
    )
    status = yaml.safe_load(
        hand.kubectl("get", "actionset", "backup", "-n", "kanister", "-o", "yaml")
    )["status"]
    artifacts = status["actions"][0]["artifacts"]
    act("restore", artifacts=artifacts)
    assert accounts(hand) == rows

    act("delete", artifacts=artifacts, object={"kind": "Namespace", "name": APP, "namespace": APP})
    assert bucket.objects() == []
    kube.close()
