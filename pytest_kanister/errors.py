"""Every error that pytest-kanister raises, ordered by who must act.

::

    KanisterHarnessError
    ├─ UsageProblem               the person at the keyboard: options, ini, environment, arguments
    ├─ ScenarioError              the scenario's author; always file:line:column
    │  ├─ VacuousScenario         the scenario cannot fail, so it proves nothing
    │  └─ ScenarioErrors          several mistakes of one file
    ├─ EnvironmentProblem         the machine; always ends in remedies
    ├─ ApiError                   the Kubernetes API said no: a Status
    │  ├─ NotFound  ├─ AlreadyExists  ├─ Conflict  ├─ Invalid  ├─ BadRequest  └─ Gone
    ├─ ActionSetError             Kanister's own outcome of an ActionSet
    │  ├─ ActionSetFailed  ├─ ActionSetTimeout  └─ BlueprintDenied
    ├─ RoundTripMismatch          the verdict: data differ (also an AssertionError)
    ├─ Unverified                 a check could not be made, so nothing was proven
    └─ HarnessBug                 our mistake

Each class keeps its values as attributes and builds its text from them, in the order
what / expected and found / where / what now.  Standard library only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ActionSetError",
    "ActionSetFailed",
    "ActionSetTimeout",
    "AlreadyExists",
    "ApiError",
    "BadRequest",
    "BlueprintDenied",
    "Conflict",
    "EnvironmentProblem",
    "Gone",
    "HarnessBug",
    "Invalid",
    "KanisterHarnessError",
    "NotFound",
    "RoundTripMismatch",
    "ScenarioError",
    "ScenarioErrors",
    "Unverified",
    "UsageProblem",
    "VacuousScenario",
]


class KanisterHarnessError(Exception):
    """Root of the taxonomy; never raised itself."""

    exit_code: ClassVar[int] = 4
    """What `pytest-kanister` exits with: 1 different, 2 usage, 3 unverified, 4 environment."""


class UsageProblem(KanisterHarnessError):
    """An option, setting or argument that cannot be used; the person at the keyboard mends it."""

    exit_code = 2


class ScenarioError(KanisterHarnessError):
    """A scenario or Blueprint that its author must mend.

    Args:
        message: what is wrong, what was expected, what was found.
        file: the file, as the author named it.
        line: 1-based; 0 when the whole file is meant.
        column: 1-based; 0 when the whole line is meant.
        remedy: what to do now; may be empty.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, file: str, line: int = 0, column: int = 0, remedy: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.remedy = remedy

    @property
    def where(self) -> str:
        """`file:line:column`, as editors and terminals make it clickable."""
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}"
        return f"{text}\n  {self.remedy}" if self.remedy else text


class VacuousScenario(ScenarioError):
    """A scenario that could not have failed: damage without effect, an empty dataset and so on."""


class ScenarioErrors(ScenarioError):
    """Several mistakes of one file, told at once; its own place is the first one's.

    Args:
        errors: at least one, in the file's order.
    """

    def __init__(self, errors: Sequence[ScenarioError]) -> None:
        first = errors[0]
        super().__init__(
            first.message,
            file=first.file,
            line=first.line,
            column=first.column,
            remedy=first.remedy,
        )
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class EnvironmentProblem(KanisterHarnessError):
    """Something that this machine or this cluster lacks.

    Args:
        message: what was needed and what was found.
        remedies: ways out, most likely first; never empty.
        looked: places or commands that were tried.
        evidence: output of what failed (last lines), for the reader who must dig.
    """

    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        remedies: Sequence[str],
        looked: Sequence[str] = (),
        evidence: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.remedies = tuple(remedies)
        self.looked = tuple(looked)
        self.evidence = evidence

    def __str__(self) -> str:
        lines = [self.message]
        if self.looked:
            lines.append("  looked at:")
            lines += [f"    - {place}" for place in self.looked]
        if self.evidence:
            lines.append("  it said:")
            lines += [f"    | {line}" for line in self.evidence.rstrip().splitlines()]
        lines.append("  what now:")
        lines += [f"    - {remedy}" for remedy in self.remedies]
        return "\n".join(lines)


class ApiError(KanisterHarnessError):
    """The Kubernetes API refused: carries the Status it answered with.

    Args:
        status: HTTP code, also the Status' `code`.
        reason: machine-readable word of the Status (`NotFound`, `Conflict`, `Invalid` …).
        message: the Status' own text, shown as it is.
        details: the Status' `details`.
    """

    def __init__(
        self, status: int, reason: str, message: str, details: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details: dict[str, Any] = dict(details or {})

    @staticmethod
    def of(
        status: int, reason: str, message: str, details: Mapping[str, Any] | None = None
    ) -> ApiError:
        """The most specific class for a Status."""
        kind = _BY_REASON.get(reason, ApiError)
        return kind(status, reason, message, details)

    def to_status(self) -> dict[str, Any]:
        """The Status object that an API server sends for this error."""
        body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.status,
        }
        if self.details:
            body["details"] = self.details
        return body


