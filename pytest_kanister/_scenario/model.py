"""What a scenario file says, as frozen values that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import ScenarioError, VacuousScenario

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["API_VERSION", "Exemption", "Mark", "Scenario", "Step", "WorkloadSpec"]

API_VERSION = "pytest-kanister/v1"


@dataclass(frozen=True)
class Mark:
    """A place in a file, 1-based; `file` as its reader would name it."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def error(self, message: str, remedy: str = "") -> ScenarioError:
        """An error that points here."""
        return ScenarioError(
            message, file=self.file, line=self.line, column=self.column, remedy=remedy
        )

    def vacuous(self, message: str, remedy: str = "") -> VacuousScenario:
        """The refusal of a scenario that cannot fail, pointing here."""
        return VacuousScenario(
            message, file=self.file, line=self.line, column=self.column, remedy=remedy
        )


@dataclass(frozen=True)
class WorkloadSpec:
    """The database under test.

    Attributes:
        kind: `mysql` …
        name: of its StatefulSet, Service and Secret.
        namespace: logical: two scenarios that name the same one do not meet.
        options: what else the scenario says about it; the workload knows which it takes.
    """

    kind: str
    name: str
    namespace: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One step: its word, what its module made of its arguments, where it stands."""

    kind: str
    arguments: Any
    mark: Mark


@dataclass(frozen=True)
class Exemption:
    """A check that the author says cannot be made here, and why."""

    check: str
    why: str
    mark: Mark


@dataclass(frozen=True)
class Scenario:
    """One round trip.

    Attributes:
        name: unique in its file.
        description: a sentence for people; may be empty.
        workload: the database under test.
        blueprint: as the author wrote it; looked up beside `path`, then among the bundled ones.
        steps: in order.
        unverified: checks that may go unmade.
        path: the file.
        mark: where the document begins.
    """

    name: str
    description: str
    workload: WorkloadSpec
    blueprint: str
    steps: tuple[Step, ...]
    unverified: tuple[Exemption, ...]
    path: Path
    mark: Mark
