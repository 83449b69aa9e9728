"""`mysql://USER@HOST:PORT`: a server that somebody runs, as an argument."""

from __future__ import annotations

import argparse
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from pytest_kanister._data.evidence.runs import RunFile
from pytest_kanister._data.proof import Collector
from pytest_kanister._data.proof.collect import FULL_ROWS
from pytest_kanister._kube import Address
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from pytest_kanister._data.proof import Snapshot

__all__ = ["PASSWORD_NOTE", "add_reading_options", "is_target", "snapshot_of"]

VARIABLE = "PYTEST_KANISTER_PASSWORD"
PASSWORD_NOTE = (
    f"The password is read from --password-file or from {VARIABLE}, never from an argument, "
    "which every process of the machine could read."
)
_PORTS = {"mysql": 3306, "postgresql": 5432}
_FORM = " or ".join(f"{scheme}://USER@HOST[:PORT]" for scheme in _PORTS)


class _Target(NamedTuple):
    scheme: str
    address: Address
    user: str


def is_target(text: str) -> bool:
    """Whether an argument means a server; a file called so is given as `./mysql:…`."""
    return text.startswith((*(f"{scheme}:" for scheme in _PORTS), "kubeconfig:"))


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """`--password-file` and `--full-rows`."""
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the password"
    )
    parser.add_argument(
        "--full-rows",
        type=_count,
        default=FULL_ROWS,
        metavar="N",
        help=f"rows of one table that are kept whole (default {FULL_ROWS}); larger ones are kept "
        "as digests: of rows that are gone only the key is shown",
    )


def snapshot_of(text: str, chosen: argparse.Namespace) -> Snapshot:
    """Everything on that server.

    Args:
        text: the argument.
        chosen: options of `add_reading_options`.

    Raises:
        UsageProblem: no such target, no password, or an account that does not see everything.
        EnvironmentProblem: nobody answers, or a driver is missing.
        Unverified: the server's content cannot be compared exactly.
    """
    target = _parsed(text)
    password = _password(chosen.password_file)
    collector = Collector(RunFile().table, full_rows=chosen.full_rows)
    if target.scheme == "mysql":
        from pytest_kanister._data.workloads.mysql import remote

        return remote.snapshot_of(target.address, target.user, password, collector)
    from pytest_kanister._data.workloads.postgresql.connection import Login, connect
    from pytest_kanister._data.workloads.postgresql.snapshots import take_snapshot

    opened = partial(connect, Login(target.address, password, target.user))
    return take_snapshot(opened, collector, opened)


def _parsed(text: str) -> _Target:
    if text.startswith("kubeconfig:"):
        raise UsageProblem(
            "snapshots through a kubeconfig are not there yet; forward the database's port "
            "(kubectl port-forward) and give mysql://USER@127.0.0.1:PORT"
        )
    try:
        url = urlsplit(text)
        port = url.port or _PORTS.get(url.scheme, 0)
    except ValueError as error:
        raise UsageProblem(f"target: {error}") from None
    if url.password is not None:  # not shown, as it is one
        raise UsageProblem(
            f"target: expected no password in it; put it into {VARIABLE} or a --password-file"
        )
    more = url.path.strip("/") or url.query or url.fragment
    if url.scheme not in _PORTS or not url.hostname or not url.username or more:
        raise UsageProblem(f"target: expected {_FORM}, found {text!r}")
    return _Target(url.scheme, Address(url.hostname, port), unquote(url.username))


def _password(file: Path | None) -> Secret:
    if file is None:
        if VARIABLE not in os.environ:
            raise UsageProblem(f"no password: set {VARIABLE} or give --password-file")
        return Secret(os.environ[VARIABLE])
    try:
        return Secret(file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"cannot read the password file {file}: {error}") from None


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, found {text}")
    return number
