"""A faithful copy of a server: its volume, byte for byte, under a second server.

The first is stopped in peace, a pod copies its volume to a new claim, and both are started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.volumes import (
    run_on_volumes,
    start_stateful_set,
    stop_stateful_set,
)
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import SECRETS
from pytest_kanister._model.settings import Settings

__all__ = ["Engine", "alarms", "copied"]

LIMIT_S = 60.0


@dataclass(frozen=True)
class Engine:
    """What is particular to one kind of workload.

    Attributes:
        workload: its class.
        datasets: loaded one after the other before the copy.
        image: has `sh` and `cp`; the workload's own.
        claim: name of the volume's claim by the workload's name.
    """

    workload: type[Workload]
    datasets: tuple[str, ...]
    image: str
    claim: Callable[[str], str]


def alarms(
    engine: Engine, kube: KubeClient, settings: Settings, namespace: str, times: int
) -> Iterator[Diff]:
    """Copies a server with the datasets `times` times; each time what differs."""
    server = engine.workload(kube, settings, name="first", namespace=namespace, options={})
    server.deploy()
    server.wait_ready()
    for dataset in engine.datasets:
        server.seed(dataset)
    for number in range(times):
        before = server.snapshot()
        with copied(engine, kube, settings, server, f"copy-{number}") as copy:
            yield compare(before, copy.snapshot())
    server.remove()


@contextmanager
def copied(
    engine: Engine, kube: KubeClient, settings: Settings, server: Workload, name: str
) -> Iterator[Workload]:
    """A second server on a copy of the first one's volume; both run."""
    namespace = server.namespace
    copy = engine.workload(kube, settings, name=name, namespace=namespace, options={})
    stop_stateful_set(kube, namespace, server.target.name, timeout_s=LIMIT_S)
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": engine.claim(name), "namespace": namespace},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
    )
    claims = {"from": engine.claim(server.name), "to": engine.claim(name)}
    script = "cp -a /volumes/from/. /volumes/to/"
    run_on_volumes(kube, namespace, engine.image, claims, script, timeout_s=LIMIT_S)
    copy.deploy()
    # Passwords lie in the volume, so both servers have the first one's.
    kept = kube.get(SECRETS, _secret(server), namespace)["data"]
    kube.patch(SECRETS, _secret(copy), {"data": kept}, namespace)
    start_stateful_set(kube, namespace, server.target.name)
    copy.wait_ready()
    server.wait_ready()
    try:
        yield copy
    finally:
        copy.remove()


def _secret(server: Workload) -> str:
    (secret,) = server.secrets.values()
    return secret.name
