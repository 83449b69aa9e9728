"""Images as registries have them: names, configuration, and a pull from a real registry."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.pulling import PulledImages, choose_catalogue
from pytest_kanister._cluster.images.pulling.configuration import Configuration, user_of
from pytest_kanister._cluster.images.pulling.tools import reference
from pytest_kanister._kube import KubeClient
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.resources import PODS
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem
from tests.support.registry import push, running_registry, tools

_CRUMBS = """\
#!/bin/sh
echo "arguments: $*"
echo "user: $(id -u):$(id -g)"
echo "folder: $(pwd)"
echo "colour: $COLOUR"
echo "path: $PATH"
echo "written" > /etc/written && echo "etc: $(cat /etc/written)"
touch /bin/written 2>/dev/null || echo "bin: refused"
echo "hosts: $(grep -c "$(hostname)" /etc/hosts)"
echo "volume: $(cat /data/seeded 2>/dev/null)"
exec sleep 1000000
"""


@pytest.mark.parametrize(
    ("image", "full"),
    [
        ("mysql", "docker.io/library/mysql:latest"),
        ("mysql:9.7", "docker.io/library/mysql:9.7"),
        ("team/mysql:9", "docker.io/team/mysql:9"),
        ("ghcr.io/kanisterio/mysql-sidecar:0.75.0", "ghcr.io/kanisterio/mysql-sidecar:0.75.0"),
        ("localhost/a", "localhost/a:latest"),
        ("127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1"),
        ("mysql:9@sha256:" + "0" * 64, "docker.io/library/mysql@sha256:" + "0" * 64),
    ],
)
def test_names_are_dockers(image: str, full: str) -> None:
    assert reference(image) == full


def configured(*, user: str = "", volumes: tuple[str, ...] = ()) -> Configuration:
    return Configuration((), (), {}, "", user, volumes)


def test_as_whom_an_image_runs(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(
        "root:x:0:0:root:/root:/bin/sh\n"
        "daemon:x:1:1::/:/bin/false\n"
        "mysql:x:999:998::/var/lib/mysql:/bin/false\n"
    )
    (tmp_path / "etc/group").write_text("root:x:0:\nstaff:x:50:\n")
    (tmp_path / "data").mkdir()

    assert user_of(configured(), tmp_path) == "0:0"
    assert user_of(configured(user="1000"), tmp_path) == "1000:0"
    assert user_of(configured(user="1000:50"), tmp_path) == "1000:50"
    assert user_of(configured(user="mysql"), tmp_path) == "999:998"
    assert user_of(configured(user="mysql:staff"), tmp_path) == "999:50"
    # It would start as root and hand its data to a user of its own.
    assert user_of(configured(volumes=("/var/lib/mysql",)), tmp_path) == "999:998"
    assert user_of(configured(volumes=("/data",)), tmp_path) == "0:0"
    # {1: 70, 2: 300} as umoci writes it.
    os.setxattr(tmp_path / "data", "user.rootlesscontainers", b"\x08\x46\x10\xac\x02")
    assert user_of(configured(volumes=("/data",)), tmp_path) == "70:300"
    with pytest.raises(EnvironmentProblem, match="'nobody' is not in its own /etc/passwd"):
        user_of(configured(user="nobody"), tmp_path)


class _Fixed:
    """A catalogue that knows some names and says who it is."""

    def __init__(self, name: str, known: set[str]) -> None:
        self.name = name
        self.known = known

    def knows(self, image: str) -> bool:
        return image in self.known

    def resolve(self, image: str, progress: object) -> Program:
        return Program(image=image, title=self.name)


@pytest.mark.parametrize(
    ("images", "image", "who"),
    [
        ("catalogue", "mysql", "builtin"),
        ("catalogue", "other", "builtin"),
        ("pull", "mysql", "pulled"),
        ("pull", "chrislusf/seaweedfs", "builtin"),
        ("auto", "mysql", "builtin"),
        ("auto", "other", "pulled"),
    ],
)
def test_who_answers_for_an_image(images: str, image: str, who: str) -> None:
    known = {"mysql", "chrislusf/seaweedfs"}
    builtin, pulled = _Fixed("builtin", known), _Fixed("pulled", {*known, "other"})
    assert choose_catalogue(images, builtin, pulled).resolve(image, print).title == who


def test_without_a_root_of_its_own_nothing_is_pulled() -> None:
    builtin = _Fixed("builtin", set())
    assert choose_catalogue("auto", builtin, None) is builtin


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_registry(tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="module")
def crumbs(registry: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny image: busybox and a script that tells how it is run."""
    tree = fetch_packages(
        "busybox", ["busybox-static"], suite=None, cache=cache_folder(), progress=print
    )
    root = tmp_path_factory.mktemp("crumbs") / "root"
    for folder in ("bin", "etc", "tmp", "data", "srv", "root"):
        (root / folder).mkdir(parents=True)
    busybox = next(file for file in tree.glob("**/bin/busybox") if file.is_file())
    shutil.copy(busybox, root / "bin/busybox")
    for name in ("sh", "id", "cat", "touch", "sleep", "grep", "hostname", "pwd"):
        (root / "bin" / name).symlink_to("busybox")
    (root / "bin/crumbs").write_text(_CRUMBS)
    (root / "bin/crumbs").chmod(0o755)
    (root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nbaker:x:1234:1235::/srv:/bin/sh\n")
    return push(
        registry,
        "team/crumbs:1",
        root,
        entrypoint=["crumbs"],
        command=["one", "two words"],
        env={"COLOUR": "brown", "PATH": "/bin"},
        user="baker",
        cwd="/srv",
    )


@pytest.mark.slow
def test_pulled_once_kept_by_digest(crumbs: str, tmp_path: Path) -> None:
    told: list[str] = []
    program = PulledImages(tmp_path, tools()).resolve(crumbs, told.append)

    assert program.entrypoint == ("crumbs",)
    assert program.command == ("one", "two words")
    assert (program.env, program.cwd, program.user) == (
        {"COLOUR": "brown", "PATH": "/bin"},
        "/srv",
        "1234:1235",
    )
    assert program.root is not None
    assert (program.root / "bin/crumbs").read_text() == _CRUMBS
    lock = json.loads((tmp_path / "images/images.lock.json").read_text())
    digest = lock[crumbs]["digest"]
    assert digest.startswith("sha256:")
    assert digest in program.title
    assert told == [f"pulling {crumbs}", f"unpacking {program.root.name}"]

    class Nobody:
        def pull(self, *_: object) -> str:
            raise AssertionError("it is here already")

    again = PulledImages(tmp_path, Nobody()).resolve(crumbs, told.append)  # type: ignore[arg-type] # a stand-in that must not be asked
    assert again == program


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["team/crumbs:2", "team/nothing:1"])
def test_what_the_registry_has_not(registry: str, wrong: str, tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(EnvironmentProblem, match="cannot be pulled") as caught:
        PulledImages(tmp_path, tools()).resolve(f"{registry}/{wrong}", print)
    assert time.monotonic() - begin < 10
    assert "unknown" in str(caught.value)
    assert not (tmp_path / "images/images.lock.json").exists()


def test_a_registry_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="connection refused"):
        PulledImages(tmp_path, tools()).resolve("127.0.0.1:1/a:1", print)


