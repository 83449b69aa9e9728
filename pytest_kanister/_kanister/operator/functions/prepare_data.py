"""PrepareData: a command in a pod that mounts the workload's volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.jobs import job_pod
from pytest_kanister._kanister.operator.pods import pod_options

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]

_WORKLOADS = ("Deployment", "StatefulSet", "DeploymentConfig")


async def run(call: Call) -> dict[str, Any] | None:
    """Output: the key-value pairs of the pod's log.

    Without `failOnError` the command's exit status is ignored: so it is in Kanister.
    """
    options = pod_options(call, "prepare-data-job-")
    options.service_account = call.text("serviceaccount", "")
    options.volumes = call.strings("volumes") if call.has("volumes") else _volumes(call)
    if not options.volumes:
        options.volumes = _volumes(call)
    fail_on_error = call.truth("failOnError", default=False)
    async with job_pod(call, options) as job:
        await job.wait_started()
        output = await job.read_output()
        if fail_on_error:
            await job.wait_completed()
        return output or None


def _volumes(call: Call) -> dict[str, str]:
    """Every claim of the action's workload, mounted under one folder."""
    for kind in _WORKLOADS:
        workload = call.params.plain.get(kind)
        if workload is None:
            continue
        claims = {
            claim for mounts in workload["PersistentVolumeClaims"].values() for claim in mounts
        }
        if not claims:
            raise KanisterError("No volumes found")
        return {claim: f"/mnt/prepare_data/{claim}" for claim in sorted(claims)}
    raise KanisterError("Failed to get volumes")
