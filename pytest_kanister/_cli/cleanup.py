"""`pytest-kanister cleanup`: finds and removes what runs have left, here and on a cluster."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pytest_kanister._backends.kubeconfig.cleaning import clean
from pytest_kanister._backends.machine import clean_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `cleanup`; returns 0 when nothing of ours is left, else 1."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister cleanup",
        description="Removes what killed runs have left on this machine (processes, folders, "
        "containers, kind clusters), and with --context what they left on that cluster: "
        "namespaces that they made, and objects with their label elsewhere. A run there whose "
        "process is not known to have ended is only listed, unless it is named or --all is given.",
    )
    parser.add_argument("--context", default="", metavar="NAME", help="a cluster, too")
    parser.add_argument("--kanister-cache", default="", metavar="FOLDER")
    parser.add_argument("--kubeconfig", default="", metavar="FILE")
    parser.add_argument("--run", default="", metavar="RUN", help="this run only, whoever's it is")
    parser.add_argument("--all", action="store_true", help="also runs that may still go on")
    parser.add_argument("--list", action="store_true", help="remove nothing")
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        metavar="NAME",
        help="look there too, beside the namespaces that are labelled for us",
    )
    chosen = parser.parse_args(arguments)
    if not chosen.context:
        on_cluster = [
            flag
            for flag, given in (
                ("--kubeconfig", chosen.kubeconfig),
                ("--run", chosen.run),
                ("--all", chosen.all),
                ("--list", chosen.list),
                ("--namespace", chosen.namespace),
            )
            if given
        ]
        if on_cluster:
            parser.error(f"{', '.join(on_cluster)} means a cluster: name its --context, too")
    if not chosen.list:
        clean_machine(chosen.kanister_cache, print)
    if not chosen.context:
        print("nothing of ours is left on this machine")
        return 0
    left = clean(
        chosen.kubeconfig,
        chosen.context,
        print,
        run=chosen.run,
        everything=chosen.all,
        only_list=chosen.list,
        named=chosen.namespace,
    )
    print(f"{left} runs have something on the cluster" if left else "nothing of ours is left")
    return 1 if left else 0
