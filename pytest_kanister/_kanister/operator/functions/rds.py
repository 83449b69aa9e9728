"""The functions on Amazon's RDS: their arguments are checked, then they say where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.errkit import KanisterError

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]

_MAPS = ("podLabels", "podAnnotations", "podOverride")
_LISTS = ("databases", "securityGroupID")
_SOURCES = ("profile", "secret", "eks_service_account")


async def run(call: Call) -> NoReturn:
    """Any of the four.

    Raises:
        KanisterError: always; a bad argument's words come first.
    """
    for name in sorted(SIGNATURES[call.func].arguments):
        if not call.has(name):
            continue
        if name in _MAPS:
            call.mapping(name)
        elif name in _LISTS:
            call.texts(name)
        else:
            call.text(name)
    source = call.text("credentialsSource", "profile")
    if source not in _SOURCES:
        raise KanisterError(f"credentialsSource: expected {', '.join(_SOURCES)}, found {source!r}")
    engine = call.text("dbEngine", "")
    if call.func == "ExportRDSSnapshotToLocation" and engine != "PostgreSQL":
        raise KanisterError(f"dbEngine: expected PostgreSQL, found {engine!r}")
    raise KanisterError(
        f"function {call.func}: the embedded operator has no Amazon RDS; run this Blueprint on "
        "backend kind or kubeconfig, where the released Kanister controller reaches it"
    )
