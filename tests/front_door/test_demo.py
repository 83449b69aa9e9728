"""`script/demo` as a newcomer meets it: a fresh clone, an empty cache, root or not.

The first run fetches the servers; the second one must take at most ten seconds and needs no
network.  Where user namespaces are closed the round trip is green all the same, loss named.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = [pytest.mark.front_door, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
USER = "kanister-newcomer"
TWICE_S = 10.0

OFFLINE = (
    "import socket, fcntl, struct, sys, os;"
    "s = socket.socket();"
    "fcntl.ioctl(s, 0x8914, struct.pack('16sh', b'lo', 0x49));"  # SIOCSIFFLAGS: bring lo up
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


@dataclass(frozen=True)
class Newcomer:
    """Somebody with a home folder and a fresh clone in it."""

    name: str
    home: Path

    @property
    def clone(self) -> Path:
        return self.home / "clone"

    def run(
        self, *argv: str, before: tuple[str, ...] = (), **extra: str
    ) -> subprocess.CompletedProcess[str]:
        kept = {
            key: value
            for key, value in os.environ.items()
            if key.startswith(("PIP_", "SSL_", "UV_", "LANG", "http", "HTTP"))
        }
        environment = {
            **kept,
            "HOME": str(self.home),
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TMPDIR": str(self.home / "tmp"),
            **extra,
        }
        argv = (*before, *argv)
        if self.name != pwd.getpwuid(os.getuid()).pw_name:
            argv = (
                "setpriv",
                f"--reuid={self.name}",
                f"--regid={self.name}",
                "--init-groups",
                *argv,
            )
        return subprocess.run(
            argv,
            env=environment,
            cwd=self.clone if self.clone.exists() else self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,
        )

    def demo(
        self, *, before: tuple[str, ...] = (), **extra: str
    ) -> tuple[subprocess.CompletedProcess[str], float]:
        start = time.monotonic()
        done = self.run("script/demo", before=before, **extra)
        return done, time.monotonic() - start


def settle(name: str) -> Newcomer:
    home = Path(tempfile.mkdtemp(prefix="kfd-"))
    (home / "tmp").mkdir()
    source = home / "source.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(ROOT), str(source)], check=True)
    if name != pwd.getpwuid(os.getuid()).pw_name:
        shutil.chown(home, name, name)
        subprocess.run(["chown", "-R", f"{name}:{name}", str(home)], check=True)
    somebody = Newcomer(name, home)
    done = somebody.run("git", "clone", "--quiet", str(source), "clone")
    assert done.returncode == 0, done.stdout
    return somebody


@pytest.fixture(scope="module")
def myself() -> Iterator[Newcomer]:
    somebody = settle(pwd.getpwuid(os.getuid()).pw_name)
    yield somebody
    shutil.rmtree(somebody.home, ignore_errors=True)


@pytest.fixture(scope="module")
def ordinary_user() -> Iterator[Newcomer]:
    if os.getuid() != 0:
        pytest.skip("making an ordinary user needs root; this run is one already")
    subprocess.run(["useradd", "--no-create-home", USER], check=True)
    try:
        somebody = settle(USER)
        yield somebody
        shutil.rmtree(somebody.home, ignore_errors=True)
    finally:
        subprocess.run(["userdel", USER], check=True)


@pytest.fixture(params=["myself", "ordinary_user"], scope="module")
def newcomer(request: pytest.FixtureRequest) -> Newcomer:
    somebody: Newcomer = request.getfixturevalue(request.param)
    first, seconds = somebody.demo()
    print(f"first demo as {somebody.name}: {seconds:.1f} s")
    assert first.returncode == 0, first.stdout
    assert_proven(first.stdout)
    return somebody


def assert_proven(text: str) -> None:
    """All that the issue asks a reader to find in the demo's output."""
    for name in ("nick", "rastapopoulos"):
        assert name in text
    assert re.search(r"9 rows", text), text
    assert re.search(r"myImportantData.* gone", text), text
    assert re.search(r"MySQL \d+\.\d+", text), text
    assert re.search(r"SeaweedFS \d+", text), text
    assert re.search(r"^proven", text, re.MULTILINE), text


def test_a_second_time_in_ten_seconds(newcomer: Newcomer) -> None:
    done, seconds = newcomer.demo()

    print(f"second demo as {newcomer.name}: {seconds:.1f} s")
    assert done.returncode == 0, done.stdout
    assert_proven(done.stdout)
    assert seconds <= TWICE_S
    assert list((newcomer.home / "tmp").iterdir()) == []


def test_without_network(newcomer: Newcomer) -> None:
    done, _ = newcomer.demo(
        before=("unshare", "--map-root-user", "--net", "python3", "-c", OFFLINE)
    )

    assert done.returncode == 0, done.stdout
    assert_proven(done.stdout)


def test_with_user_namespaces_closed(newcomer: Newcomer) -> None:
    """Nobody in this nested user namespace may make another, as in most CI containers."""
    nested = ("unshare", "--user", "--map-root-user", "sh", "-c")
    # Root of a namespace may still mount; a process without capabilities is what CI gives.
    close = (
        "echo 0 > /proc/sys/user/max_user_namespaces &&"
        " exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "
    )
    probe = newcomer.run(*nested, close + "unshare --user true")
    assert probe.returncode != 0, "user namespaces are still open: the test would prove nothing"

    done = newcomer.run(*nested, close + "script/demo")

    assert done.returncode == 0, done.stdout
    assert_proven(done.stdout)
    assert "nss_wrapper" in done.stdout
