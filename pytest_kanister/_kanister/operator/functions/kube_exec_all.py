"""KubeExecAll: a command in every container of a list of pods, at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.functions.kube_exec import exec_in_pod

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any] | None:
    """Output: all key-value pairs, of later finishers over those of earlier ones.

    Kanister may lose the last finisher's output to a race; here it is always in.
    """
    namespace, command = call.text("namespace"), call.texts("command")
    values: dict[str, Any] = {}

    async def one(pod: str, container: str) -> None:
        reader = await exec_in_pod(call, namespace, pod, container, command)
        values.update(reader.end())

    results = await asyncio.gather(
        *(
            one(pod, container)
            for pod in call.text("pods").split()
            for container in call.text("containers").split()
        ),
        return_exceptions=True,
    )
    failures: list[str] = []
    for result in results:
        if isinstance(result, KanisterError):
            failures.append(str(result))
        elif isinstance(result, BaseException):
            raise result
    if failures:
        raise KanisterError("\n".join(failures))
    return values or None
