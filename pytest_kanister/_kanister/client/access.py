"""Rights that Kanister needs in a namespace, which its chart does not give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient

__all__ = ["bind_edit"]


def bind_edit(kube: KubeClient, namespace: str, account: str) -> None:
    """Binds the ClusterRole `edit` in a namespace to Kanister's ServiceAccount.

    Since 0.112.0 a default installation may do nothing in application namespaces; this is what
    its documentation tells to do about it.

    Args:
        kube: the cluster.
        namespace: where Kanister is to work.
        account: `namespace/name` of the ServiceAccount.
    """
    group = "rbac.authorization.k8s.io"
    home, _, name = account.partition("/")
    kube.create(
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "pytest-kanister-edit", "namespace": namespace},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "edit"},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": home}],
        }
    )
