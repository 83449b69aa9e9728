"""The functions on a Kopia repository server: they check their arguments, then say where they run.

Kanister has had them up to release 0.119.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]

_MAPS = ("podLabels", "podAnnotations", "podOverride", "volumes")


async def run(call: Call) -> NoReturn:
    """Any of the three.

    Raises:
        KanisterError: always; a bad argument's words come first.
    """
    for name in (*SIGNATURES[call.func].required, *SIGNATURES[call.func].optional):
        if not call.has(name):
            continue
        if name in _MAPS:
            call.mapping(name)
        else:
            call.text(name)
    raise KanisterError(
        f"function {call.func}: the embedded operator has no Kopia repository server; run this "
        "Blueprint on backend kind or kubeconfig, with a Kanister that has it (up to 0.119.0)"
    )