@pytest.fixture(scope="module")
def cluster() -> Iterator[KubeClient]:
    from pytest_kanister._backends import open_backend

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
        backend = open_backend(Settings(images="pull"), print)
    kube = backend.connect()
    yield kube
    kube.close()
    backend.close()


def pod(name: str, image: str, **container: object) -> dict[str, object]:
    spec = {
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "c", "image": image, **container}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def said(kube: KubeClient, name: str) -> dict[str, str]:
    def whole() -> dict[str, str] | None:
        text = kube.logs("default", name)
        lines = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
        return lines if "volume:" in text else None

    found = wait_until(whole, Deadline(20))
    assert found is not None, kube.logs("default", name)
    return found


@pytest.mark.slow
def test_a_pod_runs_its_own_image(cluster: KubeClient, crumbs: str) -> None:
    cluster.create(pod("crumbs", crumbs))
    wait_pod_ready(cluster, "default", "crumbs", timeout_s=60)

    lines = said(cluster, "crumbs")
    assert lines["arguments"] == "one two words"
    assert lines["user"] == "1234:1235"
    assert (lines["folder"], lines["colour"], lines["path"]) == ("/srv", "brown", "/bin")
    assert (lines["etc"], lines["bin"]) == ("written", "refused")
    assert lines["hosts"] != "0"
    done = cluster.exec("default", "crumbs", ["sh", "-c", "pwd; id -u; cat /etc/written; ls /work"])
    assert done.stdout.decode().splitlines() == ["/srv", "1234", "written"], done
    assert done.exit_status != 0
    notes = cluster.get(PODS, "crumbs", "default")["metadata"]["annotations"]
    assert "sha256:" in notes["pytest-kanister/program"]

    # Nothing that one container wrote is seen by the next.
    changed = {"args": ["three"], "securityContext": {"runAsUser": 77}}
    cluster.create(pod("more", crumbs, env=[{"name": "COLOUR", "value": "white"}], **changed))
    wait_pod_ready(cluster, "default", "more", timeout_s=60)
    lines = said(cluster, "more")
    assert (lines["arguments"], lines["colour"]) == ("three", "white")
    assert lines["user"].startswith("77:")
    for name in ("crumbs", "more"):
        cluster.delete(PODS, name, "default", wait_s=20, grace_period_s=0)


@pytest.mark.slow
def test_a_wrong_tag_is_told_within_seconds(cluster: KubeClient, registry: str) -> None:
    begin = time.monotonic()
    cluster.create(pod("wrong", f"{registry}/team/crumbs:nope"))
    with pytest.raises(EnvironmentProblem, match=r"ErrImagePull|ImagePullBackOff") as caught:
        wait_pod_ready(cluster, "default", "wrong", timeout_s=60)
    assert time.monotonic() - begin < 15
    assert "manifest unknown" in str(caught.value)
    cluster.delete(PODS, "wrong", "default", wait_s=20, grace_period_s=0)
