"""What every part of one controller's process shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.operator.events import Recorder
    from pytest_kanister._kanister.operator.logging import Log
    from pytest_kanister._model.api import Api

__all__ = ["Controller"]

_POD_READY_MINUTES = 15
_TOOLS_IMAGE = "ghcr.io/kanisterio/kanister-tools:0.119.0"


@dataclass
class Controller:
    """One controller process.

    Attributes:
        api: the cluster.
        namespace: its own namespace: where it watches, and where job pods go by default.
        env: its container's environment.
        log: where it logs.
        recorder: where its events go.
        ending: True once the process is going down: what runs is then left behind as a dead
            process leaves it (job pods go on, ActionSets stay `running`).
        metrics: how its actions ended.
    """

    api: Api
    namespace: str
    env: Mapping[str, str]
    log: Log
    recorder: Recorder
    ending: bool = False
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def service_account(self) -> str:
        """The controller's own ServiceAccount; empty when not told."""
        return self.env.get("POD_SERVICE_ACCOUNT", "")

    @property
    def tools_image(self) -> str:
        """The image of functions that bring their own tools; in it is restic."""
        return self.env.get("KANISTER_TOOLS") or _TOOLS_IMAGE

    @property
    def secure_job_pods(self) -> bool:
        """Whether job pods run with the least rights."""
        return self.env.get("SECURE_DEFAULTS_FOR_JOB_PODS", "").lower() in ("true", "1", "t")

    @property
    def pod_ready_timeout_s(self) -> float:
        """How long a job pod may take to start; whole or broken minutes in the environment.

        Raises:
            KanisterError: the variable holds no number.
        """
        text = self.env.get("TIMEOUT_WORKER_POD_READY", "")
        try:
            return float(text or _POD_READY_MINUTES) * 60.0
        except ValueError:
            raise KanisterError(
                f"TIMEOUT_WORKER_POD_READY: expected minutes, found {text!r}"
            ) from None
