"""`expectFailure: {of: {restore: {}}, message: …}`: a step that must fail, and loudly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import TEXT, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister.errors import ActionSetFailed, BlueprintDenied, RoundTripMismatch, UsageProblem

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "ExpectFailure"]

_OF = ("backup", "restore", "delete", "verify", "verifyDeleted", "sql", "exec", "wait", "call")
_ACTIONS = ("backup", "restore", "delete")


@dataclass(frozen=True)
class ExpectFailure:
    """Which step, with its arguments, and a text that its failure must contain."""

    word: str
    arguments: Any
    message: str = ""

    @property
    def timeout_s(self) -> float | None:
        """The step's own."""
        own: float | None = getattr(self.arguments, "timeout_s", None)
        return own


def parse(reader: Reader) -> ExpectFailure:
    """`of` holds one step."""
    from pytest_kanister._scenario.steps.registry import STEPS  # it imports this module

    reader.mapping(required=("of",), optional=("message",))
    of = reader.at("of")
    data = of.mapping(optional=None)
    if len(data) != 1:
        raise of.error(f"{of.label}: expected one step, found {', '.join(data) or 'none'}")
    (word,) = data
    if word not in _OF:
        raise of.at(word).error(
            f"{of.label}: the failure of {word!r} cannot be expected", f"of: {', '.join(_OF)}"
        )
    return ExpectFailure(
        word,
        STEPS[word].parse(of.at(word)),
        reader.field("message", lambda part: part.text(), ""),
    )


def run(context: Context, step: ExpectFailure) -> Outcome:
    """An action fails when its ActionSet does; what only we notice is no loud failure."""
    from pytest_kanister._scenario.steps.registry import STEPS  # it imports this module

    context.provoked = True
    try:
        outcome = STEPS[step.word].run(context, step.arguments)
    except (ActionSetFailed, BlueprintDenied, RoundTripMismatch) as error:
        if isinstance(error, RoundTripMismatch) and step.word in _ACTIONS:
            raise  # its ActionSet is complete: the harm that it did is no failure of its own
        return _judged(step, str(error))
    except UsageProblem as error:
        if step.word != "sql":
            raise
        return _judged(step, str(error))
    finally:
        context.provoked = False
    if outcome.verdict is Verdict.DIFFERENT and step.word not in _ACTIONS:
        return _judged(step, f"{outcome.summary}\n{outcome.detail}".rstrip())
    if outcome.verdict is Verdict.UNVERIFIED:
        return outcome
    return Outcome(
        f"expected {step.word} to fail, found it done: {outcome.summary}",
        verdict=Verdict.DIFFERENT,
        facts=outcome.facts,
        detail=outcome.detail,
    )


def _judged(step: ExpectFailure, text: str) -> Outcome:
    if step.message not in text:
        return Outcome(
            f"{step.word} failed as expected, but does not say {step.message!r}",
            verdict=Verdict.DIFFERENT,
            detail=text,
        )
    return Outcome(
        f"{step.word} failed as expected: {text.splitlines()[0]}",
        facts={"failed": step.word},
        detail=text,
    )


KIND = StepKind(
    "expectFailure",
    "Takes a step that must fail, and loudly: an action's ActionSet must end as failed",
    object_of(
        {
            "of": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "propertyNames": {"enum": list(_OF)},
            },
            "message": {**TEXT, "description": "A text that the failure must contain"},
        },
        ("of",),
    ),
    parse,
    run,
    bounded=True,
)
