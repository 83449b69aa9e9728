"""WaitV2: waits until conditions on objects, kubectl's go-templates, are true."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pytest_kanister._kanister.gotemplate import KUBECTL, TemplateError, render
from pytest_kanister._kanister.operator.conditions import parse_duration_s, wait_until_met
from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]


async def run(call: Call) -> None:
    """No output.  `timeout` is taken as written.

    Raises:
        KanisterError: the time is over.
    """
    timeout_s = parse_duration_s(call.text("timeout"))

    def evaluate(text: str, obj: Object) -> str:
        """Go's and kubectl's functions only; what does not parse is empty, so it times out."""
        try:
            return render(text, obj, name="output", dialect=KUBECTL)
        except TemplateError as error:
            if error.phase == "parse":
                call.log.error("Failed to parse condition", error)
                return ""
            raise KanisterError(
                f"error executing template {json.dumps(text, ensure_ascii=False)}: {error.text}"
            ) from error

    await wait_until_met(call, timeout_s, evaluate)
