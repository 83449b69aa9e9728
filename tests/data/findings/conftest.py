"""One harness for the findings: each circle over the tricky dataset is run once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister._harness import Harness
from pytest_kanister._model.settings import Settings

BESIDE = Path(__file__).parents[4] / "shared"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE / "corpus" / "blueprints"))
SERVERS_OWN = ("mysql", "sys", "information_schema", "performance_schema")


class Findings:
    """Takes a workload with the tricky dataset through a Blueprint's circle."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    def seeded(self, kind: str) -> Workload:
        server = self.harness.workload(kind)
        server.seed("tricky")
        return server

    def circle(self, server: Workload, blueprint: Path, *, remade: str = "") -> Diff:
        """Everything is lost and something new is there when the restore begins.

        Args:
            server: from `seeded`.
            blueprint: a file.
            remade: a database that somebody makes again, empty but for a table of another name.
        """
        before = server.snapshot()
        backup = self.harness.backup(server, blueprint=blueprint)
        for (database,) in server.execute("SHOW DATABASES"):
            if database not in SERVERS_OWN:
                server.damage(drop=database)
        server.damage(dropUser="reader")
        server.execute("CREATE DATABASE later; CREATE TABLE later.t (id INT)")
        server.execute("CREATE USER later IDENTIFIED BY 'later-1'; GRANT DROP ON *.* TO later")
        if remade:
            server.execute(f"CREATE DATABASE {remade}; CREATE TABLE {remade}.since (id INT)")
        self.harness.restore(backup)
        found = compare(before, server.snapshot(), limit=1000)
        self.harness.close_workload(server)
        return found


@pytest.fixture(scope="package")
def circles() -> Iterator[Findings]:
    with Harness(Settings()) as harness:
        yield Findings(harness)
