"""What a run needs to be allowed, as data: asked for before anything starts, and documented.

The authorizer itself is asked (SelfSubjectAccessReview), right by right, so that what an admin
sees is the whole list and not the first refusal.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_kanister._kube import KubeClient

__all__ = ["Right", "cluster_rights", "kanister_rights", "require", "role", "work_rights"]

_AT_ONCE = 8


@dataclass(frozen=True)
class Right:
    """Verbs on one resource (`pods/exec` with its subresource)."""

    group: str
    resource: str
    verbs: tuple[str, ...]


_CORE = ""
_MADE = ("create", "delete", "get", "list")


def work_rights(reach: str) -> list[Right]:
    """In each namespace in which a run works; `reach`: auto asks for port-forward."""
    door = "pods/exec" if reach == "exec" else "pods/portforward"
    return [
        Right(_CORE, "secrets", _MADE),
        Right(_CORE, "services", _MADE),
        Right(_CORE, "persistentvolumeclaims", ("delete", "get", "list", "watch")),
        Right(_CORE, "endpoints", ("get", "list", "watch")),
        Right(_CORE, "events", ("list",)),
        Right(_CORE, "pods", ("delete", "get", "list", "watch")),
        Right(_CORE, "pods/log", ("get",)),
        # A websocket begins with a GET; newer authorizers ask for `create` as well.
        Right(_CORE, door, ("create", "get")),
        Right("apps", "statefulsets", (*_MADE, "watch")),
        Right("cr.kanister.io", "profiles", _MADE),
    ]


def kanister_rights() -> list[Right]:
    """In the namespace in which Kanister's controller runs."""
    return [
        Right("cr.kanister.io", "actionsets", (*_MADE, "watch")),
        Right("cr.kanister.io", "blueprints", _MADE),
        Right(_CORE, "configmaps", ("list",)),
        Right(_CORE, "events", ("list",)),
        Right(_CORE, "pods", ("get", "list", "watch")),
        Right("apps", "deployments", ("list",)),
    ]


def cluster_rights(*, makes_namespaces: bool, installs: bool) -> list[Right]:
    """Without a namespace."""
    rights = [Right(_CORE, "namespaces", ("get",))]
    if makes_namespaces:
        rights = [Right(_CORE, "namespaces", (*_MADE, "watch"))]
    if installs:
        access = "rbac.authorization.k8s.io"
        rights += [
            Right("apiextensions.k8s.io", "customresourcedefinitions", ("create", "get", "list")),
            Right(access, "clusterroles", (*_MADE, "bind", "escalate")),
            Right(access, "clusterrolebindings", _MADE),
            Right(_CORE, "serviceaccounts", _MADE),
            Right("apps", "deployments", (*_MADE, "watch")),
        ]
    return rights


def require(kube: KubeClient, wanted: Sequence[tuple[str, Iterable[Right]]]) -> None:
    """Asks for all of them.

    Args:
        kube: the cluster.
        wanted: (namespace, rights); an empty namespace means everywhere.

    Raises:
        EnvironmentProblem: names every right that is missing.
    """
    asked = list(_each(wanted))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        granted = list(pool.map(lambda one: _ask(kube, *one), asked))
    missing = [one for one, yes in zip(asked, granted, strict=True) if not yes]
    if missing:
        raise EnvironmentProblem(
            f"this kubeconfig's identity lacks {len(missing)} of the {len(asked)} rights that a "
            "run needs; nothing was started",
            evidence="\n".join(_text(*one) for one in missing),
            remedies=[
                "have them granted: docs/clusters.md holds the Roles",
                "or work in namespaces that exist: --kanister-namespaces",
            ],
        )


def role(rights: Iterable[Right]) -> list[dict[str, Any]]:
    """The `rules` of a Role that grants them."""
    return [
        {"apiGroups": [right.group], "resources": [right.resource], "verbs": sorted(right.verbs)}
        for right in rights
    ]


def _each(wanted: Sequence[tuple[str, Iterable[Right]]]) -> Iterator[tuple[str, str, Right]]:
    for namespace, rights in wanted:
        for right in rights:
            for verb in right.verbs:
                yield namespace, verb, right


def _ask(kube: KubeClient, namespace: str, verb: str, right: Right) -> bool:
    resource, _, subresource = right.resource.partition("/")
    return kube.allowed(verb, right.group, resource, namespace, subresource=subresource)


def _text(namespace: str, verb: str, right: Right) -> str:
    group = f".{right.group}" if right.group else ""
    place = f"in namespace {namespace}" if namespace else "in the whole cluster"
    return f"{verb} {right.resource}{group} {place}"
