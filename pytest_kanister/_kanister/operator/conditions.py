"""Waiting for conditions on objects: what Wait and WaitV2 share."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate import TemplateError
from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.functions.call import go_kind, unconvertible
from pytest_kanister._kanister.params import ParamsError, render_text
from pytest_kanister._model.resources import Resource
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

    Evaluate = Callable[[str, Object], str]

__all__ = ["parse_duration_s", "wait_until_met"]

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 10.0
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


async def wait_until_met(call: Call, timeout_s: float, evaluate: Evaluate) -> None:
    """Looks with growing pauses until one of anyOf or all of allOf are true.

    Args:
        call: its args hold `conditions`, as written; objectReferences are rendered each time.
        timeout_s: how long.
        evaluate: a condition's text and the object → the rendered text; true is `true`.

    Raises:
        KanisterError: the time is over; the last round's error of evaluation stands in front.
    """
    conditions = call.mapping("conditions")
    any_of, all_of = _listed(call, conditions, "anyOf"), _listed(call, conditions, "allOf")
    last: Exception | None = None
    pause = _FIRST_PAUSE_S
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    if await _met(call, any_of, all_of, evaluate):
                        return
                    last = None
                except (ApiError, KanisterError, ParamsError, TemplateError) as error:
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


async def _met(call: Call, any_of: list[Object], all_of: list[Object], evaluate: Evaluate) -> bool:
    """One round.  An error in one condition ends it: those after it are not looked at."""

    async def true(condition: Object) -> bool:
        obj = await _fetch(call, condition.get("objectReference") or {})
        return evaluate(str(condition.get("condition") or ""), obj).strip() == "true"

    for condition in any_of:
        if await true(condition):
            return True
    if not all_of:
        return False
    for condition in all_of:
        if not await true(condition):
            return False
    return True


def _fetch(call: Call, reference: Mapping[str, Any]) -> Awaitable[Object]:
    """The object; without namespace it is looked for cluster-wide."""
    named = {key: render_text(str(value), call.params) for key, value in reference.items()}
    namespace = named.get("namespace") or ""
    resource = Resource(
        named.get("group", ""),
        named.get("apiVersion", ""),
        named.get("resource", ""),
        named.get("kind", ""),
        namespaced=bool(namespace),
    )
    return call.api.get(resource, named.get("name", ""), namespace or None)


def _listed(call: Call, conditions: Object, name: str) -> list[Object]:
    """The conditions of one list; each is a text and a reference of texts."""
    found = conditions.get(name) or []
    items = found if isinstance(found, list) else [found]
    for index, item in enumerate(items):
        place = f"{name}[{index}]"
        _require(call, place, item)
        if isinstance(item.get("condition"), dict | list):
            wrong = unconvertible(f"{place}.condition", "string", item["condition"])
            raise call.undecodable("conditions", wrong)
        reference = item.get("objectReference") or {}
        _require(call, f"{place}.objectReference", reference)
        for field, value in reference.items():
            if isinstance(value, dict | list):
                wrong = unconvertible(f"{place}.objectReference.{field}", "string", value)
                raise call.undecodable("conditions", wrong)
    return items


def _require(call: Call, place: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise call.undecodable("conditions", f"'{place}' expected a map, got '{go_kind(value)}'")


def parse_duration_s(text: str) -> float:
    """A Go duration: `5m`, `1h30m`, `1.5s`.

    Raises:
        KanisterError: it is none.
    """
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
