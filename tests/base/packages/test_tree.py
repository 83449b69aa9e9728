"""From real .deb files and a real apt archive on disk to a tree that is checked."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pytest_kanister._base.packages import fetch, unpacked_trees, verify_packages
from pytest_kanister._base.packages.apt import PrivateApt
from pytest_kanister._base.packages.sources import Source
from pytest_kanister._base.packages.tree import is_sound, unpack
from pytest_kanister.errors import EnvironmentProblem

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("apt-get") is None, reason="this machine has no apt"),
]


def build(folder: Path, name: str, *, depends: str = "", library: str = "usr/lib") -> Path:
    """A small package whose files lie in /usr/bin and in `library`."""
    root = folder / name
    (root / "DEBIAN").mkdir(parents=True)
    (root / "usr/bin").mkdir(parents=True)
    (root / library).mkdir(parents=True, exist_ok=True)
    (root / "usr/bin" / name).write_text(f"#!/bin/sh\necho {name}\n")
    (root / library / f"lib{name}.so").write_text("elf" * 100)
    control = f"Package: {name}\nVersion: 1.2-3\nArchitecture: all\nMaintainer: t <t@t.invalid>\n"
    control += (f"Depends: {depends}\n" if depends else "") + "Description: test\n"
    (root / "DEBIAN/control").write_text(control)
    deb = folder / f"{name}_1.2-3_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-b", str(root), str(deb)],
        check=True,
        capture_output=True,
    )
    return deb


def archive(folder: Path, debs: list[Path]) -> list[Source]:
    """An unsigned archive on disk, trusted as apt's `Trusted: yes` allows."""
    stanzas = []
    for deb in debs:
        control = subprocess.run(
            ["dpkg-deb", "-f", str(deb)], check=True, capture_output=True, text=True
        ).stdout
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        size = deb.stat().st_size
        stanzas.append(f"{control}Filename: {deb.name}\nSize: {size}\nSHA256: {digest}\n")
    for deb in debs:
        shutil.copy(deb, folder / deb.name)
    for machine in ("all", _architecture()):
        place = folder / f"dists/sid/main/binary-{machine}"
        place.mkdir(parents=True)
        (place / "Packages").write_text("\n".join(stanzas))
    return [Source((f"file:{folder}",), ("sid",), ("main",), {"Trusted": "yes"})]


def _architecture() -> str:
    done = subprocess.run(
        ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_private_apt_resolves_from_an_empty_status_and_downloads(tmp_path: Path) -> None:
    debs = [build(tmp_path, "server", depends="library"), build(tmp_path, "library")]
    (tmp_path / "archive").mkdir()
    sources = archive(tmp_path / "archive", debs)
    apt = PrivateApt(tmp_path / "apt", sources)
    apt.update()
    assert apt.choose("server-9 | server | library") == "server"
    with pytest.raises(EnvironmentProblem, match=r"no package nothing or nobody"):
        apt.choose("nothing | nobody")
    found = apt.download(["server"])
    assert [deb.name for deb in found] == ["library_1.2-3_all.deb", "server_1.2-3_all.deb"]


def test_unreachable_archive_is_a_problem_of_the_environment(tmp_path: Path) -> None:
    apt = PrivateApt(
        tmp_path / "apt", [Source((f"file:{tmp_path}/none",), ("sid",), ("main",), {})]
    )
    with pytest.raises(EnvironmentProblem, match=r"indexes cannot be read") as caught:
        apt.update()
    assert caught.value.remedies


def test_old_layout_is_merged_and_every_change_is_found(tmp_path: Path) -> None:
    root = tmp_path / "rootfs" / "demo-1"
    root.parent.mkdir()
    request = {"name": "demo", "chosen": ["old"]}
    debs = [build(tmp_path, "old", library="lib"), build(tmp_path, "new")]
    unpack(debs, root, request=request)
    assert (root / "lib").is_symlink()
    assert (root / "usr/lib/libold.so").is_file()
    assert is_sound(root, request)
    assert not is_sound(root, {**request, "chosen": ["other"]})
    assert verify_packages(root) == []
    (tree,) = unpacked_trees(tmp_path)
    assert (tree.name, tree.packages) == ("demo", (("old", "1.2-3"),))
    record = json.loads((tmp_path / "rootfs/demo-1.lock.json").read_text())
    assert record["packages"][0]["sha256"] == hashlib.sha256(debs[0].read_bytes()).hexdigest()

    (root / "usr/bin/old").write_text("#!/bin/sh\necho bad\n")  # one byte less than before
    (root / "usr/bin/alien").touch()
    (root / "usr/lib/libnew.so").unlink()
    problems = verify_packages(root)
    assert [text.rpartition("/")[2] for text in problems] == [
        "libnew.so is missing",
        "alien is alien",
        "old has another content",
    ]
    assert not is_sound(root, request)


def test_fetched_tree_needs_neither_apt_nor_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive").mkdir()
    sources = archive(tmp_path / "archive", [build(tmp_path, "server")])
    monkeypatch.setattr(fetch, "sources_for", lambda suite: sources)
    steps: list[str] = []

    def get() -> Path:
        return fetch.fetch_packages(
            "demo", ["server"], suite="sid", cache=tmp_path / "cache", progress=steps.append
        )

    root = get()
    assert (root / "usr/bin/server").is_file()
    assert [path.name for path in (tmp_path / "cache/rootfs").glob(".demo-apt*")] == []
    told = len(steps)

    def unreachable(suite: str | None) -> list[Source]:
        raise AssertionError("asked apt again")

    monkeypatch.setattr(fetch, "sources_for", unreachable)
    assert get() == root
    assert len(steps) == told
