"""`pytest-kanister cluster up|down|env|status`: an embedded cluster that stands on its own."""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from typing import TYPE_CHECKING

from pytest_kanister._backends import embedded
from pytest_kanister._cli.options import add_settings, settings_of
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Runs `cluster`; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="pytest-kanister cluster",
        description="An embedded cluster for kubectl, scripts and notebooks.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser(
        "up", help="start it (or find it) and print its kubeconfig's path, nothing else"
    )
    add_settings(up, ("cache", "isolation", "strict"))
    commands.add_parser("down", help="end it, and what else was kept")
    commands.add_parser("env", help="print what `eval` in a shell needs")
    commands.add_parser("status", help="what runs")
    chosen = parser.parse_args(arguments)
    if chosen.command == "up":
        cluster = embedded.open_standing(settings_of(chosen), _tell)
        print(cluster.kubeconfig)
        return 0
    return {"down": _down, "env": _env, "status": _status}[chosen.command]()


def _down() -> int:
    for cluster in embedded.standing_clusters():
        embedded.end(cluster)
        _tell(f"ended {cluster.kubeconfig.parent}")
    embedded.sweep()
    return 0


def _env() -> int:
    cluster = embedded.find_standing()
    if cluster is None:
        raise EnvironmentProblem(
            "no cluster stands", remedies=["start one: `pytest-kanister cluster up`"]
        )
    print(f"export KUBECONFIG={shlex.quote(str(cluster.kubeconfig))}")
    return 0


def _status() -> int:
    clusters = embedded.all_clusters()
    if not clusters:
        print("no cluster runs")
        return 0
    for cluster in clusters:
        age_s = max(0.0, time.time() - cluster.started)
        until = "until `cluster down` or eight idle hours" if cluster.keep else "with its test run"
        print(f"{cluster.kubeconfig}")
        print(f"  process {cluster.pid}, up {_span(age_s)}, lives {until}")
        print(f"  Kanister: {cluster.capabilities.kanister}")
        print(f"  pods kept apart by {cluster.capabilities.isolation}")
        for loss in cluster.capabilities.losses:
            print(f"  lost: {loss}")
    return 0


def _span(seconds: float) -> str:
    minutes, _ = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {int(seconds) % 60} s"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
