"""Which Kubernetes kinds we speak of, and how the API spells them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ACTIONSETS",
    "BLUEPRINTS",
    "CONFIGMAPS",
    "CRDS",
    "DEPLOYMENTS",
    "ENDPOINTS",
    "EVENTS",
    "NAMESPACES",
    "PERSISTENTVOLUMECLAIMS",
    "PERSISTENTVOLUMES",
    "PODS",
    "PROFILES",
    "REPLICASETS",
    "SECRETS",
    "SERVICES",
    "STATEFULSETS",
    "VOLUMESNAPSHOTCLASSES",
    "VOLUMESNAPSHOTCONTENTS",
    "VOLUMESNAPSHOTS",
    "Resource",
    "gvk_resource",
]


@dataclass(frozen=True)
class Resource:
    """One kind as the API serves it.

    Attributes:
        group: API group; empty for the core group.
        version: version inside the group (`v1`).
        plural: path element (`pods`).
        kind: the objects' `kind` (`Pod`).
        namespaced: whether objects live in a namespace.
    """

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """`v1`, or `apps/v1`: what an object's `apiVersion` holds."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """`pods`, or `statefulsets.apps`: how the API names the resource in messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str = "", subresource: str = "") -> str:
        """The URL path; `namespace` None means across namespaces (or cluster-scoped)."""
        parts = ["apis", self.group] if self.group else ["api"]
        parts.append(self.version)
        if self.namespaced and namespace is not None:
            parts += ["namespaces", namespace]
        parts.append(self.plural)
        if name:
            parts.append(name)
        if subresource:
            parts.append(subresource)
        return "/" + "/".join(parts)


NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
PODS = Resource("", "v1", "pods", "Pod")
SECRETS = Resource("", "v1", "secrets", "Secret")
CONFIGMAPS = Resource("", "v1", "configmaps", "ConfigMap")
SERVICES = Resource("", "v1", "services", "Service")
ENDPOINTS = Resource("", "v1", "endpoints", "Endpoints")
EVENTS = Resource("", "v1", "events", "Event")
PERSISTENTVOLUMECLAIMS = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
PERSISTENTVOLUMES = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet")
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment")
REPLICASETS = Resource("apps", "v1", "replicasets", "ReplicaSet")
CRDS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    namespaced=False,
)
ACTIONSETS = Resource("cr.kanister.io", "v1alpha1", "actionsets", "ActionSet")
BLUEPRINTS = Resource("cr.kanister.io", "v1alpha1", "blueprints", "Blueprint")
PROFILES = Resource("cr.kanister.io", "v1alpha1", "profiles", "Profile")
_SNAPSHOTS = "snapshot.storage.k8s.io"
VOLUMESNAPSHOTS = Resource(_SNAPSHOTS, "v1", "volumesnapshots", "VolumeSnapshot")
VOLUMESNAPSHOTCONTENTS = Resource(
    _SNAPSHOTS, "v1", "volumesnapshotcontents", "VolumeSnapshotContent", namespaced=False
)
VOLUMESNAPSHOTCLASSES = Resource(
    _SNAPSHOTS, "v1", "volumesnapshotclasses", "VolumeSnapshotClass", namespaced=False
)

_BY_GVK = {
    (resource.api_version, resource.kind): resource
    for resource in (
        NAMESPACES,
        PODS,
        SECRETS,
        CONFIGMAPS,
        SERVICES,
        ENDPOINTS,
        EVENTS,
        PERSISTENTVOLUMECLAIMS,
        PERSISTENTVOLUMES,
        STATEFULSETS,
        DEPLOYMENTS,
        REPLICASETS,
        CRDS,
        ACTIONSETS,
        BLUEPRINTS,
        PROFILES,
        VOLUMESNAPSHOTS,
        VOLUMESNAPSHOTCONTENTS,
        VOLUMESNAPSHOTCLASSES,
    )
}


def gvk_resource(api_version: str, kind: str) -> Resource | None:
    """The well-known resource of an object's `apiVersion` and `kind`; None when not listed here."""
    return _BY_GVK.get((api_version, kind))
