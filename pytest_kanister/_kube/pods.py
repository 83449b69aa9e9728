"""Pods: waiting until one is ready and answers, and hearing at once that it never will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pytest_kanister._kube.client import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["pod_evidence", "wait_pod_answers", "wait_pod_ready"]

# Reasons for which a kubelet keeps a container waiting that time alone does not mend.
_HOPELESS = {
    "CrashLoopBackOff": "its program ends again and again; see what it says",
    "CreateContainerConfigError": "a Secret or ConfigMap that it reads is missing; create it",
    "CreateContainerError": "see the pod's events; the container cannot be made",
    "ErrImageNeverPull": "make the image available on the node",
    "ErrImagePull": "name an image that can be fetched here, or make its registry reachable",
    "ImagePullBackOff": "name an image that can be fetched here, or make its registry reachable",
    "InvalidImageName": "mend the image's name",
    "RunContainerError": "see the pod's events; its program cannot be started",
}

_CRASHES = 3
"""A server may lose a race for a port once, and be started again; three times is no accident."""


def wait_pod_ready(kube: KubeClient, namespace: str, name: str, *, timeout_s: float) -> Object:
    """The pod, once its condition Ready is True.

    Raises:
        EnvironmentProblem: it cannot become ready (unknown image, crash …), told as soon as the
            pod's status says so; or it did not in time.
    """

    def look(pod: Object | None) -> Object | None:
        if pod is None:
            return None
        for container, entry in _waiting(pod):
            reason, message = entry.get("reason", ""), entry.get("message", "")
            if reason == "CrashLoopBackOff" and container.get("restartCount", 0) + 1 < _CRASHES:
                continue
            if reason in _HOPELESS:
                said = f": {message}" if message else ""
                last = container.get("lastState", {}).get("terminated")
                if last:
                    said += f" (exit status {last.get('exitCode')}, {last.get('reason')})"
                raise EnvironmentProblem(
                    f"pod {namespace}/{name} cannot start: {container['name']}: {reason}{said}",
                    evidence=pod_evidence(kube, namespace, name),
                    remedies=[_HOPELESS[reason]],
                )
        if pod.get("status", {}).get("phase") == "Failed":
            raise EnvironmentProblem(
                f"pod {namespace}/{name} has failed",
                evidence=pod_evidence(kube, namespace, name),
                remedies=["see its output above; mend what it complains about"],
            )
        return pod if _is_ready(pod) else None

    pod = kube.wait_for(PODS, name, namespace, look, timeout_s=timeout_s)
    if pod is None:
        raise EnvironmentProblem(
            f"pod {namespace}/{name} was not ready after {timeout_s:.0f} s",
            evidence=pod_evidence(kube, namespace, name),
            remedies=[
                f"see why: `kubectl -n {namespace} describe pod {name}`",
                "give it more time: --kanister-ready-timeout-s",
            ],
        )
    return pod


def wait_pod_answers(
    kube: KubeClient,
    namespace: str,
    name: str,
    ask: Callable[[], object],
    *,
    timeout_s: float,
    failure: str,
    not_yet: tuple[type[Exception], ...] = (EnvironmentProblem,),
) -> None:
    """Until the pod is ready, and its server has answered `ask`.

    Args:
        kube: the cluster.
        namespace: the pod's.
        name: the pod's.
        ask: asks the server; an answer is that it comes to its end.
        timeout_s: for both together.
        failure: who did not do what, in words: `MySQL shop/store did not answer`.
        not_yet: what `ask` raises as long as it is worth asking again.

    Raises:
        EnvironmentProblem: as `wait_pod_ready` says, or `failure` with the last reason.
    """
    deadline = Deadline(timeout_s)
    wait_pod_ready(kube, namespace, name, timeout_s=deadline.left_s)
    last: list[Exception] = []

    def answers() -> bool | None:
        try:
            ask()
        except not_yet as error:
            last[:] = [error]
            return None
        return True

    if not wait_until(answers, deadline):
        raise EnvironmentProblem(
            f"{failure} after {deadline.timeout_s:.0f} s: {last[0]}",
            evidence=pod_evidence(kube, namespace, name),
            remedies=["see what the server says above", "--kanister-ready-timeout-s gives more"],
        )


def pod_evidence(kube: KubeClient, namespace: str, name: str, *, lines: int = 20) -> str:
    """Events and last output of a pod, as far as the API still has them."""
    return "\n".join([*_events(kube, namespace, name), *_output(kube, namespace, name, lines)])


def _events(kube: KubeClient, namespace: str, name: str) -> Iterator[str]:
    try:
        for event in kube.events(namespace, "Pod", name):
            yield f"event {event.get('reason', '')}: {event.get('message', '')}"
    except ApiError as error:
        yield f"(no events: {error})"


def _output(kube: KubeClient, namespace: str, name: str, lines: int) -> Iterator[str]:
    try:
        yield from kube.logs(namespace, name, tail_lines=lines).splitlines()
    except ApiError as error:
        yield f"(no output: {error})"


def _waiting(pod: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    status = pod.get("status", {})
    for kind in ("initContainerStatuses", "containerStatuses"):
        for entry in status.get(kind) or ():
            waiting = entry.get("state", {}).get("waiting")
            if waiting:
                yield entry, waiting


def _is_ready(pod: Mapping[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(c.get("type") == "Ready" and c.get("status") == "True" for c in conditions)
