"""A Docker engine of our own: unpacked, private, gone without a trace.

dockerd, containerd and runc come from Debian packages that are unpacked into the cache, not
installed.  Sockets and data lie in a folder of the run; rules of the machine's firewall are not
touched, and whatever else of the machine changes is put back.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister.errors import EnvironmentProblem
from tests.live.images import Image

_SYSCTLS = (
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/conf/all/forwarding",
    "net/ipv4/ip_forward",
    "net/ipv6/conf/all/forwarding",
    "vm/overcommit_memory",
)
_RUNC = Path(__file__).with_name("runc_within_bounds.py")
_START_S = 60.0


@dataclass(frozen=True)
class Engine:
    """A running dockerd.

    Attributes:
        folder: all that is its own.
        env: environment in which the docker client (and kind) finds it.
    """

    folder: Path
    env: Mapping[str, str]

    @property
    def host(self) -> str:
        """DOCKER_HOST."""
        return self.env["DOCKER_HOST"]

    def docker(self, *words: str, stdin: int | None = None) -> str:
        """Runs the docker client; raises with what it said."""
        done = subprocess.run(
            ["docker", *words], env=dict(self.env), stdin=stdin, capture_output=True, check=False
        )
        if done.returncode:
            raise EnvironmentProblem(
                f"docker {' '.join(words[:3])} failed",
                remedies=[f"see {self.folder / 'dockerd.log'}"],
                evidence=done.stderr.decode(errors="replace")[-2000:],
            )
        return done.stdout.decode()

    def load(self, image: Image) -> None:
        """Makes an image of Debian packages and files, and gives it its name."""
        changes = [f"ENTRYPOINT {json.dumps(list(image.entrypoint))}"] if image.entrypoint else []
        changes += [f"CMD {json.dumps(list(image.command))}"] if image.command else []
        changes += [f"ENV {name}={value}" for name, value in image.env.items()]
        changes += [f"VOLUME {json.dumps([path])}" for path in image.volumes]
        words = [word for change in changes for word in ("--change", change)]
        importing = subprocess.Popen(
            ["docker", "import", *words, "-", image.tag],
            env=dict(self.env),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert importing.stdin is not None
        image.write_tar(importing.stdin)
        importing.stdin.close()
        if importing.wait():
            raise EnvironmentProblem(
                f"docker import of {image.tag} failed",
                remedies=[f"see {self.folder / 'dockerd.log'}"],
            )


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """Starts dockerd under `folder` and ends it; raises `EnvironmentProblem` when it cannot.

    Needs root: a rootless engine needs what a bare machine does not have.
    """
    if os.getuid() != 0:
        raise EnvironmentProblem("a Docker engine of our own needs root", remedies=["use sudo"])
    env = _environment(folder)
    before = {name: Path("/proc/sys", name).read_text() for name in _SYSCTLS if _has(name)}
    log = (folder / "dockerd.log").open("wb")
    daemon = subprocess.Popen(
        [
            "dockerd",
            *("--data-root", str(folder / "root"), "--exec-root", str(folder / "exec")),
            *("-H", env["DOCKER_HOST"], "--pidfile", str(folder / "docker.pid")),
            # What is published is published on loopback only; no rule of the firewall is touched.
            *("--ip", "127.0.0.1", "--iptables=false", "--ip6tables=false"),
            *("--ip-forward=false", "--ip-masq=false"),
            # docker0 would be shared with any other engine of this machine.
            "--bridge=none",
            *("--add-runtime", f"bounded={folder / 'bin/runc-bounded'}"),
            *("--default-runtime", "bounded"),
        ],
        env=env,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    made = Engine(folder, env)
    try:
        wait_until(lambda: _answers(made, daemon) or None, Deadline(_START_S))
        if not _answers(made, daemon):
            raise EnvironmentProblem(
                f"dockerd does not answer after {_START_S:.0f} s",
                remedies=["see its last words"],
                evidence=(folder / "dockerd.log").read_text(errors="replace")[-3000:],
            )
        yield made
    finally:
        bridges = _bridges(made)
        _end(made, daemon)
        log.close()
        for name, value in before.items():
            if Path("/proc/sys", name).read_text() != value:
                Path("/proc/sys", name).write_text(value)
        for bridge in bridges:
            if Path("/sys/class/net", bridge).exists():
                subprocess.run(["ip", "link", "delete", bridge], check=False)


def _environment(folder: Path) -> dict[str, str]:
    tree = fetch_packages(
        "docker",
        ["docker.io", "containerd", "runc", "iptables"],
        suite=None,
        cache=cache_folder(),
        progress=print,
    )
    library = next(iter(sorted((tree / "usr/lib").glob("*-linux-gnu*"))))
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("iptables", "ip6tables"):
        (programs / name).symlink_to(tree / "usr/sbin/xtables-nft-multi")
    bounded = programs / "runc-bounded"
    bounded.write_text(f'#!/bin/sh\nexec {sys.executable} -I {_RUNC} {tree}/usr/sbin/runc "$@"\n')
    bounded.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}:{tree}/usr/sbin:{tree}/usr/bin:{os.environ['PATH']}",
        "LD_LIBRARY_PATH": str(library),
        "XTABLES_LIBDIR": str(library / "xtables"),
        "DOCKER_HOST": f"unix://{folder / 'docker.sock'}",
        "DOCKER_CONFIG": str(folder / "client"),
    }


def _has(name: str) -> bool:
    return Path("/proc/sys", name).exists()


def _bridges(made: Engine) -> list[str]:
    """The links of this engine's networks, as dockerd names them; another engine's are its own."""
    with contextlib.suppress(EnvironmentProblem):
        words = ("--no-trunc=false", "--filter", "driver=bridge", "--format", "{{.ID}}")
        return [f"br-{network}" for network in made.docker("network", "ls", *words).split()]
    return []  # it never answered: it made none


def _answers(made: Engine, daemon: subprocess.Popen[bytes]) -> bool:
    if daemon.poll() is not None:
        raise EnvironmentProblem(
            "dockerd ended as it started",
            remedies=["see its last words"],
            evidence=(made.folder / "dockerd.log").read_text(errors="replace")[-3000:],
        )
    with contextlib.suppress(EnvironmentProblem):
        made.docker("version", "--format", "{{.Server.Version}}")
        return True
    return False


def _end(made: Engine, daemon: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(EnvironmentProblem):
        left = made.docker("ps", "--all", "--quiet").split()
        if left:
            made.docker("rm", "--force", "--volumes", *left)
    daemon.terminate()
    try:
        daemon.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait()
    for line in reversed(Path("/proc/mounts").read_text().splitlines()):
        place = line.split()[1]
        if place.startswith(f"{made.folder}/"):
            subprocess.run(["umount", "--lazy", place], check=False)
