"""The program that runs in the pod, run here: what it refuses; datasets and options."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from pytest_kanister._data.workloads import Workload, files
from pytest_kanister._data.workloads.files import Files
from pytest_kanister._data.workloads.files.answers import whole
from pytest_kanister._data.workloads.files.datasets import entries_of
from pytest_kanister._data.workloads.files.manifests import manifests
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import Unverified, UsageProblem

PROGRAM = Path(files.__file__).with_name("pod_program.py")


@pytest.fixture
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pod_program", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made(**options: Any) -> Files:
    return Files(cast(KubeClient, None), Settings(), name="f", namespace="n", options=options)


@pytest.mark.parametrize("token", [None, "another's"])
def test_without_its_own_token_it_touches_nothing(tmp_path: Path, token: str | None) -> None:
    """As where pods see this machine's folders: the path is there, but not the volume."""
    copy = tmp_path / "pod_program.py"
    copy.write_text(PROGRAM.read_text())
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "precious").touch()
    if token:
        (tmp_path / "token").write_text(token)
    done = subprocess.run(
        [sys.executable, "-I", str(copy), "mine", str(volume), "wipe"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert (volume / "precious").exists()


def test_a_file_that_changes_while_it_is_read_is_noticed(
    program: ModuleType, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("before")
    seen = os.lstat(file)
    file.write_text("afterwards")
    with pytest.raises(SystemExit, match="changed while it was read"):
        program.content(os.fsencode(file), seen)


@pytest.mark.parametrize(
    "stdout",
    [
        b"",
        b'{"path": "a"}\n',
        b'{"path": "a"}\n{"end": 2}\n',
        b'{"path": "a"}\n{"path": "b"}\n{"end": 1}\n',
        b'{"path": "a"}\n{"end": 1',
        b'{"end": 0}\n{"path": "a"}\n',
        b'{"pa',
    ],
)
def test_output_that_was_cut_proves_nothing(stdout: bytes) -> None:
    with pytest.raises(Unverified, match="ended early"):
        whole(stdout, "snapshot")


def test_whole_output() -> None:
    assert whole(b'{"path": "a"}\n{"end": 1}\n', "snapshot") == [{"path": "a"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "expected a list of entries"),
        ("- x", "expected a mapping"),
        ("- {path: a, colour: red}", "unknown key 'colour'"),
        ("- {text: x}", "expected a path below the volume"),
        ("- {path: /etc/passwd}", "expected a path below the volume"),
        ("- {path: a/../../b}", "expected a path below the volume"),
        ("- {path: a, kind: socket}", "expected kind file or folder"),
        ("- {path: a, kind: hard link}", "a link needs a target"),
        ("- [", "cannot read the dataset"),
    ],
)
def test_datasets_are_checked(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "d.yaml").write_text(text)
    with pytest.raises(UsageProblem, match=said):
        entries_of(tmp_path / "d.yaml")


def test_texts_are_utf_8_and_bytes_are_bytes(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text('- {path: "é", textBytes: "\\xff"}')
    (entry,) = entries_of(tmp_path / "d.yaml")
    assert entry["path"].encode("latin-1") == "é".encode()
    assert entry["text"].encode("latin-1") == b"\xff"


@pytest.mark.parametrize("path", ["/", "var/log"])
def test_a_volume_lies_below_the_root(path: str) -> None:
    with pytest.raises(UsageProblem, match="mountPath: expected an absolute path below /"):
        made(mountPath=path)


def test_it_is_a_workload_that_kanisters_example_fits() -> None:
    workload: Workload = made()
    assert str(workload.target) == "deployment n/f"
    *_, deployment = manifests(
        "f", "n", image="i", reader_image="r", container="test-container", mount_path="/var/log",
        storage="1Gi", token="t",
    )  # fmt: skip
    first, second = deployment["spec"]["template"]["spec"]["containers"]
    assert (first["name"], first["image"]) == ("test-container", "i")
    assert (second["name"], second["image"]) == ("reader", "r")
    assert first["volumeMounts"][0] == second["volumeMounts"][0]
