"""What kando and kanctl say when something is wrong, whole: exit status, stdout, stderr.

The cases are meant to reach every place in the two programs that writes a message
(`test_rendered` looks whether they do).
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._kanister.tools import write_programs
from pytest_kanister._kanister.tools.kanctl.main import main
from pytest_kanister._kube import KubeClient
from tests.kanister.messages.agreement import FOLDER, agree
from tests.kanister.messages.broken_store import broken_store
from tests.support.api import running_server

pytestmark = pytest.mark.slow

NOWHERE = "http://127.0.0.1:9"
LARGE = "large"


def _profile(endpoint: str, bucket: str = "b", **fields: Any) -> dict[str, Any]:
    location = {"type": "s3Compliant", "bucket": bucket, "endpoint": endpoint, "region": "r"}
    pair = {"ID": "access-key", "Secret": "secret-key"}
    return {
        "Location": {**location, **fields.pop("location", {})},
        "Credential": {"Type": "keyPair", "KeyPair": pair},
        **fields,
    }


def _secret(**fields: Any) -> dict[str, Any]:
    metadata = {"name": "s", "namespace": "n"}
    secret = {"metadata": metadata, "type": "secrets.kanister.io/aws", **fields}
    return {"Credential": {"Type": "secret", "Secret": secret}}


def _push(profile: Any, *more: str) -> list[str]:
    text = profile if isinstance(profile, str) else json.dumps(profile)
    return ["location", "push", "--profile", text, *(more or ("--path", "k", "-"))]


def _kando_cases(store: Any, missing: Path, broken: str) -> list[list[str]]:
    role = {"role": "cm9sZQ==", "aws_access_key_id": "YQ==", "aws_secret_access_key": "Yg=="}
    bucket = store.bucket()
    store.boto().put_object(Bucket=bucket, Key="k", Body=b"x")
    wrong = _profile(store.endpoint, bucket)
    wrong["Credential"]["KeyPair"]["Secret"] = "wrong"
    good = _profile(store.endpoint, bucket)
    return [
        ["nonsense"],
        ["chronicle", "push", "x"],
        ["stream", "push", "x"],
        ["process", "server"],
        ["--verbosity", "loud", "output", "k", "v"],
        ["output", "k"],
        ["output", "", "v"],
        ["output", "a-b", "v"],
        ["output", "k", "-v"],
        ["output", "k", "-x"],
        ["location", "nonsense"],
        ["location", "push"],
        ["location", "push", "--nonsense"],
        ["location", "push", "--path"],
        ["location", "push", "-s"],
        ["location", "delete", "x", "--profile", "{}"],
        ["location", "delete", "--repository-server", "{}"],
        ["location", "-r", "{}", "pull", "-c", "host", "-"],
        ["location", "delete"],
        ["location", "pull", f"{missing}/t", "--profile", "{}"],
        ["location", "push", f"{missing}/t", "--profile", "{}"],
        _push("nonsense"),
        _push('{"Location": }'),
        _push("[]"),
        _push(_profile(NOWHERE, location={"type": "gcs"})),
        _push(_profile(NOWHERE, location={"type": "nonsense"})),
        _push(_profile(NOWHERE, location={"bucket": 5})),
        _push({**_profile(NOWHERE), "Credential": {"Type": "kopia"}}),
        _push({**_profile(NOWHERE), **_secret(type="Opaque")}),
        _push({**_profile(NOWHERE), **_secret(data={"nonsense": "YQ=="})}),
        _push({**_profile(NOWHERE), **_secret(data={"role": "!"})}),
        _push({**_profile(NOWHERE), **_secret(data=[])}),
        _push({**_profile(NOWHERE), **_secret(data=role)}),
        _push(_profile("ftp://host")),
        _push(_profile("http://host:port")),
        _push(_profile(NOWHERE)),
        _push(_profile(store.endpoint, "no-such-bucket")),
        _push(wrong),
        _push(good, "--path", "", "-"),
        _push(good, "--path", "k", str(missing.parent)),
        ["location", "pull", "--profile", json.dumps(good), "--path", "gone", "-"],
        ["location", "pull", "--profile", json.dumps(wrong), "--path", "k", "-"],
        _push(_profile(broken), "--path", "k", LARGE),
        *(
            ["location", "pull", "--profile", json.dumps(_profile(broken)), "--path", key, "-"]
            for key in ("short", "reset")
        ),
        ["location", "delete", "--profile", json.dumps(_profile(broken)), "--path", "k"],
    ]


def test_kando(s3_server: Any, tmp_path: Path) -> None:
    kando = str(write_programs(tmp_path / "programs") / "kando")
    blocks: list[str] = []
    with (tmp_path / LARGE).open("wb") as large:
        large.truncate(9 << 20)  # goes up in parts
    with broken_store() as broken:
        for arguments in _kando_cases(s3_server, tmp_path / "missing", broken):
            done = subprocess.run(
                [kando, *arguments],
                cwd=tmp_path,
                input=b"",
                capture_output=True,
                timeout=60,
                check=False,
            )
            shown = [word.replace(broken, "<broken store>") for word in arguments]
            blocks.append(_block("kando", shown, done.returncode, done.stdout, done.stderr))
    stdin = subprocess.run(
        [kando, "location", "push", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    arguments = ["location", "push", "-", "<", "/dev/null"]
    blocks.append(_block("kando", arguments, stdin.returncode, stdin.stdout, stdin.stderr))
    text = _same_everywhere("\n".join(blocks), s3_server, tmp_path)
    agree(FOLDER / "kando.txt", text)


BACKUP = ["create", "actionset", "-n", "kanister", "-a", "backup", "-b", "bp", "-p", "p"]
PROFILE = ["create", "profile", "s3compliant", "-n", "kanister", "-a", "AK", "-s", "SK"]


def _kanctl_cases(files: Callable[[str, Any], str], broken: str) -> list[list[str]]:
    location = {"type": "s3Compliant", "bucket": "b", "region": "r", "endpoint": NOWHERE}
    secret = {"name": "s", "namespace": "app"}
    keys = {"idField": "i", "secretField": "k", "secret": secret}
    pair: dict[str, Any] = {"type": "keyPair", "keyPair": keys}

    def checked(name: str, document: Any, *more: str) -> list[str]:
        return ["validate", "profile", "-f", files(name, document), *more]

    def with_(**fields: Any) -> dict[str, Any]:
        return {"location": location, "credential": pair, **fields}

    def full(**fields: Any) -> dict[str, Any]:
        keys = {**pair["keyPair"], "secret": {"name": "full", "namespace": "app"}}
        return with_(credential={"type": "keyPair", "keyPair": keys}, **fields)

    return [
        ["nonsense"],
        ["create", "actionset", "nonsense"],
        ["create", "actionset", "--nonsense"],
        ["create", "actionset", "-n"],
        ["create", "profile", "gcp"],
        ["create", "profile", "azure"],
        ["create", "repository-server"],
        ["create", "actionset", "-n", "kanister", "-a", "backup", "-b", "bp"],
        ["create", "actionset", "-n", "kanister", "-b", "bp", "-t", "app/db"],
        ["create", "actionset", "-n", "kanister", "-a", "backup", "-t", "app/db"],
        ["create", "actionset", "-n", "kanister", "--from", "running"],
        ["create", "actionset", "-n", "kanister", "--from", "gone"],
        [*BACKUP, "-t", "db"],
        [*BACKUP, "-O", "secrets/app"],
        [*BACKUP, "-t", "app/db", "-o", "a"],
        [*BACKUP, "-t", "app/db", "-s", "a=b"],
        [*BACKUP, "-l", "a=b", "-k", "pod"],
        [*BACKUP, "-t", "app/gone", "-s", "a=app/gone", "-c", "c=app/gone"],
        ["create", "actionset", "-n", "kanister", "-a", "x", "-b", "gone", "-p", "q", "-t", "a/b"],
        ["create", "profile", "s3compliant", "-n", "kanister"],
        [*PROFILE, "-b", "b"],
        [*PROFILE, "-r", "r"],
        [*PROFILE, "-b", "b", "-r", "r", "-R", "role"],
        [*PROFILE, "-b", "b", "-r", "r", "-e", NOWHERE],
        ["validate"],
        ["validate", "pod", "--name", "x"],
        ["validate", "profile"],
        ["validate", "profile", "--name", "gone", "--resource-namespace", "app"],
        ["validate", "profile", "-f", "/nowhere/p.yaml"],
        checked("broken.yaml", "{ ["),
        checked("list.yaml", "[]"),
        checked("type.yaml", with_(location={**location, "type": "tape"})),
        checked("gcs.yaml", full(location={**location, "type": "gcs"})),
        checked("unanswered.yaml", full()),
        checked("region.yaml", full(location={**location, "endpoint": broken})),
        checked("ftp.yaml", full(location={**location, "endpoint": "ftp://host"})),
        checked("latin.yaml", b"\xff"),
        checked("secretless.yaml", with_(credential={"type": "keyPair", "keyPair": {}})),
        checked(
            "fieldless.yaml",
            with_(credential={"type": "keyPair", "keyPair": {"secret": secret}}),
        ),
        checked("nameless.yaml", with_(credential={"type": "secret", "secret": {}})),
        checked("kopia.yaml", with_(credential={"type": "kopia"})),
        checked("bucketless.yaml", with_(location={**location, "bucket": ""})),
        checked("regionless.yaml", with_(location={**location, "region": ""})),
        checked("keyless.yaml", with_()),
        ["validate", "blueprint", "--name", "bp"],
        ["validate", "blueprint", "-f", files("func.yaml", _blueprint("Nope"))],
        ["validate", "blueprint", "-f", files("missing.yaml", _blueprint("KubeTask"))],
        ["validate", "blueprint", "-f", files("unknown.yaml", _blueprint("KubeTask", x=1))],
        ["validate", "blueprint", "-f", files("twice.yaml", _blueprint("Wait", "a", "b"))],
        [
            "validate",
            "blueprint",
            "-f",
            files("labels.yaml", _blueprint("KubeTask", podLabels={"-a": "b c"})),
        ],
        [
            "validate",
            "blueprint",
            "-f",
            files("map.yaml", _blueprint("KubeTask", podAnnotations=["a"])),
        ],
    ]


def _blueprint(func: str, *actions: str, **args: Any) -> dict[str, Any]:
    if func == "Wait":
        args = {"timeout": "1s", "conditions": {}}
    phase = {"func": func, "name": "p", "args": args}
    return {"actions": {name: {"phases": [phase]} for name in actions or ("backup",)}}


@pytest.fixture(scope="module")
def cluster() -> Iterator[KubeClient]:
    with running_server() as server:
        kube = server.client()
        for name in ("kanister", "app"):
            kube.create(_object("v1", "Namespace", name))
        kube.create(_object("cr.kanister.io/v1alpha1", "Blueprint", "bp", actions={"backup": {}}))
        kube.create(_object("cr.kanister.io/v1alpha1", "Profile", "p"))
        kube.create(_object("cr.kanister.io/v1alpha1", "ActionSet", "running", spec={}))
        kube.create(_object("v1", "Secret", "s", "app"))
        keys = {"stringData": {"i": "AK", "k": "SK"}}
        kube.create(_object("v1", "Secret", "full", "app", **keys))
        yield kube
        kube.close()


def _object(version: str, kind: str, name: str, namespace: str = "kanister", **more: Any) -> Any:
    metadata = {"name": name} if kind == "Namespace" else {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def test_kanctl(
    cluster: KubeClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))

    def file(name: str, document: Any) -> str:
        text = document if isinstance(document, str | bytes) else json.dumps(document)
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return str(tmp_path / name)

    blocks: list[str] = []
    with broken_store() as broken:
        for arguments in _kanctl_cases(file, broken):
            status = main(arguments)
            told = capsys.readouterr()
            blocks.append(_block("kanctl", arguments, status, told.out.encode(), told.err.encode()))
    text = _same_everywhere("\n".join(blocks), None, tmp_path)
    agree(FOLDER / "kanctl.txt", text)


def _block(program: str, arguments: Sequence[str], status: int, out: bytes, err: bytes) -> str:
    words = " ".join(
        word if re.fullmatch(r"[\w./:<-]+", word) else repr(word) for word in arguments
    )
    lines = [f"$ {program} {words}", f"exit status {status}"]
    for name, stream in (("stdout", out), ("stderr", err)):
        shown = stream.decode().splitlines()
        if "Usage:" in shown:  # the same below each error of a command
            cut = shown.index("Usage:")
            shown = [*shown[:cut], "Usage: …"]
        lines += [f"{name}: {line}".rstrip() for line in shown]
    return "\n".join([*lines, ""])


def _same_everywhere(text: str, store: Any, folder: Path) -> str:
    if store is not None:
        text = text.replace(store.endpoint, "<store>")
    text = text.replace(str(folder), "<folder>")
    text = re.sub(r"bucket-[0-9a-f]{8}", "<bucket>", text)
    text = re.sub(r"s3-(profile|secret)-[a-z0-9]{5,6}", r"s3-\1-<id>", text)
    return re.sub(r"(request id: |RequestId: )\w+", r"\1<id>", text)
