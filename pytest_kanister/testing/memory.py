"""`InMemoryWorkload`: the smallest `Workload` that is one, to read before writing another."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._data.proof import Snapshot, Table
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._model.references import Target
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pytest_kanister._data.proof.snapshot import Name, Properties
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["InMemoryWorkload"]

_COLUMNS = (Column("name", "text", Kind.TEXT), Column("value", "json", Kind.JSON))

_DATASETS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "accounts": {"accounts": {"nick": 0, "edwin": 144, "o'brien": None, "": ""}},
    "two-tables": {"a": {"x": 1}, "b": {"x": 1}, "empty": {}},
}


class InMemoryWorkload:
    """Implements `Workload` without a server or a cluster: tables of names and JSON values.

    Options: `owner`, a text that is part of the snapshot's inventory.
    """

    kind: ClassVar[str] = "memory"
    not_covered: ClassVar[tuple[str, ...]] = ("the order in which rows were added",)

    def __init__(
        self,
        kube: KubeClient,
        settings: Settings,
        *,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
    ) -> None:
        for option in options:
            if option != "owner":
                raise UsageProblem(f"workload memory: it has the option owner, found {option!r}")
        self.name = name
        self.namespace = namespace
        self._owner = str(options.get("owner", "nobody"))
        self._tables: dict[str, dict[str, Any]] | None = None

    def deploy(self) -> None:
        """Makes room for the tables."""
        self._tables = {}

    def wait_ready(self) -> None:
        """There is nothing to wait for."""
        self._data()

    def remove(self) -> None:
        """Forgets everything."""
        self._tables = None

    @property
    def target(self) -> Target:
        """The namespace: there is no other object."""
        return Target("namespace", self.namespace, self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        """None are needed."""
        return {}

    def datasets(self) -> Sequence[str]:
        """Names that `seed` knows."""
        return sorted(_DATASETS)

    def seed(self, dataset: str | Path) -> int:
        """Adds a named dataset, or a file of JSON: `{"table": {"name": value}}`."""
        if isinstance(dataset, Path):
            try:
                tables = json.loads(dataset.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise UsageProblem(f"cannot read the dataset {dataset}: {error}") from None
        elif dataset in _DATASETS:
            tables = _DATASETS[dataset]
        else:
            known = ", ".join(self.datasets())
            raise UsageProblem(f"memory has the datasets {known}; found {dataset!r}")
        for table, rows in tables.items():
            self._data().setdefault(table, {}).update(rows)
        return sum(len(rows) for rows in tables.values())

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """`TABLE` reads its rows, `TABLE NAME JSON` writes one."""
        table, *row = statement.split(maxsplit=2)
        if len(row) == 2:
            self._data().setdefault(table, {})[row[0]] = json.loads(row[1])
            return []
        return sorted(self._data().get(table, {}).items())

    def damage(self, **how: Any) -> str:
        """`drop="table"`, or `forget="table"`, which keeps the table and loses its rows."""
        damages: Mapping[str, Callable[[str], str]] = {"drop": self._drop, "forget": self._forget}
        if len(how) != 1 or next(iter(how)) not in damages:
            found = ", ".join(map(repr, how)) or "none"
            raise UsageProblem(f"damage: memory knows one of {', '.join(damages)}, found {found}")
        ((word, table),) = how.items()
        if table not in self._data():
            raise UsageProblem(f"damage {word}: there is no table {table!r}")
        return damages[word](table)

    def snapshot(self) -> Snapshot:
        """Every table with its rows; the owner as inventory."""
        tables: dict[Name, Table] = {
            (name,): Table.of(
                _COLUMNS,
                ((key.encode(), _canonical(value)) for key, value in rows.items()),
                key=["name"],
            )
            for name, rows in self._data().items()
        }
        inventory: dict[str, dict[Name, Properties]] = {
            "owner": {(self._owner,): {}} if self._owner else {}
        }
        return Snapshot("memory", tables, inventory, {"version": "1"}, time.time())

    def version(self) -> str:
        """What really runs."""
        return "Memory 1 (for nothing else)"

    def _drop(self, table: str) -> str:
        rows = self._data().pop(table)
        return f"dropped table {table} ({len(rows)} rows)"

    def _forget(self, table: str) -> str:
        rows = self._data()[table]
        count = len(rows)
        rows.clear()
        return f"forgot {count} rows of {table}"

    def _data(self) -> dict[str, dict[str, Any]]:
        if self._tables is None:
            raise EnvironmentProblem(
                f"memory {self.namespace}/{self.name} is not deployed",
                remedies=["call deploy() first"],
            )
        return self._tables


def _canonical(value: Any) -> bytes | None:
    """NULL stays None; anything else is JSON in one spelling."""
    return None if value is None else json.dumps(value, sort_keys=True).encode()
