"""What our Blueprint for MySQL does that others do not: it looks before it drops."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._data.proof import compare
from pytest_kanister.errors import ActionSetFailed

pytestmark = [pytest.mark.thorough, pytest.mark.slow, pytest.mark.xdist_group("findings")]


def test_a_cut_dump_is_noticed_while_the_data_are_there(circles: Any) -> None:
    """Then, mended, it comes back into a server that takes smaller packets than it had."""
    harness = circles.harness
    mysql = harness.workload("mysql")
    mysql.seed("accounts")
    mysql.execute(
        "CREATE TABLE myImportantData.large (v LONGBLOB);"
        "INSERT INTO myImportantData.large VALUES (REPEAT(x'00ff', 3000000))"
    )
    before = mysql.snapshot()
    blueprint = Path(str(bundled("fixtures", "blueprints", "mysql-blueprint.yaml")))
    backup = harness.backup(mysql, blueprint=blueprint)
    (stored,) = [item for item in harness.bucket.objects() if mysql.namespace in item.key]
    whole = harness.bucket.get(stored.key)
    harness.bucket.put(stored.key, whole[: len(whole) * 2 // 3])
    mysql.execute("CREATE DATABASE later")
    now = mysql.snapshot()
    with pytest.raises(ActionSetFailed, match="is not whole; nothing was changed"):
        harness.restore(backup)
    assert str(compare(now, mysql.snapshot())) == ""

    harness.bucket.put(stored.key, whole)
    mysql.damage(drop="myImportantData")
    mysql.execute("SET GLOBAL max_allowed_packet = 1048576")
    harness.restore(backup)
    assert str(compare(before, mysql.snapshot())) == ""
    assert mysql.execute("SELECT @@GLOBAL.max_allowed_packet") == [(1048576,)]
    harness.close_workload(mysql)
