"""`postgres/v10.16.2`: pg_dumpall, a `sed` and psql, with the clients that its image has today."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._harness import Harness
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import ActionSetFailed
from tests.corpus.conftest import CORPUS
from tests.corpus.test_postgres_start_stop import SEED, deploy, sql
from tests.support.findings import check_finding, part

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("corpus")]
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


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    if not CORPUS.is_dir():
        pytest.skip(f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
    with Harness(Settings()) as found:
        yield found


@pytest.fixture
def postgresql(harness: Harness) -> Iterator[PostgreSQL]:
    made = harness.workload("postgresql", namespace="corpus-postgresql")
    yield cast(PostgreSQL, made)
    harness.close_workload(made)


@pytest.fixture
def repaired(tmp_path: Path) -> str:
    """v10.16.2 with the filters of postgres-dep-config's restore, which wants OpenShift.

    Those take LOCALE_PROVIDER out of the dump, so that the restore goes on.
    """
    pattern = re.compile(r"(\| sed '.*' )(?=\| psql)")
    ours = (CORPUS / BLUEPRINT).read_text()
    theirs = (CORPUS / "postgres-dep-config/postgres-dep-config-blueprint.yaml").read_text()
    (filters,) = pattern.findall(theirs)
    file = tmp_path / "postgres-blueprint.yaml"
    file.write_text(pattern.sub(lambda _: filters, ours))
    return str(file)


def _told(harness: Harness, postgresql: PostgreSQL, blueprint: str, damage: str) -> Diff:
    """What differs after backup, damage and restore, which succeeds."""
    before = postgresql.snapshot()
    backup = harness.backup(postgresql, blueprint)
    postgresql.run_script(damage)
    harness.restore(backup)
    return compare(before, postgresql.snapshot())


def test_round_trip_with_the_other_filters(
    harness: Harness, postgresql: PostgreSQL, repaired: str
) -> None:
    postgresql.seed("accounts")
    diff = _told(harness, postgresql, repaired, 'DROP DATABASE "myImportantData"')
    assert not diff, str(diff)


def test_finding_the_restore_rewrites_what_users_wrote(
    harness: Harness, postgresql: PostgreSQL, repaired: str
) -> None:
    """`sed` does not know data from statements: the word LOCALE is another one afterwards."""
    postgresql.run_script(
        "CREATE DATABASE shop;\n\\connect shop\n"
        "CREATE TABLE settings (name text PRIMARY KEY, value text);"
        "INSERT INTO settings VALUES ('LOCALE', 'de_DE'), ('how', 'set LOCALE_PROVIDER = libc'),"
        " ('plain', 'x');"
        "CREATE FUNCTION asks() RETURNS text LANGUAGE sql AS $$ SELECT 'LOCALE' $$;"
    )
    diff = _told(harness, postgresql, repaired, "DROP DATABASE shop")
    assert diff.grades == ("data", "code"), str(diff)
    check_finding("postgresql-locale", str(diff))


def test_finding_what_came_after_the_backup_stays(
    harness: Harness, postgresql: PostgreSQL, repaired: str
) -> None:
    """--clean drops what the dump has, nothing else; ALTER SYSTEM is no part of a dump."""
    postgresql.seed("accounts")
    postgresql.execute("ALTER SYSTEM SET work_mem = '5MB'")
    damage = "CREATE DATABASE later; CREATE ROLE intruder SUPERUSER; ALTER SYSTEM RESET work_mem"
    diff = _told(harness, postgresql, repaired, damage)
    assert not diff.tables.entries
    check_finding("postgresql-later", str(part(diff, ("database", "role", "setting"))))


def test_finding_a_client_that_stays_makes_the_restore_double_rows_and_succeed(
    harness: Harness, postgresql: PostgreSQL, repaired: str
) -> None:
    """Its database cannot be dropped; psql goes on without ON_ERROR_STOP, and adds the rows."""
    postgresql.seed("accounts")
    before = postgresql.snapshot()
    backup = harness.backup(postgresql, repaired)
    with _client(postgresql, "myImportantData"):
        harness.restore(backup)  # complete, it says
    diff = compare(before, postgresql.snapshot())
    assert diff.grades == ("data",), str(diff)
    check_finding("postgresql-doubled", str(diff))


@contextmanager
def _client(postgresql: PostgreSQL, database: str) -> Iterator[psycopg.Connection[Any]]:
    with postgresql._reopen(database) as connection:
        yield connection
