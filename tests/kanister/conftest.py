"""A real S3 server for the tests of location, tools and operator."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pytest_kanister._base.children import die_with_parent, kill_tree
from pytest_kanister._base.polling import Deadline, wait_until
from tests.support.weed import weed_argv


@dataclass(frozen=True)
class Server:
    """An S3 server on loopback, with an independent client for the tests' own eyes."""

    endpoint: str
    access_key: str
    secret_key: str

    def boto(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name="us-east-1",
            config=Config(
                s3={"addressing_style": "path"},
                retries={"max_attempts": 1},
                connect_timeout=2,
                read_timeout=60,
            ),
        )

    def bucket(self) -> str:
        name = f"bucket-{secrets.token_hex(4)}"
        self.boto().create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> list[str]:
        pages = self.boto().get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [row["Key"] for page in pages for row in page.get("Contents", [])]


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    weed = Path(sys.executable).with_name("weed")
    if not weed.is_file():
        pytest.fail(f"{weed} is missing: install the extra `embedded`")
    port = 30000 + secrets.randbelow(2000)  # `mini` wants ports that nobody has on any address
    ip = f"127.{44 + secrets.randbelow(16)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"
    folder = tmp_path_factory.mktemp("weed")
    server = Server(f"http://{ip}:{port}", "access-key", "secret-key")
    env = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "TMPDIR": str(folder),
    }
    argv = weed_argv(weed, folder, ip, port)
    with (folder / "log").open("wb") as log:
        process = Popen(
            argv,
            cwd=folder,
            env=env,
            stdin=DEVNULL,
            stdout=log,
            stderr=STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def works() -> bool | None:
        try:
            with socket.create_connection((ip, port), timeout=1):
                pass
            bucket = server.bucket()
            server.boto().put_object(Bucket=bucket, Key="probe", Body=b"x")
        except (OSError, BotoCoreError, ClientError):
            return None
        return True

    try:
        assert wait_until(works, Deadline(60)), (folder / "log").read_text()
        yield server
    finally:
        kill_tree(process.pid)
        process.wait()
        # Its sockets stand in /tmp whatever TMPDIR says, and stay after a kill.
        for path in Path("/tmp").glob("seaweedfs-*.sock"):
            with contextlib.suppress(FileNotFoundError):  # another server's own end
                if not _listens(path) and path.stat().st_uid == os.getuid():
                    path.unlink()


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
