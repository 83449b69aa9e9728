"""`exec: [ls, /data]`: a command in a pod of the workload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import (
    PLACE,
    PLACES,
    SECONDS,
    TEXT,
    object_of,
    place,
)
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Exec"]

_LIMIT_S = 60.0
_SHOWN_LINES = 20


@dataclass(frozen=True)
class Exec:
    """A command and what it must do.

    Attributes:
        command: program and arguments; a shell only when it names one.
        pod: empty: the workload's first one.
        container: empty: the pod's first one.
        stdin: what it reads.
        status: expected exit status.
        stdout: a text that its output must contain; empty: any output.
        where: `source` or `restored`.
        timeout_s: how long it may take; None: as the scenario says.
    """

    command: tuple[str, ...]
    pod: str = ""
    container: str = ""
    stdin: str = ""
    status: int = 0
    stdout: str = ""
    where: str = "source"
    timeout_s: float | None = None


def parse(reader: Reader) -> Exec:
    """A list of words, or a mapping with `command`."""
    if isinstance(reader.data, list):
        return Exec(_command(reader))
    keys = ("pod", "container", "stdin", "expect", "in", "timeoutSeconds")
    reader.mapping(required=("command",), optional=keys)
    status, stdout = reader.field("expect", _expect, (0, ""))
    return Exec(
        command=_command(reader.at("command")),
        pod=reader.field("pod", lambda part: part.text(), ""),
        container=reader.field("container", lambda part: part.text(), ""),
        stdin=reader.field("stdin", lambda part: part.scalar(), ""),
        status=status,
        stdout=stdout,
        where=reader.field("in", lambda part: part.one_of(PLACES), "source"),
        timeout_s=reader.field("timeoutSeconds", lambda part: part.seconds(), None),
    )


def _command(reader: Reader) -> tuple[str, ...]:
    words = tuple(item.scalar() for item in reader.items())
    if not words:
        raise reader.error(f"{reader.label}: expected a program and its arguments, found none")
    return words


def _expect(reader: Reader) -> tuple[int, str]:
    reader.mapping(optional=("status", "stdout"))
    status = reader.data.get("status", 0)
    if isinstance(status, bool) or not isinstance(status, int) or not 0 <= status <= 255:
        raise reader.at("status").error(f"expected an exit status, found {status!r}")
    return status, reader.field("stdout", lambda part: part.scalar(), "")


def run(context: Context, step: Exec) -> Outcome:
    """Another exit status or output than expected is a difference, with what it wrote."""
    stage = place(context, step.where)
    if stage is context.stage:
        context.now = None
    done = stage.exec(
        step.command,
        pod=step.pod,
        container=step.container,
        stdin=step.stdin.encode(),
        timeout_s=context.limit_s or _LIMIT_S,
    )
    stdout = done.stdout.decode(errors="replace")
    facts = {"exitStatus": done.exit_status}
    faults = []
    if done.exit_status != step.status:
        faults.append(f"expected exit status {step.status}, found {done.exit_status}")
    if step.stdout not in stdout:
        faults.append(f"expected {step.stdout!r} in its output")
    if not faults:
        return Outcome(f"{step.command[0]} ended with {done.exit_status}", facts=facts)
    output = [*stdout.splitlines(), *done.stderr.decode(errors="replace").splitlines()]
    return Outcome(
        f"{step.command[0]}: {faults[0]}",
        verdict=Verdict.DIFFERENT,
        facts=facts,
        detail="\n".join([*faults, "it wrote", *(f"  {line}" for line in output[-_SHOWN_LINES:])]),
    )


_COMMAND = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}

KIND = StepKind(
    "exec",
    "Runs a command in a pod of the workload",
    {
        "oneOf": [
            _COMMAND,
            object_of(
                {
                    "command": _COMMAND,
                    "pod": TEXT,
                    "container": TEXT,
                    "stdin": {"type": ["string", "number", "boolean"]},
                    "expect": object_of(
                        {
                            "status": {"type": "integer", "minimum": 0, "maximum": 255},
                            "stdout": {
                                "type": ["string", "number", "boolean"],
                                "description": "A text that the output must contain",
                            },
                        }
                    ),
                    "in": PLACE,
                    "timeoutSeconds": SECONDS,
                },
                ("command",),
            ),
        ]
    },
    parse,
    run,
    bounded=True,
)
