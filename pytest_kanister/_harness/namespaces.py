"""Namespaces that no two stages share, whoever else uses the cluster."""

from __future__ import annotations

import contextlib
import re
import threading
from typing import TYPE_CHECKING

from pytest_kanister._kanister.client.access import bind_edit
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister.errors import AlreadyExists, UsageProblem

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient

__all__ = ["LABEL", "claim_namespace", "release_namespace", "shared_namespace", "slug"]

LABEL = "pytest-kanister"
"""Label on every namespace that we make: `kubectl get ns -l pytest-kanister`."""

# A label of DNS: letters, digits and dashes, at most 63; the rest is room for a suffix.
_LONGEST = 48

_lock = threading.Lock()
_taken: set[tuple[str, str]] = set()
"""(run, namespace) of existing namespaces in which a stage stands."""


def slug(text: str) -> str:
    """`test_accounts[10]` becomes `test-accounts-10`: a namespace's name."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return name[:_LONGEST].strip("-") or "test"


def claim_namespace(kube: KubeClient, wish: str) -> str:
    """Makes the namespace `wish`, or `wish-2`, `wish-3` … when somebody has it already.

    On a cluster that others share, the run's name is put behind it; where existing namespaces
    were named, one of those in which no stage of the run stands is taken, `wish` before others.
    Creation is atomic in the API, so two processes never get the same one.

    Args:
        kube: the cluster.
        wish: logical name.

    Raises:
        UsageProblem: `wish` cannot be a namespace's name, or no named one is free.
    """
    if slug(wish) != wish:
        raise UsageProblem(
            f"namespace {wish!r}: expected lower-case letters, digits and dashes, "
            f"at most {_LONGEST} of them"
        )
    capabilities = kube.capabilities
    if capabilities.namespaces:
        return _take_named(capabilities.run, capabilities.namespaces, wish)
    stem = f"{wish}-{capabilities.run}" if capabilities.run else wish
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        try:
            _make(kube, name, wish)
        except AlreadyExists:
            number += 1
        else:
            return name


def shared_namespace(kube: KubeClient, wish: str) -> str:
    """The namespace of what all of a run's stages share; made when it is not there."""
    capabilities = kube.capabilities
    if capabilities.namespaces:
        return capabilities.namespaces[0]
    name = f"{wish}-{capabilities.run}" if capabilities.run else wish
    # When another worker of this session was first, we join what it made.
    with contextlib.suppress(AlreadyExists):
        _make(kube, name, "store")
    return name


def release_namespace(kube: KubeClient, name: str) -> bool:
    """Deletes a claimed namespace without waiting; False when it is not ours and stays."""
    capabilities = kube.capabilities
    if name in capabilities.namespaces:
        with _lock:
            _taken.discard((capabilities.run, name))
        return False
    kube.delete(NAMESPACES, name)
    return True


def _take_named(run: str, named: tuple[str, ...], wish: str) -> str:
    with _lock:
        for name in sorted(named, key=lambda name: name != wish):
            if (run, name) not in _taken:
                _taken.add((run, name))
                return name
    raise UsageProblem(
        f"a stage of this run stands in each of the namespaces {', '.join(named)}\n"
        "  name one more: --kanister-namespaces"
    )


def _make(kube: KubeClient, name: str, label: str) -> None:
    kube.create(
        {
            "apiVersion": NAMESPACES.api_version,
            "kind": NAMESPACES.kind,
            "metadata": {"name": name, "labels": {LABEL: label}},
        }
    )
    if kube.capabilities.kanister_account:
        bind_edit(kube, name, kube.capabilities.kanister_account)
