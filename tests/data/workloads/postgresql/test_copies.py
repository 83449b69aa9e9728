"""Faithful copies are equal: by pg_dumpall here, by the volume in tests/data/no_false_alarm."""

from __future__ import annotations

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.workloads.postgresql import PostgreSQL
from tests.data.proof.sabotage.postgresql import reset

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ENVIRONMENT = 'export PGPASSWORD="$POSTGRES_PASSWORD" PGUSER=postgres PGHOST=store-postgresql\n'
FILE = "/var/lib/postgresql/data/dump.sql"


def _sh(postgresql: PostgreSQL, script: str) -> str:
    done = postgresql._kube.exec(
        postgresql.namespace, "store-postgresql-0", ["bash", "-c", ENVIRONMENT + script]
    )
    assert done.exit_status == 0, done.stderr[-2000:]
    return done.stderr.decode()


def test_a_dump_of_the_whole_server_restored_into_an_empty_one(postgresql: PostgreSQL) -> None:
    """All that the tricky dataset holds survives pg_dumpall, every float and large object of it."""
    rows = postgresql.seed("tricky")
    before = postgresql.snapshot()
    assert before.row_count >= rows > 100
    _sh(postgresql, f"pg_dumpall -f {FILE}")
    reset(postgresql)
    assert postgresql.snapshot() != before
    said = _sh(postgresql, f"psql -Xqo /dev/null -f {FILE}; rm {FILE}")
    # The administrator is there already; everything else must be made.
    assert said.count("ERROR") == 1, said
    assert 'role "postgres" already exists' in said
    after = postgresql.snapshot()
    assert after == before, str(compare(before, after))


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--data-only", "missing"),
        ("--no-owner --no-privileges", "owner: clerk -> postgres"),
        ("--no-role-passwords", "password: fingerprint "),
        ("--no-comments", "comment "),
    ],
)
def test_what_a_dump_with_the_wrong_options_loses(
    postgresql: PostgreSQL, option: str, told: str
) -> None:
    postgresql.run_script(
        "CREATE ROLE clerk LOGIN PASSWORD 'x'; CREATE DATABASE d;\n\\connect d\n"
        "CREATE TABLE keyless (a int); ALTER TABLE keyless OWNER TO clerk;"
        "COMMENT ON TABLE keyless IS 'x'; GRANT SELECT ON keyless TO PUBLIC;"
    )
    before = postgresql.snapshot()
    _sh(postgresql, f"pg_dumpall {option} -f {FILE}")
    reset(postgresql)
    _sh(postgresql, f"psql -Xqo /dev/null -f {FILE}; rm {FILE}")
    assert told in str(compare(before, postgresql.snapshot(), limit=100))
