"""The steps of a scenario that lists none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._scenario.model import Step
from pytest_kanister._scenario.steps.backup import BackupStep
from pytest_kanister._scenario.steps.damage import Damage
from pytest_kanister._scenario.steps.delete import Delete
from pytest_kanister._scenario.steps.restore import Restore
from pytest_kanister._scenario.steps.seed import Seed
from pytest_kanister._scenario.steps.verify import EVERYTHING
from pytest_kanister._scenario.steps.verify_deleted import VerifyDeleted

if TYPE_CHECKING:
    from pytest_kanister._scenario.model import Mark

__all__ = ["default_kinds", "default_steps"]

# By workload kind: the dataset that its default round trip loads, and the damage that destroys it.
_CIRCLES: dict[str, tuple[Seed, Damage]] = {
    "mysql": (Seed("accounts"), Damage({"drop": "myImportantData"})),
    "mariadb": (Seed("accounts"), Damage({"drop": "myImportantData"})),
    "postgresql": (Seed("accounts"), Damage({"drop": "myImportantData"})),
    "redis": (Seed("accounts"), Damage({"flush": True})),
    "files": (Seed("time-log"), Damage({"wipe": True})),
}


def default_kinds() -> tuple[str, ...]:
    """Workload kinds that have a default round trip."""
    return tuple(_CIRCLES)


def default_steps(kind: str, mark: Mark) -> tuple[Step, ...]:
    """The whole circle with the workload's own dataset.

    Raises:
        ScenarioError: there is no default for this kind.
    """
    if kind not in _CIRCLES:
        raise mark.error(
            f"a workload of kind {kind!r} has no default steps",
            f"list them under spec.steps; defaults exist for: {', '.join(_CIRCLES)}",
        )
    seed, damage = _CIRCLES[kind]
    circle: tuple[tuple[str, object], ...] = (
        ("seed", seed),
        ("backup", BackupStep()),
        ("damage", damage),
        ("restore", Restore()),
        ("verify", EVERYTHING),
        ("delete", Delete()),
        ("verifyDeleted", VerifyDeleted()),
    )
    return tuple(Step(word, arguments, mark) for word, arguments in circle)
