"""`python -m tests.data.no_false_alarm`: faithful copies of tricky servers must be equal."""

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
from tests.data.no_false_alarm.copying import Engine, alarms

KINDS = ("mysql", "mariadb", "postgresql")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.data.no_false_alarm")
    parser.add_argument("--workload", choices=KINDS, action="append", help="default: all")
    parser.add_argument("--times", type=int, default=10)
    arguments = parser.parse_args()
    settings = Settings()
    backend = open_backend(settings, lambda line: print(line, file=sys.stderr))
    false = 0
    try:
        with closing(KubeClient(backend.kubeconfig, backend.capabilities)) as kube:
            for kind in arguments.workload or KINDS:
                engine: Engine = import_module(f"tests.data.no_false_alarm.{kind}").ENGINE
                namespace = f"copies-{token_hex(3)}"
                metadata = {"name": namespace}
                kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
                try:
                    found = list(alarms(engine, kube, settings, namespace, arguments.times))
                finally:
                    kube.delete(NAMESPACES, namespace)
                bad = [diff for diff in found if diff]
                for diff in bad[:1]:
                    print(diff)
                false += len(bad)
                datasets = " and ".join(engine.datasets)
                print(f"{kind}: {len(found)} copies of {datasets}, {len(bad)} false alarms")
    finally:
        backend.close()
    return int(false > 0)


if __name__ == "__main__":
    sys.exit(main())
