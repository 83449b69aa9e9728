"""Debian's docker-registry on loopback, filled with images made offline from Debian packages."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pytest_kanister._base.children import die_with_parent
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._cluster.images.pulling.tools import ImageTools, find_tools
from pytest_kanister._cluster.images.wrappers import loader_argv

_CONFIG = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@contextmanager
def running_registry(folder: Path) -> Iterator[str]:
    """`127.0.0.1:PORT` of an empty registry; what is pushed lies in `folder`."""
    tree = fetch_packages(
        "docker-registry", ["docker-registry"], suite=None, cache=cache_folder(), progress=print
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "config.yml"
    config.write_text(_CONFIG.format(root=folder / "data", port=port))
    argv = [*loader_argv(tree, tree / "usr/bin/docker-registry"), "serve", str(config)]
    with (folder / "registry.log").open("w") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, preexec_fn=die_with_parent)
    try:
        address = f"127.0.0.1:{port}"

        def answers() -> bool | None:
            try:
                with urllib.request.urlopen(f"http://{address}/v2/", timeout=2) as answer:
                    return True if answer.status == 200 else None
            except (urllib.error.URLError, OSError):
                return None

        assert wait_until(answers, Deadline(20)), (folder / "registry.log").read_text()
        yield address
    finally:
        process.kill()
        process.wait()


def tools() -> ImageTools:
    return find_tools(cache_folder(), print)


def push(
    registry: str,
    name: str,
    root: Path,
    *,
    entrypoint: Sequence[str] = (),
    command: Sequence[str] = (),
    env: dict[str, str] | None = None,
    volumes: Sequence[str] = (),
    user: str = "",
    cwd: str = "",
) -> str:
    """Makes an image of a folder with umoci and pushes it with skopeo; its full name."""
    found = tools()
    with tempfile.TemporaryDirectory(prefix="oci-", dir=cache_folder()) as scratch:
        layout = Path(scratch, "layout")

        def umoci(*words: str) -> None:
            _run([*found.umoci, *words])

        image = f"{layout}:new"
        umoci("init", "--layout", str(layout))
        umoci("new", "--image", image)
        umoci("insert", "--rootless", "--image", image, str(root), "/")
        config: list[str] = []
        for flag, values in (
            ("--config.entrypoint", entrypoint),
            ("--config.cmd", command),
            ("--config.env", [f"{key}={value}" for key, value in (env or {}).items()]),
            ("--config.volume", volumes),
            ("--config.user", [user] if user else []),
            ("--config.workingdir", [cwd] if cwd else []),
        ):
            for value in values:
                config += [flag, value]
        if config:
            umoci("config", "--image", image, *config)
        full = f"{registry}/{name}"
        _run(
            [
                *found.skopeo,
                *("copy", "--insecure-policy", "--quiet", "--dest-tls-verify=false"),
                *(f"oci:{image}", f"docker://{full}"),
            ]
        )
    return full


def _run(argv: Sequence[str]) -> None:
    done: Any = subprocess.run(argv, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, f"{argv[-4:]}: {done.stderr}"
