"""All controllers together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pytest_kanister._cluster.controllers.deployments import Deployments
from pytest_kanister._cluster.controllers.endpoints import ServiceEndpoints
from pytest_kanister._cluster.controllers.garbage import Garbage
from pytest_kanister._cluster.controllers.jobs import Jobs
from pytest_kanister._cluster.controllers.namespaces import Definitions, Namespaces
from pytest_kanister._cluster.controllers.replicasets import ReplicaSets
from pytest_kanister._cluster.controllers.snapshots import Snapshots
from pytest_kanister._cluster.controllers.statefulsets import StatefulSets
from pytest_kanister._cluster.controllers.volumes import Volumes

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
            Snapshots(api, volumes),
            ServiceEndpoints(api),
        ):
            group.create_task(controller.run(), name=type(controller).__name__)
