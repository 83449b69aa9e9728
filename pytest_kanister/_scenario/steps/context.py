"""`Context`: what the steps of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._scenario.model import Mark, Scenario
    from pytest_kanister._scenario.stage import Backup, Stage
    from pytest_kanister.errors import ScenarioError

__all__ = ["NEWEST", "Context", "Restored", "Taken"]

NEWEST = ""
"""A step that names no backup means the newest one."""


@dataclass(frozen=True)
class Taken:
    """A backup, and what it must bring back.

    Attributes:
        name: the scenario's word for it, or its number.
        backup: what the stage says about it.
        truth: the workload's content when it was taken.
        ended_s: when it was complete, seconds since the epoch.
    """

    name: str
    backup: Backup
    truth: Snapshot
    ended_s: float


@dataclass(frozen=True)
class Restored:
    """The last restore: which backup, and where its data went."""

    taken: Taken
    stage: Stage


@dataclass
class Context:
    """What one run of a scenario knows so far.

    Attributes:
        scenario: what is run.
        stage: where.
        mark: the current step's place, for errors.
        limit_s: how long the current step may take; None: the run's own limit.
        now: the workload's newest snapshot, while nothing has touched it since; None otherwise.
        taken: the backups by name, in order.
        deleted: names of those whose action `delete` is complete.
        snapshots: by name.
        restored: the last restore.
        settled: names of backups restored since the data were last changed otherwise.
        fresh: further stages by namespace.
        provoked: whether the current step is expected to fail.
    """

    scenario: Scenario
    stage: Stage
    mark: Mark
    limit_s: float | None = None
    now: Snapshot | None = None
    taken: dict[str, Taken] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    restored: Restored | None = None
    settled: set[str] = field(default_factory=set)
    fresh: dict[str, Stage] = field(default_factory=dict)
    provoked: bool = False

    def error(self, message: str, remedy: str = "") -> ScenarioError:
        """An error that points at the current step."""
        return self.mark.error(message, remedy)

    def touched(self) -> None:
        """Something may have changed the workload's data."""
        self.now = None
        self.settled.clear()

    def content(self) -> Snapshot:
        """What the workload holds now."""
        if self.now is None:
            self.now = self.stage.workload.snapshot()
        return self.now

    def backup(self, name: str = NEWEST) -> Taken:
        """A backup by its name.

        Raises:
            ScenarioError: there is none of that name, or none at all.
        """
        if name and name in self.taken:
            return self.taken[name]
        if name or not self.taken:
            raise self.error(
                f"there is no backup {name!r} at this step" if name else "there is no backup yet",
                f"backups so far: {', '.join(self.taken) or 'none'}",
            )
        return list(self.taken.values())[-1]
