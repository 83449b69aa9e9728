"""`postgres/v10.16.2`: pg_dumpall, a `sed` and psql, with the clients that its image has today."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from pytest_kanister.errors import ActionSetFailed
from tests.corpus.test_postgres_start_stop import SEED, deploy, sql

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("corpus")]
BLUEPRINT = "postgres/v10.16.2/postgres-blueprint.yaml"


def test_backup_and_delete(ground: Any) -> None:
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground, key="postgresql-password")
    sql(ground, pod, SEED)
    backup = ground.run("backup", blueprint, ground.target("statefulset", "shop-postgresql"))
    (stored,) = ground.stored()
    dump = gzip.decompress(ground.bucket.get(stored)).decode()
    assert "CREATE ROLE clerk;" in dump
    assert "COPY public.orders (id, item, price) FROM stdin;" in dump
    assert "PostgreSQL database cluster dump complete" in dump
    ground.run_from(backup, "delete", ground.target("namespace", ground.namespace))
    assert ground.stored() == []


def test_defect_the_restore_drops_template1_and_ends_there(ground: Any) -> None:
    """`sed` rewrites LOCALE_PROVIDER, which dumps have since PostgreSQL 15, to nonsense.

    template1 is the first database of the dump: it is dropped, cannot be made again, and
    nothing is restored after it.  New databases cannot be made from then on either.
    """
    blueprint = ground.blueprint(BLUEPRINT)
    pod = deploy(ground, key="postgresql-password")
    sql(ground, pod, SEED)
    backup = ground.run("backup", blueprint, ground.target("statefulset", "shop-postgresql"))
    sql(ground, pod, "DROP DATABASE shop")
    with pytest.raises(ActionSetFailed) as caught:
        ground.run_from(backup, "restore")
    said = str(caught.value)
    assert 'option "lc_collate_provider" not recognized' in said
    assert 'database "template1" does not exist' in said
    databases = sql(ground, pod, "SELECT datname FROM pg_database ORDER BY 1")
    assert databases.split() == ["postgres", "template0"]
