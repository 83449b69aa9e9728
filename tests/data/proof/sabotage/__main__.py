"""`python -m tests.data.proof.sabotage`: what the proof finds on a real server, and each miss."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from importlib import import_module
from secrets import token_hex

from pytest_kanister._backends import open_backend
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.running import Suite, unproven

KINDS = ("mysql", "mariadb", "postgresql", "redis", "files")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.data.proof.sabotage")
    parser.add_argument("--workload", choices=KINDS, action="append", help="default: all")
    parser.add_argument(
        "--digests", action="store_true", help="keep no row, as if each table were a large one"
    )
    options = parser.parse_args()
    kinds = options.workload or KINDS
    settings = Settings(full_rows=0) if options.digests else Settings()
    backend = open_backend(settings, lambda line: print(line, file=sys.stderr))
    try:
        with closing(KubeClient(backend.kubeconfig, backend.capabilities)) as kube:
            failed = [run(kind, kube, settings) for kind in kinds]
    finally:
        backend.close()
    return int(any(failed))


def run(kind: str, kube: KubeClient, settings: Settings) -> bool:
    """All alterations of one kind; whether anything is unproven."""
    suite: Suite = import_module(f"tests.data.proof.sabotage.{kind}").SUITE
    namespace = f"sabotage-{token_hex(3)}"
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    try:
        server = suite.workload(kube, settings, name="store", namespace=namespace, options={})
        server.deploy()
        server.wait_ready()
        cases = list(suite.cases(server))
        wanted = suite.wanted(server)
        lines = unproven(wanted, cases)
        for line in lines:
            print(line)
        found = sum(not case.miss for case in cases)
        print(
            f"{server.version()}: found {found} / {len(cases)}, "
            f"{len(wanted)} classes × fates and column types wanted"
        )
    finally:
        kube.delete(NAMESPACES, namespace)
    return bool(lines)


if __name__ == "__main__":
    sys.exit(main())
