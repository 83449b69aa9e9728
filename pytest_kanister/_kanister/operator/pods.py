"""The shape of the pods that functions create."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.strategic import merge_pod_spec
from pytest_kanister._kanister.params.lookup import fetch
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = [
    "CREATED_BY",
    "MAIN_CONTAINER",
    "PodOptions",
    "build_pod",
    "labels_and_annotations",
    "overrides",
    "pod_options",
    "utf8",
]

MAIN_CONTAINER = "container"
CREATED_BY = {"createdBy": "kanister"}
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # the rest stands for bytes
_JOB_ID = "kanister.io/JobID"


@dataclass
class PodOptions:
    """What a function asks of its pod.

    Attributes:
        prefix: generateName.
        namespace: where; never empty.
        image: the main container's.
        command: its command.
        labels: beside `createdBy: kanister`.
        annotations: as they are.
        override: strategic merge patch for the spec.
        service_account: named by the function's args; empty: by Kanister's rules.
        volumes: PersistentVolumeClaim → mount path.
    """

    prefix: str
    namespace: str
    image: str
    command: list[str]
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    override: Mapping[str, Any] = field(default_factory=dict)
    service_account: str = ""
    volumes: Mapping[str, str] = field(default_factory=dict)


def pod_options(
    call: Call,
    prefix: str,
    *,
    image: str | None = None,
    command: list[str] | None = None,
    job_label: bool = False,
) -> PodOptions:
    """Options from the arguments that all pod-creating functions share, and the ActionSet's.

    podOverride of the ActionSet is laid over the Blueprint's; with labels and annotations the
    Blueprint wins.

    Args:
        call: the function's call.
        prefix: generateName.
        image: the image; None takes the argument `image`.
        command: the command; None takes the argument `command`.
        job_label: whether the ActionSet's label `kanister.io/JobID` goes to the pod.
    """
    labels, annotations = labels_and_annotations(call)
    if job_label and _JOB_ID in call.labels:
        labels[_JOB_ID] = call.labels[_JOB_ID]
    return PodOptions(
        prefix,
        call.text("namespace", "") or call.controller.namespace,
        call.text("image") if image is None else image,
        call.texts("command") if command is None else command,
        labels,
        annotations,
        merge_pod_spec(*overrides(call)),
    )


def overrides(call: Call) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The podOverride of the Blueprint, and of the ActionSet, which goes over it.

    Raises:
        KanisterError: what should be containers is something else.
    """
    both = call.mapping("podOverride"), call.params.plain.get("PodOverride") or {}
    for override in both:
        for name in ("containers", "initContainers"):
            containers = override.get(name) or []
            if not isinstance(containers, list) or not all(
                isinstance(item, dict) for item in containers
            ):
                raise KanisterError(
                    "Failed to create pod",
                    cause=KanisterError(f"podOverride.{name}: expected a list of containers"),
                )
    return both


def labels_and_annotations(call: Call) -> tuple[dict[str, str], dict[str, str]]:
    """The ActionSet's, the Blueprint's over them."""
    plain = call.params.plain
    return (
        {**(plain.get("PodLabels") or {}), **call.strings("podLabels")},
        {**(plain.get("PodAnnotations") or {}), **call.strings("podAnnotations")},
    )


async def build_pod(call: Call, options: PodOptions) -> Object:
    """The Pod, ready to create.

    Raises:
        ParamsError: a volume's claim is not there.
        KanisterError: the override leaves no container.
    """
    controller = call.controller
    container: Object = {
        "name": MAIN_CONTAINER,
        "image": options.image,
        "command": [utf8(word) for word in options.command],
        "imagePullPolicy": "IfNotPresent",
    }
    spec: Object = {"containers": [container], "restartPolicy": "Never"}
    if options.service_account:
        spec["serviceAccountName"] = options.service_account
    elif options.namespace == controller.namespace and controller.service_account:
        spec["serviceAccountName"] = controller.service_account
    if controller.secure_job_pods:
        spec["serviceAccountName"] = "default"
        spec["automountServiceAccountToken"] = False
    if options.volumes:
        spec["volumes"], container["volumeMounts"] = await _volumes(call, options)
    spec = merge_pod_spec(spec, options.override)
    containers = spec.get("containers") or []
    if not containers:
        raise KanisterError("Failed to create pod: podOverride leaves no container")
    # The main container stands first, whatever the override added.
    spec["containers"] = sorted(containers, key=lambda item: item.get("name") != MAIN_CONTAINER)
    metadata: Object = {
        "generateName": options.prefix,
        "namespace": options.namespace,
        "labels": {**CREATED_BY, **options.labels},
    }
    if options.annotations:
        metadata["annotations"] = dict(options.annotations)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def utf8(text: str) -> str:
    """What is left of a Go string on its way through JSON: other bytes become U+FFFD.

    So do halves of pairs, which JSON may hold and Go replaces when it reads them.
    """
    return _HALVES.sub("\ufffd", text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


async def _volumes(call: Call, options: PodOptions) -> tuple[list[Object], list[Object]]:
    volumes: list[Object] = []
    mounts: list[Object] = []
    for claim, path in options.volumes.items():
        found = await fetch(call.api, PERSISTENTVOLUMECLAIMS, claim, options.namespace)
        read_only = "ReadOnlyMany" in (found["spec"].get("accessModes") or [])
        name = f"vol-{uuid.uuid1()}"
        source: Object = {"claimName": claim}
        mount: Object = {"name": name, "mountPath": path}
        if read_only:
            source["readOnly"] = mount["readOnly"] = True
        volumes.append({"name": name, "persistentVolumeClaim": source})
        mounts.append(mount)
    return volumes, mounts
