"""`python -m tests.data.proof.sabotage`: what the proof finds on a real server, and each miss."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from secrets import token_hex

from pytest_kanister._backends import open_backend
from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from tests.data.proof.sabotage.running import accounts, definitions, values


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.data.proof.sabotage")
    parser.add_argument("--workload", choices=["mysql"], default="mysql")
    parser.parse_args()
    settings = Settings()
    backend = open_backend(settings, lambda line: print(line, file=sys.stderr))
    try:
        with closing(KubeClient(backend.kubeconfig, backend.capabilities)) as kube:
            namespace = f"sabotage-{token_hex(3)}"
            metadata = {"name": namespace}
            kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
            server = MySQL(kube, settings, name="store", namespace=namespace, options={})
            server.deploy()
            server.wait_ready()
            found = total = 0
            for group in (values, definitions, accounts):
                for case in group(server):
                    total += 1
                    found += not case.miss
                    if case.miss:
                        print(f"MISS {case.name}: {case.miss}")
            print(f"{server.version()}: found {found} / {total}")
    finally:
        backend.close()
    return 0 if found == total else 1


if __name__ == "__main__":
    sys.exit(main())
