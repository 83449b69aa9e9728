"""Talking to a Redis server: whole answers as bytes, its refusals as our errors."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_kanister._kube import Address
    from pytest_kanister._model.secret import Secret

__all__ = ["Refused", "Server", "connect"]

TIMEOUT_S = 60.0

_BATCH = 500
"""Commands on their way at once: enough to hide the network, few enough for any buffer."""

Word = bytes | str | int


class Refused(UsageProblem):
    """The server's `-ERR …` to a command."""


class Server:
    """One connection, used for one thing at a time.

    Answers are the protocol's own: bytes, numbers, None and lists.  The driver's commands turn
    them into other things (scores into floats, streams into dictionaries), which loses some.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def ask(self, *words: Word) -> Any:
        """One command's answer.

        Raises:
            Refused: the server said no.
            EnvironmentProblem: it did not answer.
        """
        return next(self.ask_all([words]))

    def ask_all(self, commands: Iterable[Sequence[Word]]) -> Iterator[Any]:
        """Answers in the commands' order, many commands on their way at once."""
        batch: list[Sequence[Word]] = []
        for command in commands:
            batch.append(command)
            if len(batch) == _BATCH:
                yield from self._answers(batch)
                batch.clear()
        yield from self._answers(batch)

    def _answers(self, batch: list[Sequence[Word]]) -> Iterator[Any]:
        from redis.exceptions import RedisError, ResponseError

        refusal: Refused | None = None
        answers = []
        try:
            if batch:
                self._connection.send_packed_command(self._connection.pack_commands(batch))
            for command in batch:
                try:
                    answers.append(self._connection.read_response())
                except ResponseError as error:
                    # The rest is read before it is told, or the next answer were an old one.
                    refusal = refusal or Refused(f"redis refused {_shown(command)}: {error}")
        except (RedisError, OSError) as error:
            raise EnvironmentProblem(
                f"redis does not answer any more: {error}",
                remedies=["see whether its pod still runs and what it says"],
            ) from error
        if refusal:
            raise refusal
        yield from answers


@contextmanager
def connect(address: Address, password: Secret) -> Iterator[Server]:
    """A connection as the user `default`, in database 0.

    Raises:
        EnvironmentProblem: nobody answers, the password is wrong, or the driver is missing.
    """
    try:
        from redis.connection import Connection
        from redis.exceptions import RedisError
    except ImportError:
        raise EnvironmentProblem(
            "the workload redis needs the Python package redis",
            remedies=["pip install 'pytest-kanister[redis]'"],
        ) from None
    connection: Any = Connection(  # type: ignore[no-untyped-call] # the driver's gap
        host=address.host,
        port=address.port,
        password=password.reveal(),
        protocol=2,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
    )
    try:
        connection.connect()
        yield Server(connection)
    except (RedisError, OSError) as error:
        raise EnvironmentProblem(
            f"redis at {address.host}:{address.port} does not let us in: {error}",
            remedies=["see whether its pod runs, and whether the Secret holds its password"],
        ) from error
    finally:
        connection.disconnect()


def _shown(command: Sequence[Word]) -> str:
    """The command's words without its data: whatever follows may be a secret."""
    first = command[0]
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
