"""Namespaces that no two stages share, whoever else uses the cluster."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister.errors import AlreadyExists, UsageProblem

if TYPE_CHECKING:
    from pytest_kanister._kube import KubeClient

__all__ = ["LABEL", "claim_namespace", "slug"]

LABEL = "pytest-kanister"
"""Label on every namespace that we make: `kubectl get ns -l pytest-kanister`."""

# A label of DNS: letters, digits and dashes, at most 63; the rest is room for a suffix.
_LONGEST = 48


def slug(text: str) -> str:
    """`test_accounts[10]` becomes `test-accounts-10`: a namespace's name."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return name[:_LONGEST].strip("-") or "test"


def claim_namespace(kube: KubeClient, wish: str, *, suffix: str = "") -> str:
    """Makes the namespace `wish`, or `wish-2`, `wish-3` … when somebody has it already.

    Creation is atomic in the API, so two processes never get the same one.

    Args:
        kube: the cluster.
        wish: logical name.
        suffix: put behind the name on clusters that others share.

    Raises:
        UsageProblem: `wish` cannot be a namespace's name.
    """
    if slug(wish) != wish:
        raise UsageProblem(
            f"namespace {wish!r}: expected lower-case letters, digits and dashes, "
            f"at most {_LONGEST} of them"
        )
    stem = f"{wish}-{suffix}" if suffix else wish
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        try:
            kube.create(
                {
                    "apiVersion": NAMESPACES.api_version,
                    "kind": NAMESPACES.kind,
                    "metadata": {"name": name, "labels": {LABEL: wish}},
                }
            )
        except AlreadyExists:
            number += 1
        else:
            return name
