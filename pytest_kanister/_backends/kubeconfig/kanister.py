"""Who executes ActionSets on the cluster: found out, or put there.

Installed by manifests: a namespace of the run with a ServiceAccount, a Deployment and what rights
the chart gives (Kanister 0.112 and newer; in application namespaces `edit` is bound besides, as
Kanister's documentation tells); CRDs only where they are missing.  The webhook is left out.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._backends.kubeconfig.leftovers import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES
from pytest_kanister._backends.standing_in import RECORD
from pytest_kanister._base.children import run as run_program
from pytest_kanister._kanister.client.access import bind_edit
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import CONFIGMAPS, CRDS, DEPLOYMENTS, NAMESPACES, PODS
from pytest_kanister.errors import AlreadyExists, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["Executor", "find_executor", "install_by_helm", "install_by_manifests"]

_CONTROLLER = "/controller:"
_EMBEDDED = "+pytest-kanister"
_HELM_S = 300.0
_APP = "kanister-operator"


@dataclass(frozen=True)
class Executor:
    """Who executes ActionSets.

    Attributes:
        words: for people.
        namespace: where it looks for ActionSets and Blueprints.
        account: its ServiceAccount as `namespace/name`; empty: it needs no further rights.
    """

    words: str
    namespace: str
    account: str = ""


def find_executor(kube: KubeClient, namespace: str) -> Executor:
    """The Kanister, or the operator that stands in, of a namespace.

    Raises:
        EnvironmentProblem: the namespace, or an operator in it, is not there.
    """
    looked = []
    try:
        kube.get(NAMESPACES, namespace)
        standing_in = [
            record
            for record in kube.list(CONFIGMAPS, namespace)
            if record["metadata"]["name"] == RECORD
        ]
        if standing_in:
            return Executor(standing_in[0]["data"]["who"], namespace)
        for deployment in kube.list(DEPLOYMENTS, namespace):
            image = _controller_image(deployment)
            if image:
                return Executor(_words(kube, image), namespace, _account(deployment, namespace))
            looked.append(f"deployment {deployment['metadata']['name']}: no controller's image")
    except NotFound:
        looked.append(f"namespace {namespace}: there is none")
    raise EnvironmentProblem(
        f"nobody executes ActionSets in namespace {namespace}",
        looked=looked or [f"namespace {namespace}: no deployment of Kanister's controller"],
        remedies=[
            "name the namespace of the Kanister that runs: --kanister-namespace",
            "let one be installed for the run: --kanister-install manifests (or helm)",
            "or let ours stand in: pytest-kanister operator --kubeconfig FILE --context NAME",
        ],
    )


def install_by_manifests(
    kube: KubeClient, namespace: str, release: str, *, timeout_s: float
) -> Executor:
    """A Kanister of this run; returns when its controller is ready.

    Args:
        kube: guarded, so that everything bears the run's label.
        namespace: to be made.
        release: tag of the controller's image.
        timeout_s: until the controller is ready.

    Raises:
        EnvironmentProblem: the controller cannot start (its image cannot be pulled …).
    """
    for manifest in (_namespace(namespace), *_access(namespace), _deployment(namespace, release)):
        kube.create(manifest)
    bind_edit(kube, namespace, f"{namespace}/{_APP}")
    for crd in kanister_crds():
        try:
            kube.get(CRDS, crd["metadata"]["name"])
        except NotFound:
            # Another run may be as far as we are: what is there is not ours to change.
            try:
                kube.create({"apiVersion": CRDS.api_version, "kind": CRDS.kind, **crd})
            except AlreadyExists:
                continue
    pod = _controller_pod(kube, namespace, timeout_s)
    wait_pod_ready(kube, namespace, pod, timeout_s=timeout_s)
    image = f"ghcr.io/kanisterio/controller:{release}"
    return Executor(_words(kube, image), namespace, f"{namespace}/{_APP}")


def install_by_helm(
    kube: KubeClient, kubeconfig: Path, namespace: str, release: str, *, timeout_s: float
) -> Executor:
    """The chart `kanister-operator` in a namespace of this run.

    Raises:
        EnvironmentProblem: no helm, or it failed; its own words are in the text.
    """
    helm = shutil.which("helm")
    if helm is None:
        raise EnvironmentProblem(
            "--kanister-install helm needs helm, which is not in PATH",
            remedies=["install helm", "or --kanister-install manifests, which needs none"],
        )
    kube.create(_namespace(namespace))
    argv = [
        *(helm, "install", namespace, "kanister-operator"),
        *("--repo", "https://charts.kanister.io/", "--version", release),
        *("--namespace", namespace, "--kubeconfig", str(kubeconfig)),
        *("--set", "bpValidatingWebhook.enabled=false"),
        *("--wait", "--timeout", f"{min(timeout_s, _HELM_S):.0f}s"),
    ]
    done = run_program(argv, timeout_s=_HELM_S + 30)
    if done.exit_status:
        raise EnvironmentProblem(
            f"helm could not install Kanister {release}",
            looked=[" ".join(argv[1:])],
            evidence=done.tail(),
            remedies=["make the chart's repository and images reachable, or use manifests"],
        )
    return find_executor(kube, namespace)


def _words(kube: KubeClient, image: str) -> str:
    tag = image.rpartition(":")[2]
    if _EMBEDDED in kube.server_version():
        return f"embedded operator (emulates Kanister {tag}) on an embedded cluster"
    return f"Kanister {tag}"


def _controller_image(deployment: Object) -> str:
    for container in deployment["spec"]["template"]["spec"].get("containers") or ():
        image = str(container.get("image", ""))
        if _CONTROLLER in image:
            return image
    return ""


def _account(deployment: Object, namespace: str) -> str:
    name = deployment["spec"]["template"]["spec"].get("serviceAccountName")
    return f"{namespace}/{name}" if name else ""


def _controller_pod(kube: KubeClient, namespace: str, timeout_s: float) -> str:
    """Name of the Deployment's pod, as soon as there is one."""

    def look(deployment: Object | None) -> str | None:
        pods = kube.list(PODS, namespace, label_selector=f"app={_APP}")
        return str(pods[0]["metadata"]["name"]) if deployment and pods else None

    found = kube.wait_for(DEPLOYMENTS, _APP, namespace, look, timeout_s=timeout_s)
    if found is None:
        raise EnvironmentProblem(
            f"Deployment {namespace}/{_APP} had no pod after {timeout_s:.0f} s",
            remedies=[f"see why: `kubectl -n {namespace} describe replicasets`"],
        )
    return found


