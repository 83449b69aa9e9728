"""`pytest-kanister snapshot` of a real server and `diff` of two, as a script uses them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pytest_kanister._data.evidence import load_snapshot
from pytest_kanister._data.workloads.mysql.manifests import PORT

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._data.workloads.mysql import MySQL
    from pytest_kanister._kube import KubeClient

pytestmark = pytest.mark.slow


def command(*arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_kanister", *arguments],
        env={**os.environ, "PYTEST_KANISTER_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )


def without_logins(snapshot: Snapshot) -> Snapshot:
    """As the command sees it, which knows nobody's password."""
    inventory = {k: v for k, v in snapshot.inventory.items() if k != "login"}
    return replace(snapshot, inventory=inventory)


def test_a_script_sees_what_changed(
    kube: KubeClient, mysql: MySQL, scene: str, accounts: str, tmp_path: Path
) -> None:
    mysql.execute(scene + accounts)
    before, after = str(tmp_path / "before"), str(tmp_path / "after")
    password = mysql._release.password().reveal()
    with kube.reach(mysql.namespace, mysql.name, PORT, timeout_s=20) as address:
        target = f"mysql://root@{address.host}:{address.port}"
        done = command("snapshot", target, "-o", before, password=password)
        assert (done.returncode, done.stderr) == (0, "")
        assert load_snapshot(tmp_path / "before") == without_logins(mysql.snapshot())
        mysql.execute("DROP USER reader; DELETE FROM d.parts WHERE id = 2")
        file = tmp_path / "password"
        file.write_text(f"{password}\n")
        done = command("snapshot", target, "-o", after, "--password-file", str(file))
        assert done.returncode == 0, done.stderr
        assert command("diff", before, before).returncode == 0
        done = command("diff", before, after)
        assert done.returncode == 1
        assert "user 'reader'@'%': missing" in done.stdout
        assert done.stdout.endswith("different: data and users\n")
        refused = command("snapshot", target, "-o", after, password="wrong")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "error 1045" in refused.stderr


def test_an_account_that_does_not_see_everything_is_refused(
    kube: KubeClient, mysql: MySQL, tmp_path: Path
) -> None:
    mysql.execute("CREATE USER half IDENTIFIED BY 'half-1'; GRANT SELECT, EVENT ON *.* TO half")
    with kube.reach(mysql.namespace, mysql.name, PORT, timeout_s=20) as address:
        target = f"mysql://half@{address.host}:{address.port}"
        done = command("snapshot", target, "-o", str(tmp_path / "x"), password="half-1")
        assert done.returncode == 2
        assert "it lacks SHOW VIEW, SHOW_ROUTINE, TRIGGER ON *.*" in done.stderr
        assert list(tmp_path.iterdir()) == []
        mysql.execute("GRANT SHOW VIEW, TRIGGER, SHOW_ROUTINE ON *.* TO half")
        done = command("snapshot", target, "-o", str(tmp_path / "x"), password="half-1")
        assert done.returncode == 0, done.stderr
    assert load_snapshot(tmp_path / "x") == without_logins(mysql.snapshot())
