import os
import subprocess
import sys

import pytest

from pytest_kanister._backends.embedded.owner import Owner, ended, owner_pid


def test_we_are_our_own_owner() -> None:
    owner = Owner.of(os.getpid())

    assert owner is not None
    assert Owner.parse(str(owner)) == owner
    assert not owner.gone


def test_a_later_process_of_the_same_number_is_somebody_else() -> None:
    us = Owner.of(os.getpid())
    assert us is not None
    before = Owner(us.pid, us.started - 1)

    assert before.gone
    assert before.watch() is None


def test_the_end_of_the_owner_is_seen() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = Owner.of(child.pid)
        assert owner is not None
        handle = owner.watch()
        assert handle is not None
        assert not ended(handle)
        child.kill()
        child.wait()
    try:
        assert ended(handle)
        assert owner.watch() is None
    finally:
        os.close(handle)


def test_a_number_without_a_process() -> None:
    child = subprocess.Popen(["true"])
    child.wait()

    assert Owner.of(child.pid) is None


def test_an_xdist_workers_owner_is_the_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "set after this process began")
    assert owner_pid() == os.getppid()

    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID")
    assert owner_pid() == os.getpid()


def test_a_program_that_a_worker_starts_is_its_own_owner() -> None:
    code = (
        "import os; from pytest_kanister._backends.embedded.owner import owner_pid;"
        "assert owner_pid() == os.getpid()"
    )

    subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTEST_XDIST_TESTRUNUID": "x", "PYTEST_XDIST_WORKER": "gw0"},
        check=True,
    )
