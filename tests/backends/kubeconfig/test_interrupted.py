"""A visit that is interrupted: nothing is left, or it is listed and removed by `cleanup`.

The moments are drawn from a run's own recorded events; the seed is printed, KANISTER_TEST_SEED
repeats a draw.  One moment in every run of the suite, all twenty with `-m interruptions`.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister._backends.kubeconfig.leftovers import find_leftovers
from pytest_kanister._model.ownership import RUN_LABEL
from pytest_kanister._model.resources import NAMESPACES, SECRETS
from tests.backends.kubeconfig.conftest import CONTEXT, Visited
from tests.support.interrupting import Moment, draw, interrupt

pytestmark = pytest.mark.slow

EVENTS = 12
"""An undisturbed run has a few more; a moment that never comes is the run's end."""


def check(visited: Visited, folder: Path, moment: Moment) -> None:
    visited.make_namespace("bystander", allowed=True)
    secret = {"name": "theirs", "namespace": "bystander"}
    visited.admin.create({"apiVersion": "v1", "kind": "Secret", "metadata": secret})
    before = visited.kubeconfig.read_bytes()
    try:
        options = [
            "--kanister-backend=kubeconfig",
            f"--kanister-kubeconfig={visited.kubeconfig}",
            f"--kanister-context={CONTEXT}",
        ]
        _, text = interrupt(options, folder, moment)
        left = find_leftovers(visited.admin)
        print(text[-2000:], *left)
        if moment.number == signal.SIGINT:
            assert left == []
        place = ["--kubeconfig", str(visited.kubeconfig), "--context", CONTEXT]
        cleanup = [sys.executable, "-m", "pytest_kanister", "cleanup", *place]
        done = subprocess.run(cleanup, capture_output=True, text=True, timeout=150)
        assert done.returncode == 0, done.stdout + done.stderr
        for leftover in left:
            assert leftover.run in done.stdout
        assert find_leftovers(visited.admin) == []
        assert not visited.admin.list(NAMESPACES, label_selector=RUN_LABEL)
        assert visited.admin.get(SECRETS, "theirs", "bystander")
        assert visited.kubeconfig.read_bytes() == before
    finally:
        visited.admin.delete(NAMESPACES, "bystander", wait_s=30)


def test_a_killed_run_is_found_and_removed(visited: Visited, tmp_path: Path) -> None:
    check(visited, tmp_path, Moment(signal.SIGKILL, 6, 0.1))


@pytest.mark.interruptions
@pytest.mark.parametrize("index", range(20))
def test_twenty_moments(visited: Visited, tmp_path: Path, index: int) -> None:
    check(visited, tmp_path, draw(index, EVENTS))