def _namespace(name: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _access(namespace: str) -> list[Object]:
    group = "rbac.authorization.k8s.io"
    account = {"kind": "ServiceAccount", "name": _APP, "namespace": namespace}
    metadata = {"name": f"{namespace}-{_APP}"}
    rules = [
        {"apiGroups": ["cr.kanister.io"], "resources": ["*"], "verbs": ["*"]},
        {"apiGroups": [""], "resources": ["events"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get"]},
        {
            "apiGroups": ["snapshot.storage.k8s.io"],
            "resources": [
                "volumesnapshots",
                "volumesnapshotcontents",
                "volumesnapshotclasses",
            ],
            "verbs": ["get", "create", "delete"],
        },
    ]
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": _APP, "namespace": namespace},
        },
        {
            "apiVersion": CLUSTER_ROLES.api_version,
            "kind": CLUSTER_ROLES.kind,
            "metadata": metadata,
            "rules": rules,
        },
        {
            "apiVersion": CLUSTER_ROLE_BINDINGS.api_version,
            "kind": CLUSTER_ROLE_BINDINGS.kind,
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": metadata["name"]},
            "subjects": [account],
        },
    ]


def _deployment(namespace: str, release: str) -> Object:
    labels = {"app": _APP}

    def field(path: str) -> Object:
        return {"valueFrom": {"fieldRef": {"fieldPath": path}}}

    container = {
        "name": _APP,
        "image": f"ghcr.io/kanisterio/controller:{release}",
        "imagePullPolicy": "IfNotPresent",
        "env": [
            {"name": "POD_NAMESPACE", **field("metadata.namespace")},
            {"name": "POD_NAME", **field("metadata.name")},
            {"name": "POD_SERVICE_ACCOUNT", "value": _APP},
            {"name": "KANISTER_TOOLS", "value": f"ghcr.io/kanisterio/kanister-tools:{release}"},
            {"name": "CREATEORUPDATE_CRDS", "value": "false"},
            {"name": "LOG_LEVEL", "value": "info"},
        ],
    }
    return {
        "apiVersion": DEPLOYMENTS.api_version,
        "kind": DEPLOYMENTS.kind,
        "metadata": {"name": _APP, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"serviceAccountName": _APP, "containers": [container]},
            },
        },
    }
