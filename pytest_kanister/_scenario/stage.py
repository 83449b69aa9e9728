"""`Stage`: what a scenario needs from whoever runs it, and `Backup`, what a backup left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.stores import Bucket, StoredObject
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._kube import ExecResult
    from pytest_kanister._model.api import Object
    from pytest_kanister._model.references import Target
    from pytest_kanister._scenario.model import Inputs, WorkloadSpec

__all__ = ["Backup", "Host", "Stage"]


@dataclass(frozen=True)
class Backup:
    """A backup ActionSet that is complete.

    Attributes:
        actionset: its name.
        namespace: its namespace.
        blueprint: name of the Blueprint in the cluster.
        path: the Blueprint's file.
        target: the object that was backed up.
        objects: what it added to the bucket, in key order.
        artifacts: the ActionSet's artifacts as Kanister rendered them, by name.
        seconds: from the ActionSet's creation to its completion, as the harness saw it.
    """

    actionset: str
    namespace: str
    blueprint: str
    path: Path
    target: Target
    objects: tuple[StoredObject, ...]
    artifacts: Mapping[str, object]
    seconds: float


class Stage(Protocol):
    """One workload that answers, in a namespace of its own, with its own part of the bucket."""

    @property
    def workload(self) -> Workload:
        """The database under test."""
        ...

    @property
    def bucket(self) -> Bucket:
        """The part of the bucket that this stage's Profile names."""
        ...

    def backup(
        self,
        blueprint: str | Path,
        *,
        beside: Path | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> Backup:
        """Runs the Blueprint's action `backup` on the workload to its end."""
        ...

    def restore(
        self,
        backup: Backup,
        *,
        into: Stage | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Runs `restore` from the backup to its end; returns the ActionSet's name.

        `into`: the stage whose workload gets the data; None: the one that was backed up.
        """
        ...

    def delete(
        self,
        backup: Backup,
        *,
        target: Target | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Runs `delete` from the backup to its end; returns the ActionSet's name."""
        ...

    def fresh(self, spec: WorkloadSpec) -> Stage:
        """A stage with another workload; it goes when this one goes."""
        ...

    def precision(self, blueprint: str | Path, *, beside: Path | None = None) -> str:
        """By what the Blueprint tells two backups apart, in words; empty: by more than a second."""
        ...

    def apply(self, manifests: Sequence[Object]) -> list[str]:
        """Makes or changes objects; names of what was applied, as `kind namespace/name`."""
        ...

    def look(self, api_version: str, kind: str, name: str, namespace: str) -> Object | None:
        """An object, in the workload's namespace unless another is named; None: not there."""
        ...

    def exec(
        self,
        command: Sequence[str],
        *,
        pod: str = "",
        container: str = "",
        stdin: bytes = b"",
        timeout_s: float = 60.0,
    ) -> ExecResult:
        """Runs a command in a pod of the namespace; empty: the workload's first one."""
        ...

    def redact(self, text: str) -> str:
        """The text without any secret that this stage knows of."""
        ...

    def ran(self) -> dict[str, str]:
        """What really ran, by role."""
        ...

    @property
    def losses(self) -> tuple[str, ...]:
        """What this machine or cluster could not give, one sentence each."""
        ...


class Host(Protocol):
    """Whoever sets stages up and takes them down."""

    def open_stage(
        self, kind: str, *, name: str, namespace: str, options: Mapping[str, object]
    ) -> Stage:
        """A stage whose workload answers."""
        ...

    def close_stage(self, stage: Stage) -> None:
        """Takes a stage down."""
        ...
