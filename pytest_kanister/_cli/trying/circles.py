"""The round trips of `try`, as documents of scenario files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._scenario.defaults import default_kinds
from pytest_kanister._scenario.model import API_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Circle", "circle_document", "circles_for", "kinds"]

_LATER_MYSQL = (
    {
        "sql": "CREATE DATABASE later; CREATE TABLE later.things (id INT PRIMARY KEY); "
        "CREATE USER later IDENTIFIED BY 'came-1'"
    },
)
_EVENT = "EVERY 1 DAY STARTS '2037-01-01 00:00:00' DO DELETE FROM myImportantData.Accounts"
_MORE_MYSQL = (
    {
        "sql": "CREATE FUNCTION myImportantData.two() RETURNS INT DETERMINISTIC RETURN 2; "
        f"CREATE EVENT myImportantData.daily ON SCHEDULE {_EVENT}; "
        "CREATE USER clerk IDENTIFIED BY 'clerk-1'; "
        "GRANT SELECT ON myImportantData.* TO clerk"
    },
)
_LATER_REDIS = ({"sql": "SET later came"}, {"sql": "RPUSH list later"})


@dataclass(frozen=True)
class Circle:
    """A dataset, what is added to it, how it is lost, and what comes into the place meanwhile.

    Attributes:
        word: for the scenario's name.
        dataset: of the workload.
        damage: arguments of the step.
        more: steps behind `seed`.
        later: steps behind `damage`: what the restore must not leave there.
        backups: how many are taken; the first is restored and deleted first.
    """

    word: str
    dataset: str
    damage: Mapping[str, Any]
    more: tuple[Mapping[str, Any], ...] = ()
    later: tuple[Mapping[str, Any], ...] = ()
    backups: int = 2


@dataclass(frozen=True)
class _Kind:
    """What each circle of a workload uses."""

    plain: str
    fast: Mapping[str, Any]
    damage: Mapping[str, Any]
    later: tuple[Mapping[str, Any], ...]
    more: tuple[Mapping[str, Any], ...] = field(default=())


_LOST = {"emptyServer": True}
_DROP = {"drop": "myImportantData"}
_LATER_FILES = ({"damage": {"command": "echo came > later"}},)
_KINDS: Mapping[str, _Kind] = {
    "mysql": _Kind("accounts", _DROP, _LOST, _LATER_MYSQL, _MORE_MYSQL),
    "mariadb": _Kind("accounts", _DROP, _LOST, _LATER_MYSQL, _MORE_MYSQL),
    "postgresql": _Kind(
        "accounts",
        _DROP,
        _LOST,
        ({"sql": "CREATE DATABASE later"}, {"sql": "CREATE ROLE later"}),
        (
            {"sql": "CREATE ROLE clerk LOGIN"},
            {"sql": "CREATE FUNCTION two() RETURNS integer LANGUAGE sql AS 'SELECT 2'"},
        ),
    ),
    "redis": _Kind("accounts", {"flush": True}, {"flush": True}, _LATER_REDIS),
    "files": _Kind("time-log", {"wipe": True}, {"wipe": True}, _LATER_FILES),
}


def kinds() -> tuple[str, ...]:
    """Workloads that can be tried."""
    return tuple(kind for kind in default_kinds() if kind in _KINDS)


def circles_for(kind: str, *, fast: bool) -> tuple[Circle, ...]:
    """The first is run; the next one when a backup or restore of the one before breaks off."""
    of = _KINDS[kind]
    if fast:
        return (Circle("fast", of.plain, of.fast, backups=1),)
    return (
        Circle("tricky", "tricky", of.damage, later=of.later),
        Circle("plain", of.plain, of.damage, of.more, of.later),
    )


def circle_document(
    circle: Circle,
    *,
    name: str,
    workload: Mapping[str, Any],
    blueprint: str,
    has_delete: bool,
    known: tuple[Mapping[str, Any], ...] = (),
    inputs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A document that `load_scenarios` takes."""
    names = ["first", "second"][: circle.backups]
    steps: list[Mapping[str, Any]] = [{"seed": circle.dataset}, *circle.more]
    steps += [{"backup": {"name": each}} for each in names]
    steps += [{"damage": dict(circle.damage)}, *circle.later]
    steps += [{"restore": {"backup": "first"}}, {"verify": {}}]
    if has_delete:
        steps += [{"delete": {"backup": each}} for each in names]
        steps.append({"verifyDeleted": {}})
    spec: dict[str, Any] = {"workload": dict(workload), "blueprint": blueprint, **(inputs or {})}
    if known:
        spec["known"] = [dict(loss) for loss in known]
    spec["steps"] = [dict(step) for step in steps]
    metadata = {
        "name": f"{name}-{circle.word}",
        "description": f"What `pytest-kanister try` did with {name}: dataset {circle.dataset}",
    }
    return {"apiVersion": API_VERSION, "kind": "Scenario", "metadata": metadata, "spec": spec}
