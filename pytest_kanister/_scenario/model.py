"""What a scenario file says, as frozen values that know where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import ScenarioError, VacuousScenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from pytest_kanister._model.secret import Secret

__all__ = [
    "API_VERSION",
    "Budgets",
    "Exemption",
    "Inputs",
    "KnownLoss",
    "Mark",
    "PytestMark",
    "Requirement",
    "Scenario",
    "Source",
    "Step",
    "WorkloadSpec",
]

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
        mark: where it stands; None: in no file.
    """

    kind: str
    name: str
    namespace: str
    options: Mapping[str, Any] = field(default_factory=dict)
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Source:
    """A Secret or ConfigMap for an ActionSet: one that is there, or one that is made for it.

    Attributes:
        name: of the one that is there; empty: it is made from `data`.
        namespace: of that one; empty: the workload's.
        data: texts by key.
    """

    name: str = ""
    namespace: str = ""
    data: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """What an ActionSet gets beside its object and Profile.

    Attributes:
        options: the action's options.
        pod_override: merged into the pods of its phases.
        secrets: by the name under which templates reach them; beside the workload's own.
        config_maps: likewise.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    pod_override: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Source] = field(default_factory=dict)
    config_maps: Mapping[str, Source] = field(default_factory=dict)

    def overlaid(self, more: Inputs) -> Inputs:
        """These, with those of `more` on top, key by key; a podOverride replaces the other."""
        return Inputs(
            {**self.options, **more.options},
            more.pod_override or self.pod_override,
            {**self.secrets, **more.secrets},
            {**self.config_maps, **more.config_maps},
        )

    def __bool__(self) -> bool:
        return bool(self.options or self.pod_override or self.secrets or self.config_maps)


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
class KnownLoss:
    """A loss that the author knows of.  It must occur, or the scenario fails.

    Attributes:
        loss: a grade (`data`, `users` …), or a class of objects (`event`, `table` …).
        within: dotted name of what holds it, or of the thing itself; empty: anywhere.
        why: a sentence.
        until: the last day on which it is excused.
        mark: where it stands.
    """

    loss: str
    within: str
    why: str
    until: date
    mark: Mark


@dataclass(frozen=True)
class Budgets:
    """Longest times that the author promises; None: no promise."""

    rto_s: float | None = None
    backup_s: float | None = None


@dataclass(frozen=True)
class Requirement:
    """What the cluster must be, and what the scenario accepts.

    Attributes:
        what: `backend`, `isolation`, `kanister` or `kubernetes`.
        accepted: words, or beginnings of versions.
        mark: where it stands.
    """

    what: str
    accepted: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True)
class PytestMark:
    """A pytest marker for the scenario's item."""

    name: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
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
        variant: which combination of the matrix this is; empty: there is none.
        blueprint_mark: where the Blueprint is named; None: nowhere in a file.
        store: kind of S3 server; empty: the run's own.
        inputs: for every ActionSet.
        marks: for pytest.
        timeouts_s: longest time of a step by its word; `default` for those not named.
        budgets: promised times.
        requires: what the cluster must be.
        known: losses that must occur.
    """

    name: str
    description: str
    workload: WorkloadSpec
    blueprint: str
    steps: tuple[Step, ...]
    unverified: tuple[Exemption, ...]
    path: Path
    mark: Mark
    variant: str = ""
    blueprint_mark: Mark | None = None
    store: str = ""
    inputs: Inputs = field(default_factory=Inputs)
    marks: tuple[PytestMark, ...] = ()
    timeouts_s: Mapping[str, float] = field(default_factory=dict)
    budgets: Budgets = field(default_factory=Budgets)
    requires: tuple[Requirement, ...] = ()
    known: tuple[KnownLoss, ...] = ()

    @property
    def title(self) -> str:
        """`accounts`, or `accounts[mysql:8.4]`."""
        return f"{self.name}[{self.variant}]" if self.variant else self.name
