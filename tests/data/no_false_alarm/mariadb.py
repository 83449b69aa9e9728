"""MariaDB's part."""

from __future__ import annotations

from pytest_kanister._data.workloads.mariadb import MariaDB
from pytest_kanister._data.workloads.mysql.manifests import names_of
from tests.data.no_false_alarm.copying import Engine

ENGINE = Engine(
    MariaDB, ("tricky", "many-tables"), MariaDB.flavour.image, lambda name: names_of(name).claim
)
