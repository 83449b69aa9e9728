"""KubeTask: a command in a pod of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.jobs import job_pod
from pytest_kanister._kanister.operator.pods import pod_options

if TYPE_CHECKING:
    from pytest_kanister._kanister.operator.functions.call import Call

__all__ = ["run"]


async def run(call: Call) -> dict[str, Any]:
    """Output: the key-value pairs of the pod's log, stdout and stderr mixed."""
    async with job_pod(call, pod_options(call, "kanister-job-", job_label=True)) as job:
        await job.wait_started()
        output = await job.read_output()
        await job.wait_completed()
        return output
