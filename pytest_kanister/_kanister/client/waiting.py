"""The wait for an ActionSet's end, and the early word when it cannot come."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pytest_kanister._base.polling import Deadline
from pytest_kanister._kanister.client.intake import objections
from pytest_kanister._kanister.client.messages import unfold, ways_out, without_details
from pytest_kanister._kanister.client.operator import OperatorWatch
from pytest_kanister._kanister.client.positions import locate
from pytest_kanister._kanister.client.tasks import TaskPods
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import ActionSetFailed, ActionSetTimeout, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["wait_actionset"]

E = TypeVar("E", ActionSetFailed, ActionSetTimeout)

_SILENCE_S = 3.0
"""Kanister writes a status within milliseconds; an ActionSet that it finds invalid gets none."""

_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.5, 2.0
"""How often pods are looked at while the ActionSet is watched."""

_EVENTS = 12
_SEEN = "what was seen"
"""Before what we say ourselves, not Kanister."""


def wait_actionset(
    kube: KubeClient,
    name: str,
    *,
    namespace: str = "kanister",
    timeout_s: float,
    blueprint: Blueprint | None = None,
    on_progress: Callable[[str], None] = lambda _line: None,
) -> Object:
    """Waits until an ActionSet is complete.

    Args:
        kube: the cluster.
        name: the ActionSet.
        namespace: the controller's namespace.
        timeout_s: how long it may take.
        blueprint: what it runs, for positions in errors.
        on_progress: gets a line when a phase begins.

    Returns:
        The ActionSet as it ended.

    Raises:
        ActionSetFailed: it failed, Kanister will never take it up, or its operator was
            restarted under it.
        ActionSetTimeout: it did neither in time.
        EnvironmentProblem: a pod of its phases cannot start, or no operator runs.
        NotFound: it was deleted.
    """
    wait = _Wait(kube, name, namespace, blueprint, on_progress)
    deadline = Deadline(timeout_s)
    look_s = _FIRST_LOOK_S
    while True:
        ended = kube.wait_for(
            ACTIONSETS,
            name,
            namespace,
            wait.look,
            timeout_s=max(0.01, min(look_s, deadline.left_s)),
        )
        if ended is not None:
            if ended["status"]["state"] == "complete":
                return ended
            raise wait.failed(ended)
        wait.look_around(deadline.elapsed_s)
        if deadline.passed:
            raise wait.timed_out(timeout_s)
        look_s = min(look_s * 1.5, _LONGEST_LOOK_S)


class _Wait:
    """What one wait has seen so far."""

    def __init__(
        self,
        kube: KubeClient,
        name: str,
        namespace: str,
        blueprint: Blueprint | None,
        on_progress: Callable[[str], None],
    ) -> None:
        self._kube = kube
        self._name = name
        self._namespace = namespace
        self._blueprint = blueprint
        self._on_progress = on_progress
        self._seen: Object = {}
        self._told = ""
        self._tasks = TaskPods(kube, name)
        self._operator = OperatorWatch(kube, namespace)

    def look(self, obj: Object | None) -> Object | None:
        """Takes note of a change; the ActionSet once its state is final."""
        if obj is None:
            raise NotFound(
                404,
                "NotFound",
                f'actionsets.cr.kanister.io "{self._name}" not found in namespace '
                f"{self._namespace}: it was deleted, which cancels what it ran",
            )
        self._seen = obj
        status = obj.get("status") or {}
        phase = (status.get("progress") or {}).get("runningPhase") or ""
        if phase and phase != self._told:
            self._told = phase
            percent = status["progress"].get("percentCompleted") or "0"
            self._on_progress(f"{self._name}: phase {phase} ({percent} % done)")
        return obj if status.get("state") in ("complete", "failed") else None

    def look_around(self, elapsed_s: float) -> None:
        """Looks for reasons why the end will not come."""
        status = self._seen.get("status") or {}
        if not status and elapsed_s > _SILENCE_S:
            found = objections(self._seen)
            if found:
                raise self._error(
                    ActionSetFailed,
                    "Kanister gives this ActionSet no status, as it finds it invalid "
                    "(only its log says so):\n" + "\n".join(found),
                    _SEEN,
                )
            self._operator.require_running()
        self._tasks.look()
        restart = self._operator.restarted()
        if restart and status.get("state") == "running":
            raise self._error(
                ActionSetFailed,
                f"the operator was restarted while this ActionSet ran ({restart}); Kanister "
                "never takes up an ActionSet again that it finds running",
                _SEEN,
                (
                    f"see why it ended: `kubectl -n {self._namespace} describe pods`",
                    "then create another ActionSet",
                ),
            )

    def failed(self, obj: Object) -> ActionSetFailed:
        """The error for an ActionSet in state `failed`."""
        status = obj["status"]
        message = (status.get("error") or {}).get("message") or "(no error message)"
        return self._error(ActionSetFailed, message)

    def timed_out(self, timeout_s: float) -> ActionSetTimeout:
        """The error for an ActionSet without an end."""
        status = self._seen.get("status") or {}
        state = status.get("state") or "without status"
        text = f"still {state} after {timeout_s:.0f} s"
        running = (status.get("progress") or {}).get("runningPhase")
        if running:
            text += f", in phase {running}"
        pods = self._tasks.describe()
        if pods:
            text += f"; its pods: {pods}"
        more = ("more time: --kanister-actionset-timeout-s",)
        return self._error(ActionSetTimeout, text, _SEEN, more)

    def _error(
        self,
        kind: type[E],
        message: str,
        speaker: str = "Kanister says",
        remedies: tuple[str, ...] = (),
    ) -> E:
        action, phase = _culprit(self._seen)
        where = locate(self._blueprint, action, phase, message) if self._blueprint else ""
        return kind(
            self._name,
            namespace=self._namespace,
            action=action,
            phase=phase,
            message=message,
            where=where,
            evidence=self._evidence(without_details(message)),
            told=unfold(message),
            remedies=remedies or ways_out(message),
            speaker=speaker,
        )

    def _evidence(self, told: str) -> str:
        """Events, but for those that only repeat what is told anyway, and the pods' last lines."""
        lines = [
            f"{event.get('type', '')} {event.get('reason', '')}: {_short(event.get('message', ''))}"
            for event in self._kube.events(self._namespace, "ActionSet", self._name)[-_EVENTS:]
            if told not in event.get("message", "")
        ]
        return "\n".join(lines + self._tasks.evidence())


def _culprit(obj: Object) -> tuple[str, str]:
    """Action and phase that failed, else that run, else the first action."""
    planned = (obj.get("spec") or {}).get("actions") or [{}]
    done = (obj.get("status") or {}).get("actions") or ()
    for state in ("failed", "running"):
        for action in done:
            phases = list(action.get("phases") or ())
            if (action.get("deferPhase") or {}).get("name"):
                phases.append(action["deferPhase"])
            for phase in phases:
                if phase.get("state") == state:
                    return action.get("name", ""), phase.get("name", "")
    return planned[0].get("name", ""), ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:297] + "..."
