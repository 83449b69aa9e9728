"""Lines of commands, as redis-cli reads them; damages and options without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, cast

import pytest

from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.redis import Redis
from pytest_kanister._data.workloads.redis.commands import commands, words_of
from pytest_kanister._data.workloads.redis.connection import connect
from pytest_kanister._data.workloads.redis.manifests import manifests
from pytest_kanister._data.workloads.redis.snapshots import Expiries
from pytest_kanister._kube import Address, KubeClient
from pytest_kanister._model.secret import Secret
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, UsageProblem


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SET a b", [b"SET", b"a", b"b"]),
        ("  SET  a   b  ", [b"SET", b"a", b"b"]),
        (r'SET "a b" ""', [b"SET", b"a b", b""]),
        (r'SET "\x00\xff\n\t\"\\" x', [b"SET", b'\x00\xff\n\t"\\', b"x"]),
        (r"SET 'it\'s' '\n'", [b"SET", b"it's", b"\\n"]),
        ("SET é x", [b"SET", "é".encode(), b"x"]),
        ("ACL SETUSER u >secret ~a:*", [b"ACL", b"SETUSER", b"u", b">secret", b"~a:*"]),
    ],
)
def test_words(line: str, words: list[bytes]) -> None:
    assert words_of(line) == words


@pytest.mark.parametrize("line", ['SET "a', "SET 'a", 'SET "a"b', 'SET x "'])
def test_a_quote_that_is_not_closed_is_told_with_its_line(line: str) -> None:
    with pytest.raises(UsageProblem, match="line 3: a quote is not closed"):
        list(commands(f"# comment\n\n{line}\n"))


def test_comments_and_empty_lines_are_left_out() -> None:
    assert list(commands("# one\n\n  # two\nPING\n")) == [[b"PING"]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"image": ""}, "image: expected a text"),
        ({"ttlToleranceSeconds": "60"}, "expected seconds"),
        ({"ttlToleranceSeconds": True}, "expected seconds"),
    ],
)
def test_options_are_checked(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        Redis(cast(KubeClient, None), Settings(), name="r", namespace="n", options=options)


def test_it_is_a_workload() -> None:
    workload: Workload = Redis(
        cast(KubeClient, None), Settings(), name="r", namespace="n", options={}
    )
    assert str(workload.target) == "statefulset n/r-master"


def test_a_blueprint_finds_what_the_chart_makes() -> None:
    secret, _, service, stateful_set = manifests(
        "r", "n", image="redis:8.0", storage="1Gi", password="x", as_process=False
    )
    labels = stateful_set["metadata"]["labels"]
    instance, component = (labels[f"app.kubernetes.io/{key}"] for key in ("instance", "component"))
    assert secret["metadata"]["name"] == instance
    assert service["metadata"]["name"] == f"{instance}-{component}"
    assert list(secret["stringData"]) == ["redis-password"]
    (container,) = stateful_set["spec"]["template"]["spec"]["containers"]
    assert "x" not in container["command"]  # no secret on a command line


def test_the_embedded_clusters_image_starts_by_itself() -> None:
    *_, stateful_set = manifests(
        "r", "n", image="redis:8.0", storage="1Gi", password="x", as_process=True
    )
    (container,) = stateful_set["spec"]["template"]["spec"]["containers"]
    assert "command" not in container


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.connection", None)
    with (
        pytest.raises(EnvironmentProblem, match="Python package redis") as caught,
        connect(Address("127.0.0.1", 1), Secret("x")),
    ):
        pass
    assert "pip install 'pytest-kanister[redis]'" in str(caught.value)


def test_nobody_there_is_told_without_the_password() -> None:
    with (
        pytest.raises(EnvironmentProblem, match="does not let us in") as caught,
        connect(Address("127.0.0.1", 9), Secret("hush-hush")),
    ):
        pass
    assert "hush-hush" not in str(caught.value)


def test_moments_within_the_tolerance_are_the_first_one_that_was_seen() -> None:
    expiry = Expiries(10)
    assert expiry(b"0", b"k", b"", 100_000) == 100_000
    assert expiry(b"0", b"k", b"", 109_000) == 100_000
    assert expiry(b"0", b"k", b"", 91_000) == 100_000
    assert expiry(b"0", b"k", b"", 111_000) == 111_000  # too late: another moment
    assert expiry(b"0", b"k", b"", 115_000) == 111_000
    assert expiry(b"0", b"k", b"f", 105_000) == 105_000  # a field of the same key
    assert expiry(b"1", b"k", b"", 105_000) == 105_000  # another database


def test_without_tolerance_a_millisecond_counts() -> None:
    expiry = Expiries(0)
    assert [expiry(b"0", b"k", b"", at) for at in (5, 6, 5)] == [5, 6, 5]


def test_a_line_of_a_dataset_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.redis"
    file.write_text('PING\nSET "a\n')
    redis = Redis(cast(KubeClient, None), Settings(), name="r", namespace="n", options={})
    with pytest.raises(UsageProblem, match=r"dataset .*mine\.redis, line 2: a quote is not closed"):
        redis.seed(file)
