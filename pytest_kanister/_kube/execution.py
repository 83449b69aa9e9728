"""Commands in containers, over the API's websocket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_kanister._kube.connection import Connection

__all__ = ["ExecResult", "run_in_container"]

_STDIN, _STDOUT, _STDERR, _STATUS = range(4)
_CHUNK_BYTES = 2**16


@dataclass(frozen=True)
class ExecResult:
    """A command run in a container: exit status and its whole output."""

    exit_status: int
    stdout: bytes
    stderr: bytes


def run_in_container(
    connection: Connection,
    namespace: str,
    pod: str,
    container: str,
    command: Sequence[str],
    stdin: bytes,
    timeout_s: float,
) -> ExecResult:
    """Runs a command to its end.

    Raises:
        ApiError: no such pod or container, or it is not running.
        EnvironmentProblem: the command ran too long (it is ended), or the connection broke.
    """
    query = [("command", word) for word in command]
    query += [("stdout", "true"), ("stderr", "true"), ("stdin", "true" if stdin else "false")]
    if container:
        query.append(("container", container))
    deadline = Deadline(timeout_s)
    socket = connection.web_socket(PODS.path(namespace, pod, "exec"), query)
    output: dict[int, list[bytes]] = {_STDOUT: [], _STDERR: [], _STATUS: []}
    try:
        if stdin:
            _send(socket, stdin, output)
        while socket.is_open() and not deadline.passed:
            socket.update(timeout=deadline.left_s)
            _collect(socket, output)
        _collect(socket, output)
        ended = not socket.is_open()
    finally:
        # Not `close`: the package waits for the server's farewell, and leaks the connection
        # when the server was first.  What ends a command early is the broken connection.
        socket.sock.shutdown()
    if not ended:
        raise EnvironmentProblem(
            f"{' '.join(command[:3])} … in pod {namespace}/{pod} ran longer than {timeout_s:.0f} s",
            evidence=b"".join(output[_STDOUT] + output[_STDERR])[-2000:].decode(errors="replace"),
            remedies=["see what it waits for: `kubectl logs`, `kubectl exec`"],
        )
    return ExecResult(
        _exit_status(b"".join(output[_STATUS]), namespace, pod),
        b"".join(output[_STDOUT]),
        b"".join(output[_STDERR]),
    )


def _send(socket: Any, stdin: bytes, output: dict[int, list[bytes]]) -> None:
    if socket.subprotocol != "v5.channel.k8s.io":
        raise EnvironmentProblem(
            "the API server cannot be told where a command's input ends "
            f"(it speaks {socket.subprotocol or 'no sub-protocol'})",
            remedies=["use a cluster of Kubernetes 1.30 or newer"],
        )
    for start in range(0, len(stdin), _CHUNK_BYTES):
        socket.write_channel(_STDIN, stdin[start : start + _CHUNK_BYTES])
        # What the command answers meanwhile is taken, or both sides would wait for ever.
        socket.update(timeout=0)
        _collect(socket, output)
    socket.close_channel(_STDIN)


def _collect(socket: Any, output: dict[int, list[bytes]]) -> None:
    # The channels' buffers are taken as they are: reading through the package would wait for
    # more on a channel that is empty.
    for channel, chunks in output.items():
        if channel in socket._channels:
            chunks.append(socket.read_channel(channel))


def _exit_status(status: bytes, namespace: str, pod: str) -> int:
    if not status:
        raise EnvironmentProblem(
            f"the connection to pod {namespace}/{pod} broke before its command ended",
            remedies=["see whether the pod was restarted: `kubectl describe pod`", "try again"],
        )
    answer = json.loads(status)
    if answer.get("status") == "Success":
        return 0
    if answer.get("reason") == "NonZeroExitCode":
        for cause in answer.get("details", {}).get("causes", ()):
            if cause.get("reason") == "ExitCode":
                return int(cause["message"])
    raise ApiError.of(
        int(answer.get("code") or 500),
        answer.get("reason") or "InternalError",
        answer.get("message") or "",
        answer.get("details"),
    )
