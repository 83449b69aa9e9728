"""The built-in kinds and the objects that every cluster has from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._cluster.registry.kinds import READ_ONLY, Kind
from pytest_kanister._cluster.registry.strategies import access, core, crds, storage, workloads
from pytest_kanister._cluster.registry.strategies.pods import NODE_NAME, Pods
from pytest_kanister._cluster.registry.strategies.services import Services
from pytest_kanister._cluster.registry.strategies.snapshots import (
    snapshot_class,
    snapshot_kinds,
)
from pytest_kanister._model import resources
from pytest_kanister._model.resources import Resource

if TYPE_CHECKING:
    from pytest_kanister._cluster.registry.kinds import Kinds
    from pytest_kanister._model.api import Object

__all__ = ["KUBERNETES_VERSION", "builtin_kinds", "first_objects"]

KUBERNETES_VERSION = "v1.32.4"
"""What /version and the node say: the release whose behaviour the kinds follow."""

_STATUS = frozenset({"status"})
_SCALE = frozenset({"status", "scale"})
_ALL = ("all",)
_RBAC = "rbac.authorization.k8s.io"


def builtin_kinds() -> tuple[Kind, ...]:
    """Every kind that is served without a CRD, in the order of `kubectl api-resources`."""
    new_event = Resource("events.k8s.io", "v1", "events", "Event")
    events = core.Events()
    pod_doors = frozenset({"status", "log", "exec", "attach", "portforward"})
    return (
        Kind(resources.CONFIGMAPS, core.ConfigMaps(), ("cm",)),
        Kind(resources.ENDPOINTS, core.Endpoints(), ("ep",)),
        Kind(resources.EVENTS, events, ("ev",)),
        Kind(
            resources.NAMESPACES,
            core.Namespaces(),
            ("ns",),
            subresources=frozenset({"status", "finalize"}),
            verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
        ),
        Kind(
            Resource("", "v1", "nodes", "Node", namespaced=False),
            core.Nodes(),
            ("no",),
            verbs=READ_ONLY,
        ),
        Kind(
            resources.PERSISTENTVOLUMECLAIMS,
            storage.PersistentVolumeClaims(),
            ("pvc",),
            subresources=_STATUS,
        ),
        Kind(
            resources.PERSISTENTVOLUMES,
            storage.PersistentVolumes(),
            ("pv",),
            subresources=_STATUS,
        ),
        Kind(resources.PODS, Pods(), ("po",), _ALL, pod_doors),
        Kind(resources.SECRETS, core.Secrets()),
        Kind(
            Resource("", "v1", "serviceaccounts", "ServiceAccount"),
            core.ServiceAccounts(),
            ("sa",),
        ),
        Kind(resources.SERVICES, Services(), ("svc",), _ALL, _STATUS),
        Kind(resources.CRDS, crds.Definitions(), ("crd", "crds"), ("api-extensions",), _STATUS),
        Kind(resources.DEPLOYMENTS, workloads.Deployments(), ("deploy",), _ALL, _SCALE),
        Kind(resources.REPLICASETS, workloads.ReplicaSets(), ("rs",), _ALL, _SCALE),
        Kind(resources.STATEFULSETS, workloads.StatefulSets(), ("sts",), _ALL, _SCALE),
        Kind(Resource("batch", "v1", "jobs", "Job"), workloads.Jobs(), (), _ALL, _STATUS),
        Kind(Resource("coordination.k8s.io", "v1", "leases", "Lease"), access.Leases()),
        Kind(
            Resource(
                "admissionregistration.k8s.io",
                "v1",
                "validatingwebhookconfigurations",
                "ValidatingWebhookConfiguration",
                namespaced=False,
            ),
            access.ValidatingWebhooks(),
            (),
            ("api-extensions",),
        ),
        Kind(
            new_event,
            events,
            ("ev",),
            verbs=READ_ONLY,
            storage="events",
            serve=core.to_new_event,
            store=core.to_core_event,
        ),
        *(
            Kind(
                Resource(_RBAC, "v1", plural, kind, namespaced=not kind.startswith("Cluster")),
                strategy(kind),
            )
            for plural, kind, strategy in (
                ("clusterrolebindings", "ClusterRoleBinding", access.Bindings),
                ("clusterroles", "ClusterRole", access.Roles),
                ("rolebindings", "RoleBinding", access.Bindings),
                ("roles", "Role", access.Roles),
            )
        ),
        Kind(
            Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False),
            storage.StorageClasses(),
            ("sc",),
        ),
        *snapshot_kinds(),
    )


def first_objects(kinds: Kinds) -> list[tuple[Kind, Object]]:
    """Default namespaces, the node, the storage class and the snapshot class."""
    namespaces = kinds.of(resources.NAMESPACES)
    found: list[tuple[Kind, Object]] = [
        (
            namespaces,
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            },
        )
        for name in ("default", "kube-public", "kube-system")
    ]
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "pytest-kanister runs pods on this machine",
    }
    node: Object = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODE_NAME, "labels": {"kubernetes.io/hostname": NODE_NAME}},
        "spec": {},
        "status": {"conditions": [ready], "nodeInfo": {"kubeletVersion": KUBERNETES_VERSION}},
    }
    standard: Object = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": storage.STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "pytest-kanister/host-path",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }
    for resource, obj in (
        (Resource("", "v1", "nodes", "Node", namespaced=False), node),
        (
            Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False),
            standard,
        ),
        (resources.VOLUMESNAPSHOTCLASSES, snapshot_class()),
    ):
        found.append((kinds.of(resource), obj))
    return found
