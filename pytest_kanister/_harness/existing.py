"""A workload that we did not deploy: looked at freely, written to only when two people agree.

The scenario says `existing: true`, and for anything that overwrites data also
`destructive: allowed`; the workload itself must then bear the label that its owner put there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from pytest_kanister._model.ownership import ALLOW_DESTRUCTIVE_LABEL
from pytest_kanister._model.resources import DEPLOYMENTS, STATEFULSETS
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._kube import KubeClient

__all__ = ["Existing", "existing_workload", "split_options"]

_RESOURCES = {"statefulset": STATEFULSETS, "deployment": DEPLOYMENTS}


@dataclass(frozen=True)
class Existing:
    """What a scenario says about a workload that is there already."""

    destructive: bool


def split_options(options: Mapping[str, Any]) -> tuple[dict[str, Any], Existing | None]:
    """The workload's own options, and what they say about its existence; None: we deploy it.

    Raises:
        UsageProblem: a value that the key cannot hold.
    """
    rest = dict(options)
    existing, destructive = rest.pop("existing", False), rest.pop("destructive", "refused")
    if not isinstance(existing, bool):
        raise UsageProblem(f"workload: existing: expected true or false, found {existing!r}")
    if destructive not in ("refused", "allowed"):
        raise UsageProblem(
            f"workload: destructive: expected refused or allowed, found {destructive!r}"
        )
    if not existing:
        return rest, None
    return rest, Existing(destructive == "allowed")


def existing_workload(kube: KubeClient, workload: Workload, said: Existing) -> Workload:
    """The workload, refusing what would overwrite its data unless scenario and label allow it.

    Raises:
        NotFound: it is not there.
    """
    target = workload.target
    found = kube.get(_RESOURCES[target.kind], target.name, target.namespace)
    labelled = (found["metadata"].get("labels") or {}).get(ALLOW_DESTRUCTIVE_LABEL) == "true"
    lacking = []
    if not said.destructive:
        lacking.append("the scenario does not say `destructive: allowed` in its workload")
    if not labelled:
        lacking.append(f'the {target.kind} does not bear {ALLOW_DESTRUCTIVE_LABEL}="true"')
    return cast("Workload", _Undeployed(workload, lacking))


class _Undeployed:
    """Implements `Workload` around one that is there; everything that only looks goes through."""

    def __init__(self, workload: Workload, lacking: list[str]) -> None:
        self._workload = workload
        self._lacking = lacking

    def __getattr__(self, name: str) -> Any:
        return getattr(self._workload, name)

    def deploy(self) -> None:
        """It is there."""

    def remove(self) -> None:
        """It stays."""

    def seed(self, dataset: str | Path) -> int:
        """See `Workload.seed`."""
        self.require_writable("seeding")
        return self._workload.seed(dataset)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """See `Workload.execute`."""
        self.require_writable("executing statements")
        return self._workload.execute(statement)

    def damage(self, **how: Any) -> str:
        """See `Workload.damage`."""
        self.require_writable("damaging")
        return self._workload.damage(**how)

    def require_writable(self, what: str) -> None:
        """Refuses what overwrites data, unless scenario and label both allow it.

        Raises:
            UsageProblem: the refusal.
        """
        if self._lacking:
            name = f"{self._workload.namespace}/{self._workload.name}"
            raise UsageProblem(
                f"{what} is refused on {self._workload.kind} {name}, which we did not deploy:\n"
                + "\n".join(f"  {reason}" for reason in self._lacking)
            )
