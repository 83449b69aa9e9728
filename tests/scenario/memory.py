"""A stage in memory: a database of one table, and a bucket that is a dictionary.

What it does wrong on request, real Blueprints do wrong too; those are tried in tests/bundled.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pytest_kanister._data.proof import Snapshot, Table
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.stores import StoredObject
from pytest_kanister._model.references import Target
from pytest_kanister._scenario.stage import Backup

COLUMNS = (Column("name", "text", Kind.TEXT), Column("balance", "int", Kind.INTEGER))


class MemoryBucket:
    def __init__(self, contents: dict[str, bytes], prefix: str = "") -> None:
        self.name = "memory"
        self.prefix = prefix
        self.contents = contents

    def objects(self) -> list[StoredObject]:
        return [
            StoredObject(key, len(body), f"{hash(body):x}")
            for key, body in sorted(self.contents.items())
            if key.startswith(self.prefix)
        ]

    def get(self, key: str) -> bytes:
        return self.contents[key]

    def put(self, key: str, body: bytes) -> None:
        self.contents[key] = body

    def delete(self, key: str) -> None:
        self.contents.pop(key, None)

    def within(self, prefix: str) -> MemoryBucket:
        return MemoryBucket(self.contents, prefix)


@dataclass
class MemoryWorkload:
    kind: ClassVar[str] = "memory"
    not_covered: ClassVar[tuple[str, ...]] = ("users",)
    name: str = "m"
    namespace: str = "n"
    rows: list[tuple[str, int]] = field(default_factory=list)
    sets: Mapping[str, list[tuple[str, int]]] = field(
        default_factory=lambda: {"accounts": [("nick", 0), ("edwin", 144)], "nothing": []}
    )

    def deploy(self) -> None: ...
    def wait_ready(self) -> None: ...
    def remove(self) -> None: ...

    @property
    def target(self) -> Target:
        return Target("statefulset", self.name, self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        return {}

    def datasets(self) -> Sequence[str]:
        return sorted(self.sets)

    def seed(self, dataset: str | Path) -> int:
        self.rows = list(self.sets[str(dataset)])
        return len(self.rows)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def damage(self, **how: Any) -> str:
        if how["drop"] == "everything":
            self.rows = []
        return f"dropped {how['drop']}"

    def snapshot(self) -> Snapshot:
        cells = [(name.encode(), str(balance).encode()) for name, balance in self.rows]
        return Snapshot("memory", {("t",): Table.of(COLUMNS, cells)}, {"database": {}})

    def version(self) -> str:
        return "Memory 1"


class MemoryStage:
    """Right in everything unless a test replaces a method's work: see the arguments.

    Args:
        dump: what a backup of these rows stores.
        load: what comes back from these rows.
        forget: whether `delete` deletes.
    """

    def __init__(
        self,
        dump: Any = lambda body: body,
        load: Any = lambda rows: rows,
        *,
        forget: bool = True,
        fail: Exception | None = None,
    ) -> None:
        self.workload: Any = MemoryWorkload()
        self.bucket = MemoryBucket({})
        self.losses = ("nothing is durable",)
        self._dump, self._load, self._forget, self._fail = dump, load, forget, fail
        self._kept: list[tuple[str, int]] = []

    def backup(self, blueprint: str | Path, *, beside: Path | None = None) -> Backup:
        self._kept = list(self.workload.rows)
        body = self._dump(gzip.compress(json.dumps(self._kept).encode()))
        if body is not None:
            self.bucket.put("dump.gz", body)
        return Backup(
            "backup-1", "kanister", "b", Path(blueprint), self.workload.target,
            tuple(self.bucket.objects()), {}, 0.1,
        )  # fmt: skip

    def restore(self, backup: Backup) -> str:
        if self._fail:
            raise self._fail
        self.workload.rows = self._load(list(self._kept))
        return "restore-1"

    def delete(self, backup: Backup, *, target: Target | None = None) -> str:
        if self._forget:
            self.bucket.contents.clear()
        return "delete-1"

    def ran(self) -> dict[str, str]:
        return {"database": self.workload.version()}
