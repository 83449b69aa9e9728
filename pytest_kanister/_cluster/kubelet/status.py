"""A pod's status from the states of its containers, by the kubelet's rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.kubelet.events import now

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ContainerState", "pod_phase", "pod_status"]


@dataclass
class ContainerState:
    """What is told about one container; `current` and `last` are states as Kubernetes has them."""

    name: str
    image: str
    current: dict[str, Any] = field(default_factory=lambda: _waiting("ContainerCreating"))
    last: dict[str, Any] = field(default_factory=dict)
    ready: bool = False
    restarts: int = 0
    run_id: str = ""

    def wait(self, reason: str, message: str = "") -> None:
        """The container waits."""
        self.ready = False
        self.current = _waiting(reason, message)

    def run(self, run_id: str) -> None:
        """The container runs since now."""
        self.run_id = run_id
        self.current = {"running": {"startedAt": now()}}

    def end(self, exit_code: int, *, ready: bool = False) -> None:
        """The container ended now; `ready` is true for an init container that did its work."""
        started = self.current.get("running", {}).get("startedAt", now())
        ended = {
            "exitCode": exit_code,
            "reason": "Error" if exit_code else "Completed",
            "startedAt": started,
            "finishedAt": now(),
            "containerID": self.run_id,
        }
        self.ready = ready
        self.current = {"terminated": ended}

    @property
    def exit_code(self) -> int | None:
        """The exit code once it has ended, else None."""
        ended = self.current.get("terminated")
        return None if ended is None else int(ended["exitCode"])

    @property
    def was_started(self) -> bool:
        """Whether it runs, or ran before."""
        return "running" in self.current or "terminated" in self.current or bool(self.last)

    def to_status(self) -> dict[str, Any]:
        """The entry in `containerStatuses`."""
        return {
            "name": self.name,
            "image": self.image,
            "imageID": self.image,
            "containerID": self.run_id,
            "ready": self.ready,
            "started": "running" in self.current,
            "restartCount": self.restarts,
            "state": self.current,
            "lastState": self.last,
        }


def pod_phase(
    policy: str, initial: Sequence[ContainerState], main: Sequence[ContainerState]
) -> str:
    """Pending, Running, Succeeded or Failed, as the kubelet's getPhase decides."""
    if any(state.exit_code not in (0, None) and policy == "Never" for state in initial):
        return "Failed"
    if any(state.exit_code != 0 for state in initial):
        return "Pending"
    codes = [state.exit_code for state in main]
    if None not in codes and policy != "Always":
        if not any(codes):
            return "Succeeded"
        if policy == "Never":
            return "Failed"
    return "Running" if any(state.was_started for state in main) else "Pending"


def pod_status(
    *,
    ip: str,
    policy: str,
    started: str,
    initial: Sequence[ContainerState],
    main: Sequence[ContainerState],
    previous: dict[str, Any],
) -> dict[str, Any]:
    """The whole status; conditions keep the time of their last change from `previous`."""
    phase = pod_phase(policy, initial, main)
    initialised = all(state.exit_code == 0 for state in initial)
    unready = [state.name for state in main if not state.ready]
    ended = "PodCompleted" if phase == "Succeeded" else "PodFailed" if phase == "Failed" else ""
    listed = f"containers with unready status: [{' '.join(unready)}]"
    why = (ended, "") if ended else ("ContainersNotReady", listed)
    conditions = [
        _condition("PodScheduled", holds=True),
        _condition("Initialized", holds=initialised, why=("ContainersNotInitialized", "")),
        _condition("ContainersReady", holds=not unready, why=why),
        _condition("Ready", holds=not unready, why=why),
    ]
    before = {entry["type"]: entry for entry in previous.get("conditions") or []}
    for condition in conditions:
        old = before.get(condition["type"])
        same = old is not None and old["status"] == condition["status"]
        condition["lastTransitionTime"] = (
            old["lastTransitionTime"] if same and old is not None else now()
        )
    status: dict[str, Any] = {
        "phase": phase,
        "podIP": ip,
        "podIPs": [{"ip": ip}],
        "hostIP": "127.0.0.1",
        "hostIPs": [{"ip": "127.0.0.1"}],
        "startTime": started,
        "conditions": conditions,
        "containerStatuses": [state.to_status() for state in main],
    }
    if initial:
        status["initContainerStatuses"] = [state.to_status() for state in initial]
    return status


def _condition(kind: str, *, holds: bool, why: tuple[str, str] = ("", "")) -> dict[str, Any]:
    condition: dict[str, Any] = {"type": kind, "status": "True" if holds else "False"}
    if not holds and why[0]:
        condition["reason"] = why[0]
        if why[1]:
            condition["message"] = why[1]
    return condition


def _waiting(reason: str, message: str = "") -> dict[str, Any]:
    state = {"reason": reason}
    if message:
        state["message"] = message
    return {"waiting": state}
