"""What may explain a failure, gathered while it is still there; each piece a text by file name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pytest_kanister._kanister.client.actionsets import JOB_LABEL
from pytest_kanister._model.resources import ACTIONSETS, EVENTS, PODS
from pytest_kanister.errors import ApiError, EnvironmentProblem, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from pytest_kanister._data.stores import Bucket
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._kube.following import PodLogs
    from pytest_kanister._model.api import Object

__all__ = ["first_pod", "gather"]


def first_pod(kube: KubeClient, workload: Workload) -> str:
    """The name of the workload's first running pod.

    Raises:
        EnvironmentProblem: none runs.
    """
    pods = [pod["metadata"]["name"] for pod in kube.list(PODS, workload.namespace) if _runs(pod)]
    own = [name for name in pods if name.startswith(workload.target.name)]
    if not (own or pods):
        raise EnvironmentProblem(
            f"no pod runs in namespace {workload.namespace}",
            remedies=[f"see why: `kubectl -n {workload.namespace} get pods`"],
        )
    return str((own or pods)[0])


def gather(
    kube: KubeClient,
    *,
    actionsets: Sequence[tuple[str, str]],
    namespaces: Sequence[str],
    servers: Sequence[str],
    bucket: Bucket,
    pod_logs: PodLogs,
) -> dict[str, str]:
    """Texts by file name; what cannot be had says why.

    Args:
        kube: the cluster.
        actionsets: (namespace, name) of those that ran.
        namespaces: of the workloads.
        servers: namespaces whose pods' output is wanted beside the workloads' own.
        bucket: the scenario's part.
        pod_logs: what pods of the phases wrote.
    """
    found: dict[str, str] = {}
    for namespace, name in actionsets:
        found[f"actionsets/{name}.yaml"] = _told(partial(_actionset, kube, name, namespace))
    found["events.txt"] = _told(lambda: "\n".join(_events(kube, actionsets, namespaces)))
    found["bucket.txt"] = _told(lambda: _listing(bucket))
    jobs = {name[-63:].lstrip("-.") for _, name in actionsets}

    def ours(metadata: Mapping[str, Any]) -> bool:
        job = (metadata.get("labels") or {}).get(JOB_LABEL)
        return job in jobs if job is not None else metadata["namespace"] in namespaces

    for name, text in pod_logs.texts(ours).items():
        found[f"pods/{name.replace('/', '.')}.log"] = text
    for namespace in dict.fromkeys((*namespaces, *servers)):
        found.update(_output(kube, namespace))
    return found


def _output(kube: KubeClient, namespace: str) -> dict[str, str]:
    """The output of the pods that are there now."""
    try:
        pods = kube.list(PODS, namespace)
    except KanisterHarnessError:
        return {}
    return {
        f"servers/{namespace}.{pod['metadata']['name']}.{container['name']}.log": _told(
            partial(kube.logs, namespace, pod["metadata"]["name"], container=container["name"])
        )
        for pod in pods
        for container in pod["spec"]["containers"]
    }


def _events(
    kube: KubeClient, actionsets: Sequence[tuple[str, str]], namespaces: Sequence[str]
) -> Iterator[str]:
    names = {name for _, name in actionsets}
    places = dict.fromkeys([*namespaces, *(namespace for namespace, _ in actionsets)])
    for namespace in places:
        for event in kube.list(EVENTS, namespace):
            about = event.get("involvedObject") or {}
            if namespace in namespaces or about.get("name") in names:
                when = event.get("lastTimestamp") or event["metadata"].get("creationTimestamp")
                yield (
                    f"{when} {event.get('type', '')} {event.get('reason', '')} "
                    f"{about.get('kind', '')} {namespace}/{about.get('name', '')}: "
                    f"{event.get('message', '')}"
                )


def _listing(bucket: Bucket) -> str:
    lines = [f"bucket {bucket.name}, prefix {bucket.prefix!r}"]
    lines += [f"{o.size_bytes:>12,}  {o.etag}  {o.key}" for o in bucket.objects()]
    return "\n".join(lines if len(lines) > 1 else [*lines, "(no object)"])


def _actionset(kube: KubeClient, name: str, namespace: str) -> str:
    import yaml  # used when something failed

    obj = kube.get(ACTIONSETS, name, namespace)
    obj["metadata"].pop("managedFields", None)
    # Lines are not folded: a secret that is broken in two would not be known again.
    return str(yaml.safe_dump(obj, sort_keys=False, allow_unicode=True, width=10**9))


def _told(work: Callable[[], str]) -> str:
    """What `work` returns, or why it could not: evidence that cannot be had fails nothing."""
    try:
        return work()
    except ApiError as error:
        return f"(cannot be had: {error.message})"
    except KanisterHarnessError as error:
        return f"(cannot be had: {error})"


def _runs(pod: Object) -> bool:
    return bool(pod.get("status", {}).get("phase") == "Running")
