"""Images without Docker: the tutorial on `embedded --kanister-images pull`, from a registry here.

The same images as for Docker, made offline from Debian packages and pushed to Debian's own
docker-registry on loopback.  As whoever runs the tests, and as an ordinary user.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.folders import cache_folder
from tests.live.images import Image, all_images
from tests.live.table import Table
from tests.support.registry import push, running_registry

pytestmark = pytest.mark.live
SCENARIO = bundled("scenarios", "mysql", "accounts.kanister.yaml")
USERS = {
    "myself": (),
    # In a namespace of users of its own, in which nobody is root.
    "an ordinary user": ("unshare", "--user", "--map-user=12345", "--map-group=12345"),
}


def _on_its_own_address(image: Image) -> Image:
    """Pods as processes share one network: a server that takes every address is in others' way."""
    bound = '--skip-name-resolve --bind-address="$(hostname -i)"'
    files = {
        name: text.replace("--skip-name-resolve", bound) if isinstance(text, str) else text
        for name, text in image.files.items()
    }
    return replace(image, files=files)


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What PYTEST_KANISTER_IMAGE_MAP says so that the images' own names lead to our registry."""
    pairs = []
    with running_registry(tmp_path_factory.mktemp("registry")) as registry:
        for image in map(_on_its_own_address, all_images()):
            if "seaweedfs" in image.tag:
                continue  # the S3 server is the harness's own, not what a Blueprint brings
            with tempfile.TemporaryDirectory(prefix=".root-", dir=cache_folder()) as scratch:
                root, tar = Path(scratch, "root"), Path(scratch, "root.tar")
                root.mkdir()
                with tar.open("wb") as stream:
                    image.write_tar(stream)
                subprocess.run(["tar", "-xf", str(tar), "-C", str(root)], check=True)
                full = push(
                    registry,
                    image.tag,
                    root,
                    entrypoint=image.entrypoint,
                    command=image.command,
                    env=dict(image.env),
                    volumes=image.volumes,
                )
            pairs.append(f"{image.tag}={full}")
        yield ",".join(pairs)


@pytest.mark.parametrize("user", USERS)
def test_the_tutorial_with_its_own_images(
    mirror: str, user: str, tmp_path: Path, table: Table
) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    begin = time.monotonic()
    done = subprocess.run(
        [
            *USERS[user],
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull),
            *(f"--rootdir={tmp_path}", "--kanister-images=pull", str(SCENARIO)),
            f"--kanister-cache={tmp_path / 'cache'}",
        ],
        cwd=tmp_path,
        env={**env, "PYTEST_KANISTER_IMAGE_MAP": mirror, "DOCKER_HOST": "unix:///nobody"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "images are their registries' own" in re.sub(r"\s+", " ", done.stdout)
    lock = json.loads((tmp_path / "cache/images/images.lock.json").read_text())
    assert len(lock) == len(mirror.split(","))
    assert all(entry["digest"].startswith("sha256:") for entry in lock.values())
    table.add(f"embedded, pulled ({user})", "mysql/accounts", "proven", time.monotonic() - begin)
