"""A real SeaweedFS, started once from the installed wheel."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from typing import Any

import pytest

from pytest_kanister._base.children import die_with_parent, kill_tree
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.s3 import make_client, warm_up
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem
from tests.support.weed import weed_argv

ACCESS, SECRET = Secret("access-key"), Secret("secret-key")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    weed = Path(sys.executable).with_name("weed")
    if not weed.is_file():
        pytest.fail(f"{weed} is missing: install the extra `embedded`")
    # `mini` wants ports that nobody has on any address; all but this one it finds itself.
    port = 20000 + secrets.randbelow(10000)
    ip = f"127.{64 + secrets.randbelow(64)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
    folder = tmp_path_factory.mktemp("weed")
    warm_up()
    env = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": ACCESS.reveal(),
        "AWS_SECRET_ACCESS_KEY": SECRET.reveal(),
        "TMPDIR": str(folder),
    }
    argv = weed_argv(weed, folder, ip, port)
    with (folder / "log").open("wb") as log:
        server = Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        url = f"http://{ip}:{port}"

        def works() -> bool | None:
            try:
                bucket = S3Bucket(_client(url), "readiness")
                bucket.create()
                bucket.put("probe", b"x")
                bucket.delete("probe")
            except EnvironmentProblem:
                return None
            return True

        assert wait_until(works, Deadline(30)), (folder / "log").read_text()
        yield url
    finally:
        kill_tree(server.pid)
        server.wait()
        # Its sockets stand in /tmp whatever TMPDIR says, and stay after a kill.
        for path in Path("/tmp").glob("seaweedfs-*.sock"):
            with contextlib.suppress(FileNotFoundError):  # another server's own end
                if not _listens(path) and path.stat().st_uid == os.getuid():
                    path.unlink()


@pytest.fixture
def s3(endpoint: str) -> Any:
    """botocore's client, for what the harness itself never does."""
    return _client(endpoint)


@pytest.fixture
def bucket(endpoint: str) -> S3Bucket:
    made = S3Bucket(_client(endpoint), f"bucket-{secrets.token_hex(4)}")
    made.create()
    return made


def _client(url: str) -> Any:
    return make_client(url, ACCESS, SECRET, "us-east-1")


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
