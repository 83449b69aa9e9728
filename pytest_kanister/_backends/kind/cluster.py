"""One kind cluster and its users, in any number of processes and folders.

Under `<cache>/kind/NAME` lie a lock, a file per user, and `made` when the cluster is ours: the last
user of such a one deletes it; one that somebody else made is used and left.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.owner import Owner
from pytest_kanister._base.children import Finished, run
from pytest_kanister._base.folders import cache_folder
from pytest_kanister._base.locks import file_lock
from pytest_kanister.errors import EnvironmentProblem, HarnessBug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pytest_kanister._backends.kind.tools import KindTools
    from pytest_kanister._model.settings import Settings

__all__ = ["KindUse", "sweep_kind"]

_CREATE_S = 900.0
"""A node image of 400 MB may have to be pulled first."""

_SHORT_S = 120.0
_CLASH = "node(s) already exist"
_MADE, _KEPT = "made", "kept"


class KindUse:
    """This process's use of the cluster `settings.kind_name`, made if it is not there.

    Attributes:
        name: the cluster's.
        context: its context in `kubeconfig`.
        kubeconfig: a private file.

    Raises:
        EnvironmentProblem: it cannot be made or reached; kind's own words are in the text.
    """

    def __init__(
        self, settings: Settings, tools: KindTools, progress: Callable[[str], None]
    ) -> None:
        self.name = settings.kind_name
        self.context = f"kind-{self.name}"
        self._settings = settings
        self._tools = tools
        self._progress = progress
        self._folder = _record(cache_folder(settings.cache), self.name)
        me = Owner.of(os.getpid())
        if me is None:
            raise HarnessBug("this process is not in /proc")
        self._me = self._folder / "users" / str(me)
        self._open = True
        with self._locked():
            self._me.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.kubeconfig = self._me / "kubeconfig"
            try:
                self._join()
            except BaseException:
                self._let_go()
                raise

    def load(self, images: Iterable[str]) -> list[str]:
        """Brings images that the engine has into the cluster; the names of those."""
        loaded = []
        for image in images:
            if run(["docker", "image", "inspect", image], timeout_s=_SHORT_S).exit_status:
                continue
            self._progress(f"kind loads {image}")
            self._kind("load", "docker-image", "--name", self.name, image, limit_s=_CREATE_S)
            loaded.append(image)
        return loaded

    def close(self) -> None:
        """Ends this use, and with the last one the cluster if it is ours and not kept."""
        if self._open:
            self._open = False
            with self._locked():
                self._let_go()

    def export_logs(self, folder: Path) -> None:
        """All that the nodes have logged, for whoever looks into a failure."""
        self._kind("export", "logs", "--name", self.name, str(folder), limit_s=_SHORT_S)

    def _join(self) -> None:
        if self.name in _names(self._tools.kind):
            self._progress(f"kind cluster {self.name} is there and is used")
        else:
            self._create()
            return
        # The file of whoever made it may be anywhere: kind itself writes another one.
        self._kind(
            *("export", "kubeconfig", "--name", self.name, "--kubeconfig", str(self.kubeconfig)),
            limit_s=_SHORT_S,
        )
        self.kubeconfig.chmod(0o600)

    def _create(self) -> None:
        self._progress(f"kind makes cluster {self.name} (a minute or more)")
        (self._folder / _MADE).touch()
        wanted = {
            "name": self.name,
            "kubeconfig": str(self.kubeconfig),
            "image": self._settings.kind_image,
            "config": self._settings.kind_config,
            "kind": str(self._tools.kind),
            "kubectl": str(self._tools.kubectl),
        }
        module = "pytest_kanister._backends.kind.creating"
        done = run(
            [sys.executable, "-m", module, json.dumps(wanted)], cwd=self._me, timeout_s=_CREATE_S
        )
        if done.exit_status:
            if _CLASH in done.stderr + done.stdout:
                # What bears the name is somebody else's: it is not ours to delete.
                (self._folder / _MADE).unlink()
            image = self._settings.kind_image or "kind's own node image"
            raise EnvironmentProblem(
                f"kind could not make the cluster {self.name} of {image}",
                remedies=_remedies(done),
                evidence=done.tail(25),
            )
        self.kubeconfig.chmod(0o600)

    def _let_go(self) -> None:
        shutil.rmtree(self._me, ignore_errors=True)
        if self._settings.keep:
            (self._folder / _KEPT).touch()
        if _users(self._folder) or not (self._folder / _MADE).exists():
            return
        if (self._folder / _KEPT).exists():
            self._progress(
                f"kind cluster {self.name} is kept: `kind delete cluster --name {self.name}`"
            )
            return
        self._progress(f"kind deletes cluster {self.name}")
        _delete(self._tools.kind, self.name, self._folder)

    def _kind(self, *words: str, limit_s: float) -> Finished:
        done = run([str(self._tools.kind), *words], timeout_s=limit_s)
        if done.exit_status:
            raise EnvironmentProblem(
                f"kind {' '.join(words[:2])} failed for cluster {self.name}",
                remedies=_remedies(done),
                evidence=done.tail(15),
            )
        return done

    def _locked(self) -> AbstractContextManager[None]:
        return file_lock(
            self._folder / "lock",
            timeout_s=_CREATE_S + _SHORT_S,
            on_wait=lambda: self._progress(f"another process is busy with cluster {self.name}"),
        )


def sweep_kind(cache: Path, kind: Path, tell: Callable[[str], None]) -> None:
    """Deletes clusters of ours whose users have all ended and that are not kept."""
    for folder in sorted((cache / "kind").glob("*")):
        with file_lock(folder / "lock"):
            if not (folder / _MADE).exists() or (folder / _KEPT).exists() or _users(folder):
                continue
            tell(f"kind deletes cluster {folder.name}, whose users have ended")
            _delete(kind, folder.name, folder)


def _record(cache: Path, name: str) -> Path:
    return cache / "kind" / name


def _users(folder: Path) -> list[str]:
    """Living ones; the records of those that were killed go."""
    living = []
    for record in (folder / "users").glob("*"):
        if Owner.parse(record.name).gone:
            shutil.rmtree(record, ignore_errors=True)
        else:
            living.append(record.name)
    return living


def _names(kind: Path) -> list[str]:
    done = run([str(kind), "get", "clusters"], timeout_s=_SHORT_S)
    if done.exit_status:
        raise EnvironmentProblem(
            "kind get clusters failed", remedies=_remedies(done), evidence=done.tail(10)
        )
    return done.stdout.split()


def _delete(kind: Path, name: str, folder: Path) -> None:
    done = run([str(kind), "delete", "cluster", "--name", name], timeout_s=_SHORT_S)
    if done.exit_status:
        raise EnvironmentProblem(
            f"kind could not delete the cluster {name}",
            remedies=[f"kind delete cluster --name {name}"],
            evidence=done.tail(10),
        )
    (folder / _MADE).unlink(missing_ok=True)


def _remedies(done: Finished) -> list[str]:
    """By what kind says."""
    said = f"{done.stdout}\n{done.stderr}"
    if "failed to pull image" in said:
        return [
            "check that this machine reaches the registry",
            "or name a node image that the engine has: --kanister-kind-image",
        ]
    if _CLASH in said:
        return ["choose another name: --kanister-kind-name", "or delete the old cluster"]
    if "port is already allocated" in said or "address already in use" in said:
        return ["free the port that the cluster's configuration names, or name another"]
    return ["see what kind says above", "kind export logs tells more"]
