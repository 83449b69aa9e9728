"""WaitV2: waits until conditions on objects are true."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate import TemplateError, render
from pytest_kanister._kanister.gotemplate.parse import parse
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.params import ParamsError, render_text
from pytest_kanister._model.resources import Resource
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0
_GO_BUILTINS = frozenset(
    {
        "and",
        "or",
        "not",
        "len",
        "index",
        "slice",
        "print",
        "printf",
        "println",
        "html",
        "js",
        "urlquery",
        "call",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
    }
)
_KUBECTL_FUNCTIONS = ("exists", "base64decode")
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_UNITS_S = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
}


async def run(call: Call) -> None:
    """Looks with growing pauses until one of anyOf or all of allOf are true; no output.

    `timeout` is taken as written.  A condition is a kubectl go-template on the object: Go's own
    functions only, no sprig; one that does not parse counts as false, so it times out.

    Raises:
        KanisterError: the time is over; the last error of evaluation stands in front.
    """
    timeout_s = _seconds(call.text("timeout"))
    conditions = call.mapping("conditions")
    any_of, all_of = _conditions(call, conditions, "anyOf"), _conditions(call, conditions, "allOf")
    for condition in any_of + all_of:
        _refuse_kubectl_functions(condition.get("condition") or "")
    last: Exception | None = None
    pause = _FIRST_PAUSE_S
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    if await _met(call, any_of, all_of):
                        return
                except (ApiError, ParamsError, TemplateError) as error:
                    last = error
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
    except TimeoutError:
        late = KanisterError(
            "Failed to wait for the condition to be met",
            cause=KanisterError(
                "Context done while polling", cause=KanisterError("context deadline exceeded")
            ),
        )
        raise late if last is None else KanisterError(str(last), cause=late) from last


async def _met(call: Call, any_of: list[Object], all_of: list[Object]) -> bool:
    """One round.  An error in one condition ends it: those after it are not looked at."""
    for condition in any_of:
        if await _true(call, condition):
            return True
    if not all_of:
        return False
    for condition in all_of:
        if not await _true(call, condition):
            return False
    return True


async def _true(call: Call, condition: Object) -> bool:
    reference = {
        key: render_text(str(value), call.params)
        for key, value in (condition.get("objectReference") or {}).items()
    }
    namespace = reference.get("namespace") or ""
    resource = Resource(
        reference.get("group", ""),
        reference.get("apiVersion", ""),
        reference.get("resource", ""),
        reference.get("kind", ""),
        namespaced=bool(namespace),
    )
    obj = await call.api.get(resource, reference.get("name", ""), namespace or None)
    text = condition.get("condition") or ""
    try:
        parse(text, "output", _GO_BUILTINS)
    except TemplateError as error:
        call.log.error("Failed to parse condition", error)
        return False
    return render(text, _lenient(obj), name="output").strip() == "true"


def _conditions(call: Call, conditions: Object, name: str) -> list[Object]:
    found = conditions.get(name) or []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise call.undecodable("conditions")
    return found


def _refuse_kubectl_functions(text: str) -> None:
    try:
        parse(text, "output", _GO_BUILTINS)
    except TemplateError as error:
        for name in _KUBECTL_FUNCTIONS:
            if f'function "{name}" not defined' in error.text:
                raise KanisterError(
                    f"WaitV2: kubectl's template function {name}: the embedded operator does not "
                    "have it yet; run this Blueprint on backend kind or kubeconfig, where the "
                    "released Kanister controller does"
                ) from error


class _Lenient(dict[str, Any]):
    """A map that has every key: kubectl's templates take what is missing for nothing.

    What is not there is an empty map, which is false, has no fields either, and equals nothing.
    """

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> Any:
        return _Lenient()


def _lenient(value: Any) -> Any:
    if isinstance(value, dict):
        return _Lenient({key: _lenient(item) for key, item in value.items()})
    if isinstance(value, list):
        return [_lenient(item) for item in value]
    return value


def _seconds(text: str) -> float:
    """A Go duration: `5m`, `1h30m`, `1.5s`."""
    rest = text.removeprefix("+")
    total = 0.0
    position = 0
    for part in _DURATION.finditer(rest):
        if part.start() != position:
            break
        total += float(part.group(1)) * _UNITS_S[part.group(2)]
        position = part.end()
    if position != len(rest) or (not rest):
        if text == "0":
            return 0.0
        raise KanisterError(
            "Failed to parse the timeout duration",
            cause=KanisterError(f'time: invalid duration "{text}"'),
        )
    return total
