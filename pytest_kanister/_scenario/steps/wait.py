"""`wait: {kind: Pod, name: x, until: …}`: until an object is as it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import SECONDS, TEXT, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Wait"]

_LIMIT_S = 60.0


@dataclass(frozen=True)
class Wait:
    """Which object, and what it is waited for.

    Attributes:
        api_version: `v1`, `apps/v1` …
        kind: the object's kind.
        name: its name.
        namespace: empty: the workload's.
        until: `exists`, `gone`, `condition` or `path`.
        what: the condition's type, or the dotted path.
        value: expected value at the path, as a text.
        timeout_s: how long; None: as the scenario says.
    """

    api_version: str
    kind: str
    name: str
    namespace: str
    until: str
    what: str = ""
    value: str = ""
    timeout_s: float | None = None

    def __str__(self) -> str:
        words = {
            "exists": "exists",
            "gone": "is gone",
            "condition": f"has condition {self.what}",
            "path": f"has {self.what} = {self.value}",
        }
        return f"{self.kind} {self.name} {words[self.until]}"


def parse(reader: Reader) -> Wait:
    """A mapping; `until` is `exists`, `gone`, `{condition: Ready}` or `{path: …, value: …}`."""
    reader.mapping(
        required=("kind", "name", "until"), optional=("apiVersion", "namespace", "timeoutSeconds")
    )
    until, what, value = _until(reader.at("until"))
    return Wait(
        api_version=reader.field("apiVersion", lambda part: part.text(), "v1"),
        kind=reader.at("kind").text(),
        name=reader.at("name").text(),
        namespace=reader.field("namespace", lambda part: part.text(), ""),
        until=until,
        what=what,
        value=value,
        timeout_s=reader.field("timeoutSeconds", lambda part: part.seconds(), None),
    )


def _until(reader: Reader) -> tuple[str, str, str]:
    if not isinstance(reader.data, dict):
        return reader.one_of(("exists", "gone")), "", ""
    if reader.has("condition"):
        reader.mapping(required=("condition",))
        return "condition", reader.at("condition").text(), ""
    reader.mapping(required=("path", "value"))
    return "path", reader.at("path").text(), reader.at("value").scalar()


def run(context: Context, wait: Wait) -> Outcome:
    """The time having passed is a difference: something that was promised did not happen."""
    deadline = Deadline(context.limit_s or _LIMIT_S)
    last: list[Object | None] = [None]

    def reached() -> bool | None:
        last[0] = context.stage.look(wait.api_version, wait.kind, wait.name, wait.namespace)
        return _holds(wait, last[0]) or None

    if wait_until(reached, deadline):
        return Outcome(str(wait))
    status = (last[0] or {}).get("status")
    return Outcome(
        f"after {deadline.timeout_s:g} s it is not so that {wait}",
        verdict=Verdict.DIFFERENT,
        detail="the object is not there" if last[0] is None else f"its status: {status}",
    )


def _holds(wait: Wait, obj: Object | None) -> bool:
    if obj is None:
        return wait.until == "gone"
    if wait.until == "condition":
        conditions = (obj.get("status") or {}).get("conditions") or ()
        return any(c.get("type") == wait.what and c.get("status") == "True" for c in conditions)
    if wait.until == "path":
        return _at(obj, wait.what) == wait.value
    return wait.until == "exists"


def _at(value: Any, path: str) -> str | None:
    """The text at a dotted path; numbers step into lists."""
    for key in path.strip(".").split("."):
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return None
    return str(value).lower() if isinstance(value, bool) else str(value)


KIND = StepKind(
    "wait",
    "Waits until an object is as it should be",
    object_of(
        {
            "apiVersion": {**TEXT, "default": "v1"},
            "kind": TEXT,
            "name": TEXT,
            "namespace": {**TEXT, "description": "Left out: the workload's"},
            "until": {
                "oneOf": [
                    {"enum": ["exists", "gone"]},
                    object_of({"condition": TEXT}, ("condition",)),
                    object_of(
                        {"path": TEXT, "value": {"type": ["string", "number", "boolean"]}},
                        ("path", "value"),
                    ),
                ]
            },
            "timeoutSeconds": SECONDS,
        },
        ("kind", "name", "until"),
    ),
    parse,
    run,
    bounded=True,
)
