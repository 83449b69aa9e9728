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
from pytest_kanister._kube import ExecResult
from pytest_kanister._model.references import Target
from pytest_kanister._scenario.stage import Backup
from pytest_kanister.errors import ActionSetFailed, UsageProblem

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
        """`add NAME BALANCE` puts a row in; anything else gives all rows."""
        word, *rest = statement.split()
        if word == "add":
            self.rows = [*self.rows, (rest[0], int(rest[1]))]
            return []
        if word == "refuse":
            raise UsageProblem("memory refused: error 1")
        return list(self.rows)

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
        self._number = 0
        self.path = "dump-{number}.gz"
        self.coarse = ""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.objects: dict[tuple[str, str], dict[str, Any]] = {}

    def backup(self, blueprint: str | Path, *, beside: Path | None = None, **more: Any) -> Backup:
        self.asked.append(("backup", more))
        self._number += 1
        key = self.path.format(number=self._number)
        body = self._dump(gzip.compress(json.dumps(self.workload.rows).encode()))
        before = {stored.key for stored in self.bucket.objects()}
        if body is not None:
            self.bucket.put(key, body)
        stored = [o for o in self.bucket.objects() if o.key not in before or o.key == key]
        return Backup(
            f"backup-{self._number}", "kanister", "b", Path(blueprint), self.workload.target,
            tuple(stored), {"dump": {"keyValue": {"path": key}}}, 0.1,
        )  # fmt: skip

    def restore(self, backup: Backup, *, into: Any = None, **more: Any) -> str:
        self.asked.append(("restore", more))
        if self._fail:
            raise self._fail
        (stored,) = backup.objects
        try:
            rows = json.loads(gzip.decompress(self.bucket.get(stored.key)))
        except (KeyError, EOFError, ValueError) as error:
            raise ActionSetFailed(
                "restore-1", namespace="k", action="restore", message=f"no backup: {error!r}"
            ) from None
        (into or self).workload.rows = self._load([tuple(row) for row in rows])
        return "restore-1"

    def delete(self, backup: Backup, *, target: Target | None = None, **more: Any) -> str:
        self.asked.append(("delete", {"target": target, **more}))
        if self._forget:
            for stored in backup.objects:
                self.bucket.delete(stored.key)
        return "delete-1"

    def fresh(self, spec: Any) -> MemoryStage:
        self.asked.append(("fresh", {"spec": spec}))
        stage = MemoryStage()
        stage.workload = MemoryWorkload(name=spec.name, namespace=spec.namespace)
        return stage

    def precision(self, blueprint: str | Path, *, beside: Path | None = None) -> str:
        return self.coarse

    def apply(self, manifests: Sequence[dict[str, Any]]) -> list[str]:
        for manifest in manifests:
            self.objects[manifest["kind"], manifest["metadata"]["name"]] = manifest
        return [f"{kind} {name}" for kind, name in self.objects]

    def look(self, api_version: str, kind: str, name: str, namespace: str) -> Any:
        return self.objects.get((kind, name))

    def exec(self, command: Sequence[str], **more: Any) -> ExecResult:
        self.asked.append(("exec", {"command": command, **more}))
        return ExecResult(3 if "fail" in command else 0, b"hello\n", b"")

    def redact(self, text: str) -> str:
        return text.replace("s3cret", "***")

    def ran(self) -> dict[str, str]:
        return {"database": self.workload.version()}
