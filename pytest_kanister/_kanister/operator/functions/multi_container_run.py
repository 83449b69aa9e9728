"""MultiContainerRun: two commands in one pod that share a folder; one of them gives the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError
from pytest_kanister._kanister.operator.jobs import created_pod
from pytest_kanister._kanister.operator.pods import (
    CREATED_BY,
    labels_and_annotations,
    overrides,
    utf8,
)
from pytest_kanister._kanister.operator.quantities import parse_quantity
from pytest_kanister._kanister.operator.strategic import merge_pod_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.operator.functions.call import Call
    from pytest_kanister._model.api import Object

__all__ = ["run"]

_PREFIX = "kanister-job-"
_DEFAULT_DIR = "/tmp/"
_DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container"
_WORKERS = ("background", "output")


async def run(call: Call) -> dict[str, Any]:
    """Output: the key-value pairs in the log of container `output`; both must exit 0.

    The pod stays until the whole action ends: later phases run beside its remains.
    """
    namespace = call.text("namespace", "") or call.controller.namespace
    job = await call.at_end.enter_async_context(created_pod(call, _pod(call, namespace), namespace))
    await job.wait_started()
    output = await job.read_output()
    await job.wait_completed()
    return output


def _pod(call: Call, namespace: str) -> Object:
    mounts = [{"name": "shared", "mountPath": call.text("sharedVolumeDir", _DEFAULT_DIR)}]

    def container(name: str, image: str, command: list[str]) -> Object:
        words = [utf8(word) for word in command]
        return {"name": name, "image": image, "command": words, "volumeMounts": mounts}

    spec: Object = {
        "restartPolicy": "Never",
        "volumes": [{"name": "shared", "emptyDir": _shared(call)}],
        "containers": [
            container("output", call.text("outputImage"), call.texts("outputCommand")),
            container("background", call.text("backgroundImage"), call.texts("backgroundCommand")),
        ],
    }
    if call.text("initImage", ""):
        command = call.texts("initCommand") if call.has("initCommand") else []
        spec["initContainers"] = [container("init", call.text("initImage"), command)]
    own, actionset = overrides(call)
    override = merge_pod_spec(own, _expanded(call, actionset))
    spec = merge_pod_spec(spec, override)
    spec["containers"] = sorted(spec["containers"], key=lambda item: item.get("name") != "output")
    controller = call.controller
    if not spec.get("serviceAccountName") and namespace == controller.namespace:
        spec["serviceAccountName"] = controller.service_account
    labels, annotations = labels_and_annotations(call)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "generateName": _PREFIX,
            "namespace": namespace,
            "labels": {**labels, **CREATED_BY},
            "annotations": {**annotations, _DEFAULT_CONTAINER: "output"},
        },
        "spec": {key: value for key, value in spec.items() if value != ""},
    }


def _shared(call: Call) -> Object:
    """The emptyDir's fields."""
    shared: Object = {}
    if call.text("sharedVolumeMedium", ""):
        shared["medium"] = call.text("sharedVolumeMedium")
    size = call.text("sharedVolumeSizeLimit", "")
    if size:
        try:
            parse_quantity(size)
        except ValueError as error:
            cause = KanisterError(str(error))
            raise KanisterError("Failed to parse sharedStorageSize arg", cause=cause) from error
        shared["sizeLimit"] = size
    return shared


def _expanded(call: Call, override: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ActionSet's podOverride; what it says of `container` goes to all containers here.

    Not when it speaks of `background` or `output` itself.
    """
    containers = override.get("containers") or []
    named = {item.get("name"): item for item in containers}
    if "container" not in named or any(name in named for name in _WORKERS):
        return override
    common = named.pop("container")
    expanded = [*named.values(), *({**common, "name": name} for name in _WORKERS)]
    result = {**override, "containers": expanded}
    if call.text("initImage", ""):
        result["initContainers"] = [
            *(override.get("initContainers") or []),
            {**common, "name": "init"},
        ]
    return result
