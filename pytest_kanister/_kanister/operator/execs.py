"""A command in a container, with all that it prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.output import OutputReader
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["CommandFailed", "Place", "capture"]


@dataclass(frozen=True)
class Place:
    """A running container."""

    namespace: str
    pod: str
    container: str


class CommandFailed(KanisterError):
    """The command could not run, or exited with another status than 0; `stderr` is all of it."""

    def __init__(self, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


async def capture(call: Call, place: Place, command: list[str]) -> str:
    """Runs the command to its end; its stdout.

    Raises:
        CommandFailed: with the last lines of stdout and stderr.
    """

    def log(line: str) -> None:
        call.log.info(
            "Pod Update", Pod=place.pod, Container=place.container, LogKind="datapath", Out=line
        )

    stdout, stderr = bytearray(), bytearray()
    out_tail = OutputReader(log, carriage_returns=True)
    err_tail = OutputReader(log, carriage_returns=True)

    def on_stdout(chunk: bytes) -> None:
        stdout.extend(chunk)
        out_tail.tail_only(chunk)

    def on_stderr(chunk: bytes) -> None:
        stderr.extend(chunk)
        err_tail.tail_only(chunk)

    try:
        status = await call.api.exec(
            place.namespace,
            place.pod,
            command,
            container=place.container,
            on_stdout=on_stdout,
            on_stderr=on_stderr,
        )
    except (ApiError, EnvironmentProblem) as error:
        reason = error.message
    else:
        if status == 0:
            return stdout.decode(errors="replace")
        reason = f"command terminated with exit code {status}"
    raise CommandFailed(
        f"{reason}.\nstdout: {out_tail.last_lines()}\nstderr: {err_tail.last_lines()}",
        stderr.decode(errors="replace"),
    )
