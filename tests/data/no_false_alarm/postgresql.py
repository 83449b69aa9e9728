"""PostgreSQL's part."""

from __future__ import annotations

from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._data.workloads.postgresql.manifests import names_of
from tests.data.no_false_alarm.copying import Engine

ENGINE = Engine(
    PostgreSQL, ("tricky", "many-tables"), "postgres:18", lambda name: names_of(name).claim
)
