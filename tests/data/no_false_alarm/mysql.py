"""MySQL's part."""

from __future__ import annotations

from pytest_kanister._data.workloads.mysql import MySQL
from pytest_kanister._data.workloads.mysql.manifests import names_of
from tests.data.no_false_alarm.copying import Engine

ENGINE = Engine(
    MySQL, ("tricky", "many-tables"), MySQL.flavour.image, lambda name: names_of(name).claim
)
