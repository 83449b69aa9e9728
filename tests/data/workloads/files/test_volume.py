"""Snapshots of real volumes: what they see, copies that are the same, and Kanister's example."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.files import Files
from pytest_kanister._data.workloads.files.manifests import READER
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, Unverified, UsageProblem
from tests.data.proof.sabotage.files import RESET, SUITE
from tests.data.proof.sabotage.running import unproven

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("volumes")]

TIMES = 10


@pytest.fixture(scope="module")
def deploy(
    kube: KubeClient, settings: Settings, namespace: Callable[[str], str]
) -> Iterator[Callable[[str], Files]]:
    place = namespace("data-files")
    made = []

    def deployed(name: str) -> Files:
        volume = Files(kube, settings, name=name, namespace=place, options={})
        made.append(volume)
        volume.deploy()
        volume.wait_ready()
        return volume

    yield deployed
    for volume in made:
        volume.remove()


@pytest.fixture(scope="module")
def shared(deploy: Callable[[str], Files]) -> Files:
    return deploy("first")


@pytest.fixture
def volume(shared: Files) -> Files:
    shared.execute(RESET)
    return shared


def test_every_alteration_is_found_and_no_column_is_left_out(volume: Files) -> None:
    cases = list(SUITE.cases(volume))
    assert not unproven(SUITE.wanted(volume), cases)


def test_a_faithful_copy_is_the_same_ten_times(
    volume: Files, deploy: Callable[[str], Files], kube: KubeClient
) -> None:
    """By tar with everything that it can keep; and without, its losses are seen."""
    volume.seed("tricky")
    if os.geteuid() == 0:
        volume.seed("owners")
    truth = volume.snapshot()
    copy = deploy("second")
    keep = "--format=pax --xattrs --xattrs-include='*' --numeric-owner"
    send(kube, volume, copy, f"tar {keep} -S -cf - .", f"tar {keep} -xpf -")
    for _ in range(TIMES):
        assert not compare(truth, volume.snapshot())
        after = copy.snapshot()
        assert not compare(truth, after), str(compare(truth, after))
    copy.execute("find . -mindepth 1 -delete")
    send(kube, volume, copy, "tar -cf - .", "tar -xpf -")
    said = str(compare(truth, copy.snapshot()))
    for lost in ("user.comment", "sparse", "mtime ns"):
        assert lost in said


def send(kube: KubeClient, source: Files, target: Files, pack: str, unpack: str) -> None:
    at = "cd /var/log && "
    packed = kube.exec(source.namespace, source._pod(), ["sh", "-c", at + pack], container=READER)
    assert packed.exit_status == 0, packed.stderr
    done = kube.exec(
        target.namespace,
        target._pod(),
        ["sh", "-c", at + unpack],
        container=READER,
        stdin=packed.stdout,
    )
    assert done.exit_status == 0, done.stderr


def test_owners_are_seen_or_refused(volume: Files) -> None:
    if os.geteuid() == 0:
        volume.seed("owners")
        rows = {row[0]: row for row in volume.snapshot().tables["entry",].rows}
        assert rows[b"theirs/file"][3:5] == (b"1000", b"2000")
    else:
        with pytest.raises(UsageProblem, match="PermissionError"):
            volume.seed("owners")


def test_a_second_object_for_the_same_volume_sees_the_same(
    volume: Files, kube: KubeClient, settings: Settings
) -> None:
    volume.seed("time-log")
    other = Files(kube, settings, name=volume.name, namespace=volume.namespace, options={})
    assert other.snapshot() == volume.snapshot()


def test_a_container_without_python_is_told(
    kube: KubeClient, settings: Settings, volume: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_python(*arguments: object, **more: object) -> object:
        namespace, pod, words = arguments
        assert isinstance(words, list)
        return KubeClient.exec(kube, namespace, pod, ["env", "no-python3", *words], **more)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(kube, "exec", without_python)
    with pytest.raises(EnvironmentProblem, match="cannot run python3") as caught:
        volume.snapshot()
    assert "readerImage" in str(caught.value)


def test_what_cannot_be_read_proves_nothing(volume: Files) -> None:
    volume.execute("ln -s . loop; mkdir d")
    assert volume.snapshot()  # a loop of links is none for us
    with pytest.raises(UsageProblem, match="the script ended with status 3: no"):
        volume.execute("echo no >&2; exit 3")
    with pytest.raises(UsageProblem, match="cannot read the dataset"):
        volume.seed(Path("/no-such-file.yaml"))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"wipe": False}, "expected true"),
        ({"delete": "absent"}, "FileNotFoundError"),
        ({"delete": "/etc"}, "expected a path inside of the volume"),
        ({"delete": "../x"}, "expected a path inside of the volume"),
        ({"flip": "logs/empty.log"}, "is empty"),
        ({"flip": ""}, "expected a text"),
        ({"command": "exit 7"}, "status 7"),
    ],
)
def test_damages_that_hit_nothing_are_refused(
    volume: Files, how: dict[str, object], said: str
) -> None:
    volume.seed("time-log")
    before = volume.snapshot()
    with pytest.raises(UsageProblem, match=said):
        volume.damage(**how)
    assert volume.snapshot() == before


def test_a_snapshot_whose_program_fails_proves_nothing(volume: Files) -> None:
    token, volume._token = volume._token, "another's"
    try:
        with pytest.raises(Unverified, match="another workload's"):
            volume.snapshot()
    finally:
        volume._token = token
