"""`Stage`: what a scenario needs from whoever runs it, and `Backup`, what a backup left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_kanister._data.stores import Bucket, StoredObject
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._model.references import Target

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

    def backup(self, blueprint: str | Path, *, beside: Path | None = None) -> Backup:
        """Runs the Blueprint's action `backup` on the workload to its end."""
        ...

    def restore(self, backup: Backup) -> str:
        """Runs `restore` from the backup to its end; returns the ActionSet's name."""
        ...

    def delete(self, backup: Backup, *, target: Target | None = None) -> str:
        """Runs `delete` from the backup to its end; returns the ActionSet's name."""
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