class NotFound(ApiError):
    """404: no such object, kind or path."""


class AlreadyExists(ApiError):
    """409 on create."""


class Conflict(ApiError):
    """409 on update: the object has another resourceVersion or uid now."""


class Invalid(ApiError):
    """422: the object breaks its schema or its kind's rules."""


class BadRequest(ApiError):
    """400: the request itself cannot be understood."""


class Gone(ApiError):
    """410: a watch asked for a resourceVersion that is no longer kept."""


_BY_REASON: dict[str, type[ApiError]] = {
    "NotFound": NotFound,
    "AlreadyExists": AlreadyExists,
    "Conflict": Conflict,
    "Invalid": Invalid,
    "BadRequest": BadRequest,
    "Expired": Gone,
    "Gone": Gone,
}


class ActionSetError(KanisterHarnessError):
    """Kanister's own outcome, told with what it left in the ActionSet.

    Args:
        name: ActionSet's name.
        namespace: its namespace.
        action: the action's name (`backup`, `restore`, `delete` …).
        message: the ActionSet's `status.error.message`, or what was waited for.
        phase: the phase that failed or ran last; empty when none began.
        where: Blueprint position `file:line:column` of that phase, when it is known.
        evidence: last lines of the phase's pod and events.
        told: the message as a person reads it; empty: as it is.
        remedies: ways out, most likely first; may be empty.
        speaker: stands before the message: who says so.
    """

    exit_code = 1

    def __init__(
        self,
        name: str,
        *,
        namespace: str,
        action: str,
        message: str,
        phase: str = "",
        where: str = "",
        evidence: str = "",
        told: str = "",
        remedies: Sequence[str] = (),
        speaker: str = "Kanister says",
    ) -> None:
        super().__init__(message)
        self.name = name
        self.namespace = namespace
        self.action = action
        self.message = message
        self.phase = phase
        self.where = where
        self.evidence = evidence
        self.told = told or message
        self.remedies = tuple(remedies)
        self.speaker = speaker

    headline: ClassVar[str] = "ended"

    @property
    def title(self) -> str:
        """What it is about and how that ended, in one line."""
        return f"ActionSet {self.namespace}/{self.name} ({self.action}) {self.headline}"

    def __str__(self) -> str:
        lines = [self.title]
        if self.phase:
            lines.append(f"  phase      {self.phase}")
        if self.where:
            lines.append(f"  blueprint  {self.where}")
        lines.append(f"  {self.speaker}:")
        lines += [f"    | {line}" for line in self.told.splitlines() or ["(nothing)"]]
        if self.evidence:
            lines.append("  evidence:")
            lines += [f"    | {line}" for line in self.evidence.rstrip().splitlines()]
        if self.remedies:
            lines.append("  what now:")
            lines += [f"    - {remedy}" for remedy in self.remedies]
        return "\n".join(lines)


class ActionSetFailed(ActionSetError):
    """The ActionSet reached state `failed`."""

    headline = "failed"


class ActionSetTimeout(ActionSetError):
    """The ActionSet reached no final state in the time given."""

    headline = "did not finish in time"


class BlueprintDenied(ActionSetError):
    """Kanister's admission webhook refused the Blueprint, so no ActionSet could be made."""

    @property
    def title(self) -> str:
        """What it is about and how that ended, in one line."""
        return f"Blueprint {self.name} was denied by Kanister's webhook"


class RoundTripMismatch(KanisterHarnessError, AssertionError):
    """The verdict that data differ.

    Args:
        title: what was compared, in one line.
        text: the rendered differences, already bounded.
        diff: the difference as a value, for programs.
    """

    exit_code = 1

    def __init__(self, title: str, text: str, diff: object = None) -> None:
        super().__init__(title)
        self.title = title
        self.text = text
        self.diff = diff

    def __str__(self) -> str:
        return f"{self.title}\n{self.text}" if self.text else self.title


class Unverified(KanisterHarnessError):
    """A check that could not be made.  It is not passed: see the reason."""

    exit_code = 3


class HarnessBug(KanisterHarnessError):
    """Our mistake."""

    def __str__(self) -> str:
        return f"{super().__str__()}\n  This is a bug in pytest-kanister: please report it."
