"""mysqldump and back, on a real server: what really gets lost is found, and nothing else."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.proof import compare
from pytest_kanister._data.stores.ledger import check_dump
from pytest_kanister._data.workloads.mysql.manifests import names_of

if TYPE_CHECKING:
    from pytest_kanister._data.workloads.mysql import MySQL
    from pytest_kanister._kube import KubeClient

pytestmark = pytest.mark.slow

# What the tutorial's Blueprint runs, less the pipe.
TUTORIAL = "--column-statistics=0 --single-transaction --all-databases"


def run(kube: KubeClient, mysql: MySQL, program: str, stdin: bytes = b"") -> bytes:
    command = f'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec {program}'
    result = kube.exec(
        mysql.namespace, names_of(mysql.name).pod, ["bash", "-c", command], stdin=stdin
    )
    assert result.exit_status == 0, result.stderr.decode()
    return result.stdout


def dump(kube: KubeClient, mysql: MySQL, options: str) -> bytes:
    body = run(kube, mysql, f"mysqldump -u root -h {mysql.name} {options}")
    assert check_dump(gzip.compress(body)) is None
    assert check_dump(gzip.compress(body[:-100])) is not None
    return body


def restore(kube: KubeClient, mysql: MySQL, body: bytes) -> None:
    run(kube, mysql, f"mysql -u root -h {mysql.name}", body)


def login(kube: KubeClient, mysql: MySQL, user: str, password: str) -> str:
    """What a client over the network hears: empty when it is let in."""
    command = f"MYSQL_PWD={password} exec mysql -h {mysql.name} -u {user} -e 'SELECT 1'"
    result = kube.exec(mysql.namespace, names_of(mysql.name).pod, ["bash", "-c", command])
    return result.stderr.decode() if result.exit_status else ""


def test_the_tutorials_data_come_back(kube: KubeClient, mysql: MySQL) -> None:
    mysql.seed("accounts")
    before = mysql.snapshot()
    body = dump(kube, mysql, TUTORIAL)
    mysql.damage(drop="myImportantData")
    assert mysql.snapshot() != before
    restore(kube, mysql, body)
    assert str(compare(before, mysql.snapshot())) == ""


def test_a_complete_dump_is_no_false_alarm(kube: KubeClient, mysql: MySQL, scene: str) -> None:
    mysql.execute(scene)
    before = mysql.snapshot()
    body = dump(kube, mysql, f"{TUTORIAL} --routines --events --triggers")
    mysql.damage(drop="d")
    restore(kube, mysql, body)
    assert str(compare(before, mysql.snapshot())) == ""


def test_what_the_tutorials_dump_loses(kube: KubeClient, mysql: MySQL, scene: str) -> None:
    mysql.execute(scene)
    mysql.execute(
        "CREATE DATABASE f; CREATE TABLE f.t (a FLOAT); INSERT INTO f.t VALUES (16777216)"
    )
    before = mysql.snapshot()
    body = dump(kube, mysql, TUTORIAL)
    mysql.damage(drop="d")
    mysql.damage(drop="f")
    mysql.execute("CREATE DATABASE later")
    restore(kube, mysql, body)
    diff = compare(before, mysql.snapshot())
    assert str(diff).splitlines() == [
        "database later: extra (it was not there before)",
        "event d.e: missing (it was there before)",
        "function d.f: missing (it was there before)",
        "procedure d.p: missing (it was there before)",
        "table f.t: 1 row before, 1 after",
        "  ~ limit    (16777216.0) -> (16777200.0)   a: 16777216.0 -> 16777200.0"
        "   (the engine's own dump alters it so)",
    ]
    assert diff.grades == ("code", "extra", "limit")


def test_a_user_that_the_tutorials_restore_brings_back_cannot_log_in(
    kube: KubeClient, mysql: MySQL, scene: str, accounts: str
) -> None:
    """The dump writes the rows of mysql.user, and nothing makes the server read them."""
    mysql.execute(scene + accounts)
    before = mysql.snapshot()
    assert login(kube, mysql, "reader", "reads-9") == ""
    body = dump(kube, mysql, TUTORIAL)
    mysql.execute("DROP USER reader")
    mysql.damage(drop="d")
    restore(kube, mysql, body)
    diff = compare(before, mysql.snapshot())
    assert str(diff).splitlines() == [
        "event d.e: missing (it was there before)",
        "function d.f: missing (it was there before)",
        "procedure d.p: missing (it was there before)",
        "user 'reader'@'%': changed",
        "  ~ users    in force: yes -> no: it is stored, but the server does not know it before "
        "FLUSH PRIVILEGES",
    ]
    assert diff.grades == ("code", "users")
    assert "ERROR 1045" in login(kube, mysql, "reader", "reads-9")
    mysql.execute("FLUSH PRIVILEGES")
    assert login(kube, mysql, "reader", "reads-9") == ""
    assert compare(before, mysql.snapshot()).grades == ("code",)


def test_what_is_no_longer_stored_still_logs_in(
    kube: KubeClient, mysql: MySQL, scene: str, accounts: str
) -> None:
    """Rights given after the backup outlive the restore, for as long as the server runs."""
    mysql.execute(scene + accounts)
    before = mysql.snapshot()
    body = dump(kube, mysql, TUTORIAL)
    mysql.execute("CREATE USER later; GRANT DROP ON *.* TO later; GRANT DROP ON d.* TO works")
    restore(kube, mysql, body)
    diff = compare(before, mysql.snapshot())
    assert str(diff).splitlines() == [
        "global grant to 'later'@'%': extra (it was not there before)",
        "schema grant d to 'works'@'%': changed",
        "  + users    DROP: in force, but not stored: gone after FLUSH PRIVILEGES",
        "user 'later'@'%': extra (it was not there before)",
    ]
    mysql.execute("FLUSH PRIVILEGES")
    assert compare(before, mysql.snapshot()).grades == ()


def test_with_flush_privileges_everybody_comes_back(
    kube: KubeClient, mysql: MySQL, scene: str, accounts: str
) -> None:
    mysql.execute(scene + accounts)
    before = mysql.snapshot()
    body = dump(kube, mysql, f"{TUTORIAL} --routines --events --triggers --flush-privileges")
    mysql.execute("DROP USER reader; DROP ROLE works; CREATE USER later")
    mysql.damage(drop="d")
    restore(kube, mysql, body)
    assert str(compare(before, mysql.snapshot())) == ""
