"""A real MariaDB server: what it has beside MySQL, and its accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.mysql.grants import CLASSES
from pytest_kanister._data.workloads.mysql.manifests import PORT
from pytest_kanister._data.workloads.mysql.remote import snapshot_of
from pytest_kanister._model.resources import SECRETS
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import UsageProblem
from tests.data.proof.sabotage.mariadb import PEOPLE, SCENE

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mariadb import MariaDB
    from pytest_kanister._kube import KubeClient

pytestmark = [pytest.mark.slow, pytest.mark.thorough]


def test_what_public_blueprints_read(kube: KubeClient, mariadb: MariaDB) -> None:
    """`maria` takes Secret and host by the StatefulSet's name."""
    assert mariadb.version().startswith("MariaDB 10.")
    assert mariadb.target.name == mariadb.name
    assert mariadb.secrets["mariadb"].name == mariadb.name
    secret = kube.get(SECRETS, mariadb.name, mariadb.namespace)
    assert "mariadb-root-password" in secret["data"]


def test_what_is_in_force_is_all_that_is_stored(mariadb: MariaDB) -> None:
    """Both readings of every right agree, so nothing but `granted` is said of any."""
    mariadb.execute(SCENE + PEOPLE)
    inventory = mariadb.snapshot().inventory
    for kind in set(CLASSES) - {"partial revoke"}:
        assert inventory[kind], kind
        for name, properties in inventory[kind].items():
            assert all(value.startswith("granted") for value in properties.values()), name
    for kind in ("user", "role"):
        assert {found["in force"] for found in inventory[kind].values()} == {"yes"}


def test_no_secret_is_in_a_snapshot(mariadb: MariaDB) -> None:
    mariadb.execute(SCENE + PEOPLE)
    shown = repr(mariadb.snapshot().inventory)
    for (stored,) in mariadb.execute(
        "SELECT JSON_VALUE(Priv, '$.authentication_string') FROM mysql.global_priv"
    ):
        assert not stored or str(stored) not in shown
    assert "reads-9" not in shown


def test_rows_of_the_past_and_sequences(mariadb: MariaDB) -> None:
    mariadb.execute(SCENE)
    snapshot = mariadb.snapshot()
    assert snapshot.tables["d", "kept"].rows == {(b"1", b"c"): 1}
    assert snapshot.tables["d", "kept", "all versions"].row_count == 3
    assert snapshot.inventory["sequence"]["d", "numbers"]["next value not in the cache"] == "35"
    mariadb.execute("SELECT NEXTVAL(d.numbers)")  # from the cache: nothing is stored
    assert str(compare(snapshot, mariadb.snapshot())) == ""


def test_a_snapshot_of_somebody_elses_server(kube: KubeClient, mariadb: MariaDB) -> None:
    mariadb.execute(
        SCENE + "CREATE USER half IDENTIFIED BY 'half-1'; GRANT SELECT, EVENT ON *.* TO half"
    )
    with kube.reach(mariadb.namespace, mariadb.name, PORT, timeout_s=20) as address:
        with pytest.raises(UsageProblem, match="it lacks SHOW VIEW, TRIGGER"):
            snapshot_of(address, "half", Secret("half-1"))
        mariadb.execute("GRANT SHOW VIEW, TRIGGER ON *.* TO half")
        found = snapshot_of(address, "half", Secret("half-1"))
    mine = mariadb.snapshot()
    assert found.tables == mine.tables
    assert found.inventory["package body"] == mine.inventory["package body"]
    assert "login" not in found.inventory
