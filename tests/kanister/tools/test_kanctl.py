"""kanctl against a real API server and a real S3 server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._kanister.tools import write_programs
from pytest_kanister._kanister.tools.kanctl.main import main
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import ACTIONSETS, PROFILES, SECRETS
from tests.support.api import running_server

pytestmark = pytest.mark.slow

Told = Callable[..., tuple[int, str, str]]
BLUEPRINT: dict[str, Any] = {"actions": {"backup": {"phases": []}, "restore": {"phases": []}}}
RANDOM = "[bcdfghjklmnpqrstvwxz2456789]{5}"


def _manifest(kind: str, name: str, namespace: str, **fields: Any) -> dict[str, Any]:
    version = "v1" if kind in ("Secret", "ConfigMap", "Namespace") else "cr.kanister.io/v1alpha1"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


@pytest.fixture(scope="module")
def cluster() -> Iterator[KubeClient]:
    with running_server() as server:
        kube = server.client()
        for name in ("kanister", "app"):
            kube.create(_manifest("Namespace", name, ""))
        kube.create(_manifest("Blueprint", "bp", "kanister", **BLUEPRINT))
        kube.create(_manifest("Profile", "p", "kanister"))
        kube.create(_manifest("Secret", "s", "app"))
        labels = {"matchLabels": {"a": "b"}}
        template = {
            "metadata": {"labels": {"a": "b"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        }
        for name in ("db", "other"):
            spec = {"serviceName": name, "selector": labels, "template": template}
            metadata = {"name": name, "namespace": "app", "labels": {"a": "b"}}
            kube.create(
                {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}
            )
        yield kube
        kube.close()


@pytest.fixture
def kanctl(
    cluster: KubeClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


BACKUP = ("create", "actionset", "-n", "kanister", "-a", "backup", "-b", "bp", "-p", "p")


def test_a_new_actionset(kanctl: Told, cluster: KubeClient) -> None:
    status, out, _ = kanctl(*BACKUP, "-t", "app/db", "-o", "x=1,y=2", "--labels", "l=m")
    assert status == 0
    found = re.fullmatch(f"actionset (backup-{RANDOM}) created\n", out)
    assert found, out
    made = cluster.get(ACTIONSETS, found[1], "kanister")
    assert made["metadata"]["labels"] == {"l": "m"}
    empty = {"apiVersion": "", "group": "", "resource": ""}
    assert made["spec"]["actions"] == [
        {
            "name": "backup",
            "blueprint": "bp",
            "object": {**empty, "kind": "statefulset", "name": "db", "namespace": "app"},
            "options": {"x": "1", "y": "2"},
            "profile": {**empty, "kind": "", "name": "p", "namespace": "kanister"},
            "preferredVersion": "",
            "podLabels": {},
            "podAnnotations": {},
        }
    ]


def test_one_action_per_object(kanctl: Told, cluster: KubeClient) -> None:
    chosen = ["-t", "app/db,app/other", "-t", "app/db", "-T", "app", "-O", "v1/secrets/app/s"]
    assert kanctl(*BACKUP, *chosen, "-A", "many")[:2] == (0, "actionset many created\n")
    objects = [
        (item["object"]["kind"] or item["object"]["resource"], item["object"]["name"])
        for item in cluster.get(ACTIONSETS, "many", "kanister")["spec"]["actions"]
    ]
    assert objects == [
        ("statefulset", "db"),
        ("statefulset", "other"),
        ("namespace", "app"),
        ("secrets", "s"),
    ]


def test_a_selector(kanctl: Told) -> None:
    chosen = ["-l", "a=b", "--selector-namespace", "app", "--dry-run"]
    status, out, _ = kanctl(*BACKUP, *chosen)
    assert status == 0
    actions = yaml.safe_load(out)["spec"]["actions"]
    assert [item["object"]["name"] for item in actions] == ["db", "other"]


def test_dry_run(kanctl: Told, cluster: KubeClient) -> None:
    before = len(cluster.list(ACTIONSETS, "kanister"))
    status, out, err = kanctl(*BACKUP, "-t", "app/db", "--dry-run")
    assert (status, err) == (0, "")
    assert len(cluster.list(ACTIONSETS, "kanister")) == before
    out = re.sub(f"backup-{RANDOM}", "backup-xxxxx", out)
    assert out == (Path(__file__).parent / "golden" / "kanctl-dry-run.yaml").read_text()


def test_no_profile_is_warned_of_on_stdout(kanctl: Told) -> None:
    _, out, _ = kanctl(
        *("create", "actionset", "-n", "kanister", "-a", "backup", "-b", "bp"),
        *("-t", "app/db", "--dry-run"),
    )
    assert out.startswith(
        "Warning: --profile flag is not provided.\n"
        "Action might fail if blueprint is using this resource.\napiVersion: "
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            (),
            "no objects found to perform action set. Please pass a valid parent action set and/or",
        ),
        (("-t", "app/db"), "action required to create new action set"),
        (("-t", "app/db", "-a", "x"), "blueprint required to create new action set"),
        (("-t", "db"), "Expected namespace/name. Got db"),
        (("-o", "a=b=c"), "Expected options as key=value pairs. Got a=b=c"),
        (("-s", "a=b"), "Expected ref=namespace/name. Got a=b"),
        (("-f", "gone"), 'actionsets.cr.kanister.io "gone" not found'),
        (("--nonsense",), "unknown flag: --nonsense"),
        (("-a",), "flag needs an argument: 'a' in -a"),
    ],
)
def test_wrong_command_lines(kanctl: Told, arguments: tuple[str, ...], message: str) -> None:
    status, _, err = kanctl("create", "actionset", "-n", "kanister", *arguments)
    assert status == 1
    assert err.startswith(f"Error: {message}")


def test_what_is_named_must_be_there(kanctl: Told) -> None:
    arguments = ["create", "actionset", "-n", "kanister", "-a", "x", "-b", "gone", "-p", "a/b"]
    status, out, err = kanctl(*arguments, "-t", "app/gone", "-s", "r=app/gone")
    assert (status, err) == (1, "Error: resource verification failed\n")
    assert out == (
        "Please make sure 'blueprint' with name 'gone' exists in namespace 'kanister': "
        'blueprints.cr.kanister.io "gone" not found\n'
        "Please make sure 'profile' with name 'b' exists in namespace 'a': "
        'profiles.cr.kanister.io "b" not found\n'
        "Please make sure 'statefulset' with name 'gone' exists in namespace 'app': "
        'statefulsets.apps "gone" not found\n'
        "Please make sure 'secret' with name 'gone' exists in namespace 'app': "
        'secrets "gone" not found\n'
    )
    status, out, _ = kanctl(*arguments, "-t", "app/gone", "--skip-validation", "-A", "unseen")
    assert (status, out) == (0, "actionset unseen created\n")


def test_from_a_parent(kanctl: Told, cluster: KubeClient) -> None:
    spec = {
        "name": "backup",
        "blueprint": "bp",
        "object": {"kind": "statefulset", "name": "db", "namespace": "app"},
        "profile": {"name": "p", "namespace": "kanister"},
        "options": {"a": "1", "b": "2"},
        "podOverride": {"x": "y"},
        "podLabels": {"l": "m"},
        "preferredVersion": "v1.0.0",
        "secrets": {"s": {"name": "s", "namespace": "app"}},
    }
    artifacts = {"out": {"keyValue": {"path": "rendered"}}}
    done = {key: spec[key] for key in ("name", "blueprint", "object")} | {"artifacts": artifacts}
    parent = _manifest(
        "ActionSet",
        "parent",
        "kanister",
        spec={"actions": [spec]},
        status={"state": "running", "actions": [done]},
    )
    made = cluster.create(parent)
    child = ("create", "actionset", "-n", "kanister", "--from", "parent", "-a", "restore")
    status, _, err = kanctl(*child)
    assert (status, err) == (1, "Error: Request parent ActionSet parent has not been executed\n")
    made["status"]["state"] = "complete"
    cluster.update(made)
    status, out, _ = kanctl(*child, "-o", "b=3,c=4", "-T", "app")
    assert status == 0
    found = re.search(f"actionset (restore-parent-{RANDOM}) created", out)
    assert found, out
    (action,) = cluster.get(ACTIONSETS, found[1], "kanister")["spec"]["actions"]
    assert action["name"] == "restore"
    assert action["artifacts"] == artifacts
    assert action["options"] == {"a": "1", "b": "3", "c": "4"}
    assert action["object"]["kind"] == "namespace"
    assert action["secrets"] == spec["secrets"]
    assert action["profile"]["name"] == "p"
    assert action["podLabels"] == {}
    assert "podOverride" not in action
    assert action["preferredVersion"] == ""


PROFILE = ("create", "profile", "s3compliant", "-n", "app", "--region", "us-east-1")


def _keys(server: Any) -> tuple[str, ...]:
    return ("-a", server.access_key, "-s", server.secret_key, "--endpoint", server.endpoint)


def test_a_profile_is_tried_out(kanctl: Told, cluster: KubeClient, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    status, out, _ = kanctl(*PROFILE, "--bucket", bucket, "--prefix", "p", *_keys(s3_server))
    assert status == 0, out
    found = re.fullmatch(
        r"secret '(s3-secret-[a-z0-9]{6})' created\n"
        r"Passed the 'Validate bucket region specified in profile' check.. ✅\n"
        r"Passed the 'Validate read access to bucket specified in profile' check.. ✅\n"
        r"Passed the 'Validate write access to bucket specified in profile' check.. ✅\n"
        r"profile '(s3-profile-[a-z0-9]+)' created\n",
        out,
    )
    assert found, out
    profile = cluster.get(PROFILES, found[2], "app")
    assert profile["location"]["prefix"] == "p"
    assert profile["credential"]["keyPair"]["secret"]["name"] == found[1]
    assert s3_server.keys(bucket) == []
    status, out, _ = kanctl(
        "validate", "profile", "--name", found[2], "--resource-namespace", "app"
    )
    assert status == 0
    assert out.startswith("Passed the 'Validate Profile schema' check.. ✅\n")
    assert out.endswith("All checks passed.. ✅\n\n")


def test_a_bad_profile_leaves_nothing(kanctl: Told, cluster: KubeClient, s3_server: Any) -> None:
    before = len(cluster.list(SECRETS, "app"))
    status, out, err = kanctl(*PROFILE, "--bucket", "not-there", *_keys(s3_server))
    assert status == 1
    assert "Failed the 'Validate " in out
    assert "validation failed, deleting secret 's3-secret-" in out
    assert err.startswith("Error: profile validation failed: ")
    assert s3_server.secret_key not in out + err
    assert len(cluster.list(SECRETS, "app")) == before


def test_a_profile_printed(kanctl: Told) -> None:
    arguments = ["--bucket", "b", "-a", "id", "-s", "key", "--dry-run"]
    status, out, _ = kanctl(*PROFILE, *arguments)
    assert status == 0
    secret, profile = yaml.safe_load_all(out)
    assert secret["stringData"] == {
        "aws_access_key_id": "id",
        "aws_secret_access_key": "key",
        "role": "",
    }
    assert profile["credential"]["keyPair"]["secret"]["name"] == secret["metadata"]["name"]
    status, _, err = kanctl(*("create", "profile", "s3compliant"), *arguments)
    assert (status, err) == (1, "Error: S3 bucket region not specified\n")


def test_flags_that_must_be_there(kanctl: Told) -> None:
    status, _, err = kanctl("create", "profile", "s3compliant", "-a", "x")
    assert status == 1
    assert err.startswith('Error: required flag(s) "secret-key" not set\nUsage:\n  kanctl create')


@pytest.mark.parametrize(
    "arguments",
    [("create", "profile", "gcp"), ("create", "profile", "azure"), ("create", "repository-server")],
)
def test_what_is_elsewhere_is_refused_by_name(kanctl: Told, arguments: tuple[str, ...]) -> None:
    status, _, err = kanctl(*arguments)
    assert status == 1
    assert f"kanctl {' '.join(arguments)}: this kanctl does not make " in err


def test_validate_blueprint(kanctl: Told, tmp_path: Path) -> None:
    path = tmp_path / "bp.yaml"
    phase = {"func": "KubeTask", "name": "p", "args": {"image": "i", "command": []}}
    body = {"actions": {"backup": {"phases": [phase]}}}
    path.write_text(yaml.safe_dump(body))
    assert kanctl("validate", "blueprint", "-f", str(path)) == (
        0,
        "Passed the 'validation of phase p in action backup' check.. ✅\n",
        "",
    )
    del phase["args"]["image"]  # type: ignore[attr-defined]  # a mapping
    path.write_text(yaml.safe_dump(body))
    assert kanctl("validate", "blueprint", "-f", str(path)) == (
        1,
        "Failed the 'validation of phase p in action backup' check.. ❌\n",
        "Error: Failed to validate phase p in action backup: Required arg missing: image\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("blueprint",), "neither name nor filename specified"),
        (("profile",), "neither name nor filename specified"),
        (("secret",), "resource secret is not supported for validate subcommand"),
        (("blueprint", "-f", "/nowhere/x"), "open /nowhere/x: no such file or directory"),
        (("profile", "--name", "gone"), 'profiles.cr.kanister.io "gone" not found'),
    ],
)
def test_wrong_validations(kanctl: Told, arguments: tuple[str, ...], message: str) -> None:
    assert kanctl("validate", *arguments) == (1, "", f"Error: {message}\n")


def test_the_program_for_pods(cluster: KubeClient, tmp_path: Path) -> None:
    programs = write_programs(tmp_path / "programs")
    done = subprocess.run(
        [programs / "kanctl", *BACKUP, "-t", "app/db", "--dry-run"],
        env={"KUBECONFIG": str(cluster.kubeconfig), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert yaml.safe_load(done.stdout)["spec"]["actions"][0]["blueprint"] == "bp"


def test_the_door_for_people(cluster: KubeClient) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest_kanister",
            "kanctl",
            "-n",
            "kanister",
            "create",
            "actionset",
        ],
        env={**os.environ, "KUBECONFIG": str(cluster.kubeconfig)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Error: no objects found to perform action set" in done.stderr
