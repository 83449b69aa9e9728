"""Wait (deprecated): waits until conditions on objects, JSONPaths inside templates, are true."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.gotemplate import LENIENT, render
from pytest_kanister._kanister.operator.conditions import parse_duration_s, wait_until_met
from pytest_kanister._kanister.operator.errkit import Crash, KanisterError
from pytest_kanister._kanister.operator.jsonpath import PathError, evaluate, parse_path
from pytest_kanister._kanister.params import NullArgument, render_args

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]

_PATH = re.compile(r"\{\s*\$([^}]*)")


async def run(call: Call) -> None:
    """No output.

    All args are rendered once, of which only `timeout` is used: a condition must be a template
    that renders with the action's parameters, too.

    Raises:
        KanisterError: the time is over.
        ParamsError: an arg does not render.
    """
    try:
        rendered = render_args(dict(call.args), call.params)
    except NullArgument as error:
        raise Crash(str(error)) from error
    timeout_s = parse_duration_s(str(rendered["timeout"]))
    await wait_until_met(
        call, timeout_s, lambda text, obj: render(_resolved(text, obj), None, dialect=LENIENT)
    )


def _resolved(condition: str, obj: Object) -> str:
    """The condition with each `{ $.path }` replaced by what kubectl prints for the path.

    A path that does not parse is replaced by nothing (so is a template's own `{ $variable }`).
    """
    text = condition
    for found in _PATH.finditer(condition):
        path = found[1].strip()
        steps = parse_path(path)
        try:
            value = "" if steps is None else evaluate(steps, obj)
        except PathError as error:
            # The real text goes on with a dump of the object in Go's notation.
            shown = json.dumps(f"{{{path}}}", ensure_ascii=False)
            raise KanisterError(
                f"error executing jsonpath {shown}: Error executing template: {error}. "
                "Printing more information for debugging the template:\n"
                f"\ttemplate was:\n\t\t{{{path}}}\n"
            ) from error
        text = text.replace(found[0] + "}", value)
    return text
