"""KubeExec: a command in a container that runs already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.output import OutputReader
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["exec_in_pod", "run"]


async def run(call: Call) -> dict[str, Any] | None:
    """Output: the key-value pairs on stdout; stderr is not looked at."""
    reader = await exec_in_pod(
        call,
        call.text("namespace"),
        call.text("pod"),
        call.text("container", ""),
        call.texts("command"),
    )
    return reader.end() or None


async def exec_in_pod(
    call: Call, namespace: str, pod: str, container: str, command: list[str]
) -> OutputReader:
    """Runs the command to its end; the reader has read its stdout.

    Raises:
        KanisterError: it could not run, or exited with another status than 0.
    """

    def log(line: str) -> None:
        call.log.info("Pod Update", Pod=pod, Container=container, LogKind="datapath", Out=line)

    stdout = OutputReader(log, carriage_returns=True)
    stderr = OutputReader(log, carriage_returns=True)
    bad_output: list[KanisterError] = []

    def on_stdout(chunk: bytes) -> None:
        # Kanister parses after the command has ended, so a bad line does not stop the command.
        try:
            stdout.feed(chunk)
        except KanisterError as error:
            bad_output.append(error)

    def on_stderr(chunk: bytes) -> None:
        stderr.tail_only(chunk)

    try:
        status = await call.api.exec(
            namespace,
            pod,
            command,
            container=container,
            on_stdout=on_stdout,
            on_stderr=on_stderr,
        )
    except (ApiError, EnvironmentProblem) as error:
        raise _failed(error.message, stdout, stderr) from error
    if status != 0:
        raise _failed(f"command terminated with exit code {status}", stdout, stderr)
    if bad_output:
        raise bad_output[0]
    return stdout


def _failed(reason: str, stdout: OutputReader, stderr: OutputReader) -> KanisterError:
    return KanisterError(
        "Failed to exec command in pod",
        cause=KanisterError(
            f"{reason}.\nstdout: {stdout.last_lines()}\nstderr: {stderr.last_lines()}"
        ),
    )
