"""`pytest-kanister snapshot TARGET -o FILE`: everything that must come back, as a file."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pytest_kanister._data.evidence import save_snapshot
from pytest_kanister._data.workloads.mysql.remote import snapshot_of
from pytest_kanister._kube import Address
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

VARIABLE = "PYTEST_KANISTER_PASSWORD"
_PORT = 3306


def main(arguments: Sequence[str]) -> int:
    """Runs `snapshot`; returns 0 when the file is there."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister snapshot",
        description="Reads a whole database server (rows, definitions, code, accounts) in one "
        "consistent transaction and stores it. The file holds data: only you can read it.",
        epilog=f"The password is read from --password-file or from {VARIABLE}, never from an "
        "argument, which every process of the machine could read.",
    )
    parser.add_argument("target", metavar="TARGET", help="mysql://USER@HOST[:PORT]")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the password"
    )
    chosen = parser.parse_args(arguments)
    address, user = _target(chosen.target)
    snapshot = snapshot_of(address, user, _password(chosen.password_file))
    save_snapshot(snapshot, chosen.output)
    print(f"{chosen.output}: {snapshot.summary()}")
    return 0


def _target(text: str) -> tuple[Address, str]:
    if text.startswith("kubeconfig:"):
        raise UsageProblem(
            "snapshots through a kubeconfig are not there yet; forward the database's port "
            "(kubectl port-forward) and give mysql://USER@127.0.0.1:PORT"
        )
    try:
        url = urlsplit(text)
        port = url.port or _PORT
    except ValueError as error:
        raise UsageProblem(f"target: {error}") from None
    if url.password is not None:  # not shown, as it is one
        raise UsageProblem(
            f"target: expected no password in it; put it into {VARIABLE} or a --password-file"
        )
    more = url.path.strip("/") or url.query or url.fragment
    if url.scheme != "mysql" or not url.hostname or not url.username or more:
        raise UsageProblem(f"target: expected mysql://USER@HOST[:PORT], found {text!r}")
    return Address(url.hostname, port), unquote(url.username)


def _password(file: Path | None) -> Secret:
    if file is None:
        if VARIABLE not in os.environ:
            raise UsageProblem(f"no password: set {VARIABLE} or give --password-file")
        return Secret(os.environ[VARIABLE])
    try:
        return Secret(file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"cannot read the password file {file}: {error}") from None
