"""A scenario's `Inputs` as an ActionSet wants them: what is to be made is made."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from pytest_kanister._harness.namespaces import slug
from pytest_kanister._model.references import Target
from pytest_kanister._scenario.model import Inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._scenario.model import Source

__all__ = ["given"]


def given(
    kube: KubeClient, namespace: str, inputs: Inputs | None, own: Mapping[str, Target]
) -> dict[str, Any]:
    """Keyword arguments for `create_actionset` and `derive_actionset`.

    Args:
        kube: the cluster.
        namespace: where Secrets and ConfigMaps are made, or looked for when none is named.
        inputs: what the scenario says; None: nothing.
        own: the workload's own Secrets, which the scenario's replace by name.
    """
    inputs = inputs or Inputs()
    more = {name: _target(kube, "Secret", namespace, name, s) for name, s in inputs.secrets.items()}
    return {
        "options": dict(inputs.options),
        "pod_override": dict(inputs.pod_override),
        "secrets": {**own, **more} if more else dict(own),
        "config_maps": {
            name: _target(kube, "ConfigMap", namespace, name, source)
            for name, source in inputs.config_maps.items()
        },
    }


def _target(kube: KubeClient, kind: str, namespace: str, name: str, source: Source) -> Target:
    word = kind.lower()
    if source.name:
        return Target(word, source.name, source.namespace or namespace)
    texts = {key: secret.reveal() for key, secret in source.data.items()}
    made = kube.create(
        {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": {
                "name": f"{slug(name)}-{secrets.token_hex(3)}",
                "namespace": namespace,
            },
            "stringData" if kind == "Secret" else "data": texts,
        }
    )
    return Target(word, made["metadata"]["name"], namespace)
