"""All controllers together."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from pytest_kanister._cluster.controllers.deployments import Deployments
from pytest_kanister._cluster.controllers.endpoints import ServiceEndpoints
from pytest_kanister._cluster.controllers.garbage import Garbage
from pytest_kanister._cluster.controllers.jobs import Jobs
from pytest_kanister._cluster.controllers.namespaces import Definitions, Namespaces
from pytest_kanister._cluster.controllers.replicasets import ReplicaSets
from pytest_kanister._cluster.controllers.statefulsets import StatefulSets
from pytest_kanister._cluster.controllers.volumes import Volumes
from pytest_kanister._model.resources import VOLUMESNAPSHOTS

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_kanister._model.api import Api

__all__ = ["run_controllers"]


async def run_controllers(api: Api, *, volumes: Path) -> None:
    """Runs every controller until cancelled.

    Args:
        api: the cluster.
        volumes: folder under which each claim's volume gets a folder of its own (mode 0700),
            removed with the claim; copies of them are kept in the folder `snapshots` beside it.

    Raises:
        ExceptionGroup: a controller has a bug; refusals of the API are retried, not raised.
    """
    async with asyncio.TaskGroup() as group:
        for controller in (
            Namespaces(api),
            Definitions(api),
            Garbage(api),
            StatefulSets(api),
            Deployments(api),
            ReplicaSets(api),
            Jobs(api),
            Volumes(api, volumes),
            ServiceEndpoints(api),
        ):
            group.create_task(controller.run(), name=type(controller).__name__)
        group.create_task(_snapshots(api, volumes), name="Snapshots")


async def _snapshots(api: Api, volumes: Path) -> None:
    """Few clusters ever see a snapshot: their controller is loaded with the first one."""
    async with aclosing(api.watch(VOLUMESNAPSHOTS)) as changes:  # type: ignore[type-var]  # an async generator
        async for _ in changes:
            break
    from pytest_kanister._cluster.controllers.snapshots import Snapshots

    await Snapshots(api, volumes).run()
