"""The pods that an ActionSet's phases create: can they start, and what did they say last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.client.actionsets import JOB_LABEL
from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["CREATED_BY", "TaskPods"]

CREATED_BY = "createdBy=kanister"
"""Kanister's label on every pod that it makes."""

_IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull")
_OTHER_REASONS = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")

_TAIL_LINES = 20


class TaskPods:
    """What is known of one ActionSet's pods; `look` brings it up to date."""

    def __init__(self, kube: KubeClient, actionset: str) -> None:
        self._kube = kube
        self._actionset = actionset
        self._phases: dict[str, str] = {}
        self._tails: dict[str, str] = {}

    def look(self) -> None:
        """Looks at every pod once.

        Raises:
            EnvironmentProblem: one of them cannot start.
        """
        self._phases.clear()
        for pod in self._pods():
            metadata = pod["metadata"]
            job = (metadata.get("labels") or {}).get(JOB_LABEL)
            # Without the label (only tasks get it) the pod may be another ActionSet's: it is
            # looked at all the same, as it cannot start for anybody.  Where others have their own
            # ActionSets it is none of our business.
            if job is None and self._kube.capabilities.shared:
                continue
            if job is not None and job != self._actionset[-63:].lstrip("-."):
                continue
            name = f"{metadata['namespace']}/{metadata['name']}"
            phase = pod.get("status", {}).get("phase", "")
            self._phases[name] = phase
            self._require_startable(pod)
            if phase in ("Running", "Failed") and job is not None:
                self._take_tail(pod, name)

    def _pods(self) -> list[Object]:
        """Everywhere, or where we work: nobody there need let us look further."""
        capabilities = self._kube.capabilities
        if not capabilities.namespaces:
            return self._kube.list(PODS, label_selector=CREATED_BY)
        places = dict.fromkeys((*capabilities.namespaces, capabilities.kanister_namespace))
        return [
            pod
            for place in places
            for pod in self._kube.list(PODS, place, label_selector=CREATED_BY)
        ]

    def describe(self) -> str:
        """The pods that are there, in words; empty when there are none."""
        return ", ".join(f"{name} {phase}" for name, phase in sorted(self._phases.items()))

    def evidence(self) -> list[str]:
        """The last lines of each pod that was seen."""
        lines = []
        for name, tail in sorted(self._tails.items()):
            lines.append(f"last lines of pod {name}:")
            lines += [f"  {line}" for line in tail.splitlines()]
        return lines

    def _require_startable(self, pod: Object) -> None:
        status = pod.get("status", {})
        containers = (status.get("initContainerStatuses") or []) + (
            status.get("containerStatuses") or []
        )
        for entry in containers:
            waiting = (entry.get("state") or {}).get("waiting") or {}
            reason = waiting.get("reason", "")
            if reason in _IMAGE_REASONS:
                image = entry.get("image") or "(none)"
                raise self._cannot_start(
                    pod,
                    f"the image {image} cannot be had ({reason})",
                    waiting.get("message", ""),
                    self._image_remedies(image),
                )
            if reason in _OTHER_REASONS:
                raise self._cannot_start(
                    pod,
                    f"its container {entry.get('name')} cannot be made ({reason})",
                    waiting.get("message", ""),
                    ["see that the Secrets, ConfigMaps and volumes it names exist"],
                )

    def _image_remedies(self, image: str) -> list[str]:
        if self._kube.capabilities.backend == "embedded":
            return [
                "if no registry that this machine reaches has it, map it onto one that is known: "
                f"PYTEST_KANISTER_IMAGE_MAP='{image}=KNOWN' "
                "(ghcr.io/kanisterio/mysql-sidecar, kanister-tools, bash …)",
            ]
        return ["see whether the nodes can pull it, and which pull secret the pod has"]

    def _cannot_start(
        self, pod: Object, what: str, said: str, remedies: list[str]
    ) -> EnvironmentProblem:
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        events = [
            f"{event.get('reason', '')}: {event.get('message', '')}"
            for event in self._kube.events(namespace, "Pod", name)
            if event.get("type") == "Warning" and not (said and said in event.get("message", ""))
        ]
        return EnvironmentProblem(
            f"pod {namespace}/{name}, which a phase of ActionSet {self._actionset} runs in, "
            f"cannot start: {what}",
            evidence="\n".join(dict.fromkeys([said, *events] if said else events)),
            remedies=[*remedies, f"`kubectl -n {namespace} describe pod {name}`"],
        )

    def _take_tail(self, pod: Object, name: str) -> None:
        namespace, pod_name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        container = pod["spec"]["containers"][0]["name"]
        try:
            tail = self._kube.logs(namespace, pod_name, container=container, tail_lines=_TAIL_LINES)
        except ApiError:
            return  # it ended and went between the two calls: what was taken before stays
        if tail:
            self._tails[name] = tail
