"""What runs made on a cluster, found by its labels, and its removal.

Namespaces of a run go as a whole.  In namespaces that belong to others (Kanister's, named ones)
and in the cluster itself only objects that bear the run's label go, one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_kanister._backends.embedded.owner import Owner
from pytest_kanister._model.ownership import (
    ALLOW_LABEL,
    HELM_NAMESPACE,
    OWNER_ANNOTATION,
    RUN_LABEL,
)
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    CONFIGMAPS,
    CRDS,
    DEPLOYMENTS,
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    PODS,
    PROFILES,
    SECRETS,
    SERVICES,
    STATEFULSETS,
    Resource,
)
from pytest_kanister.errors import ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = [
    "CLUSTER_ROLES",
    "CLUSTER_ROLE_BINDINGS",
    "Leftover",
    "find_leftovers",
    "is_over",
    "remove",
]

_ACCESS = "rbac.authorization.k8s.io"
CLUSTER_ROLES = Resource(_ACCESS, "v1", "clusterroles", "ClusterRole", namespaced=False)
CLUSTER_ROLE_BINDINGS = Resource(
    _ACCESS, "v1", "clusterrolebindings", "ClusterRoleBinding", namespaced=False
)
_ROLE_BINDINGS = Resource(_ACCESS, "v1", "rolebindings", "RoleBinding")
_JOBS = Resource("batch", "v1", "jobs", "Job")

_IN_NAMESPACES = (
    ACTIONSETS,
    BLUEPRINTS,
    PROFILES,
    STATEFULSETS,
    DEPLOYMENTS,
    _JOBS,
    PODS,
    SERVICES,
    SECRETS,
    CONFIGMAPS,
    PERSISTENTVOLUMECLAIMS,
    _ROLE_BINDINGS,
)
"""What a run makes in a namespace that is not its own; controllers before what they remake."""

_BY_HELM = "app.kubernetes.io/managed-by=Helm"

_IN_CLUSTER = (CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, CRDS)


@dataclass
class Leftover:
    """What one run has on the cluster.

    Attributes:
        run: its name.
        owner: `HOST PID-START`, as its objects say; empty when none does.
        namespaces: those that it made.
        objects: (kind, namespace, name) of what it made elsewhere.
    """

    run: str
    owner: str = ""
    namespaces: list[str] = field(default_factory=list)
    objects: list[tuple[Resource, str, str]] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [f"namespace {name}" for name in self.namespaces]
        parts += [
            f"{resource.kind} {f'{namespace}/' if namespace else ''}{name}"
            for resource, namespace, name in self.objects
        ]
        return ", ".join(parts) or "nothing"


def find_leftovers(kube: KubeClient, *, run: str = "", named: Iterable[str] = ()) -> list[Leftover]:
    """Every run that has something on the cluster, or the one of that name.

    Looks into namespaces that are labelled for us or named; what we may not list is left out.

    Args:
        kube: the cluster; only read from.
        run: a run's name; empty: all.
        named: namespaces to look into besides.
    """
    found: dict[str, Leftover] = {}
    chosen = f"{RUN_LABEL}={run}" if run else RUN_LABEL

    def note(obj: Object) -> Leftover:
        metadata = obj["metadata"]
        leftover = found.setdefault(
            metadata["labels"][RUN_LABEL], Leftover(metadata["labels"][RUN_LABEL])
        )
        leftover.owner = leftover.owner or (metadata.get("annotations") or {}).get(
            OWNER_ANNOTATION, ""
        )
        return leftover

    own: set[str] = set()
    for obj in _listed(kube, NAMESPACES, None, chosen):
        own.add(obj["metadata"]["name"])
        note(obj).namespaces.append(obj["metadata"]["name"])
    open_to_us = {o["metadata"]["name"] for o in _listed(kube, NAMESPACES, None, ALLOW_LABEL)}
    for namespace in sorted((open_to_us | set(named)) - own):
        for resource in _IN_NAMESPACES:
            for obj in _listed(kube, resource, namespace, chosen):
                note(obj).objects.append((resource, namespace, obj["metadata"]["name"]))
    for resource in _IN_CLUSTER:
        for obj in _listed(kube, resource, None, chosen):
            note(obj).objects.append((resource, "", obj["metadata"]["name"]))
    for resource in (CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES):
        for obj in _listed(kube, resource, None, _BY_HELM):
            release = (obj["metadata"].get("annotations") or {}).get(HELM_NAMESPACE)
            for leftover in found.values():
                if release in leftover.namespaces:
                    leftover.objects.append((resource, "", obj["metadata"]["name"]))
    return sorted(found.values(), key=lambda leftover: leftover.run)


def is_over(leftover: Leftover, host: str) -> bool:
    """Whether the run's process was on this machine and has ended; False when nobody can tell."""
    where, _, process = leftover.owner.rpartition(" ")
    try:
        return where == host and Owner.parse(process).gone
    except ValueError:
        return False


def remove(kube: KubeClient, leftover: Leftover, *, wait_s: float = 0.0) -> list[str]:
    """Deletes it; returns what could not be deleted and why, one sentence each.

    CRDs stay as long as anybody's objects are of them.

    Args:
        kube: guarded for that run.
        leftover: what to delete.
        wait_s: how long to wait until its namespaces are gone; 0: not at all.
    """
    problems: list[str] = []
    for resource, namespace, name in leftover.objects:
        if resource == CRDS and _in_use(kube, name):
            continue
        try:
            # Nobody needs what a server would write in the half minute that it may take.
            grace_s = 0 if resource == PODS else None
            kube.delete(resource, name, namespace or None, grace_period_s=grace_s)
        except ApiError as error:
            problems.append(f"{resource.kind} {namespace}/{name}: {error}")
    for name in leftover.namespaces:
        try:
            kube.delete(NAMESPACES, name)
            for pod in kube.list(PODS, name):
                kube.delete(PODS, pod["metadata"]["name"], name, grace_period_s=0)
        except NotFound:
            continue
        except ApiError as error:
            problems.append(f"namespace {name}: {error}")
    for name in leftover.namespaces if wait_s else ():
        kube.delete(NAMESPACES, name, wait_s=wait_s)
    return problems


def _in_use(kube: KubeClient, crd: str) -> bool:
    by_name: Sequence[Resource] = (ACTIONSETS, BLUEPRINTS, PROFILES)
    for resource in by_name:
        if resource.qualified == crd:
            try:
                return bool(kube.list(resource))
            except NotFound:
                return False
            except ApiError:
                return True
    return True


def _listed(
    kube: KubeClient, resource: Resource, namespace: str | None, selector: str
) -> list[Object]:
    try:
        return kube.list(resource, namespace, label_selector=selector)
    except ApiError:
        return []  # not served here, or not for us
