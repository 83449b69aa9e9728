"""The harness's small parts, without a cluster."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister._harness import Harness
from pytest_kanister._harness.background import Later
from pytest_kanister._harness.blueprints import find_blueprint
from pytest_kanister._harness.namespaces import slug
from pytest_kanister._harness.trace import Trace
from pytest_kanister._harness.workloads import workload_class
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import UsageProblem


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("test_accounts[10]", "test-accounts-10"),
        ("Größe", "gr-e"),
        ("___", "test"),
        ("x" * 80, "x" * 48),
        ("a" * 47 + "-b", "a" * 47),
    ],
)
def test_slug_is_a_namespace_name(text: str, name: str) -> None:
    assert slug(text) == name


def test_a_blueprint_beside_the_test_comes_before_a_bundled_one(tmp_path: Path) -> None:
    own = tmp_path / "mysql-blueprint.yaml"
    shipped = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")

    assert find_blueprint("mysql-blueprint.yaml", tmp_path) == shipped
    own.write_text("")
    assert find_blueprint("mysql-blueprint.yaml", tmp_path) == own
    assert find_blueprint(own) == own


def test_a_blueprint_that_is_nowhere_says_where_it_was_sought(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        find_blueprint("no.yaml", tmp_path)

    assert str(tmp_path / "no.yaml") in str(caught.value)
    assert "fixtures/blueprints/no.yaml" in str(caught.value)


def test_a_misspelt_blueprint_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").touch()

    with pytest.raises(UsageProblem, match=r"did you mean 'mysql-blueprint\.yaml'"):
        find_blueprint("mysql-blueprnt.yaml", tmp_path)
    with pytest.raises(UsageProblem, match=r"did you mean 'shop\.yaml'"):
        find_blueprint("shp.yaml", tmp_path)
    with pytest.raises(UsageProblem) as caught:
        find_blueprint("quite-another-thing.yaml", tmp_path)
    assert "did you mean" not in str(caught.value)


def test_workloads_by_their_word() -> None:
    assert workload_class("mysql").kind == "mysql"
    with pytest.raises(UsageProblem, match=r"no workload 'oracle'; there are: .*mysql"):
        workload_class("oracle")


def test_later_works_beside_us_and_hands_over_value_or_error() -> None:
    gate = threading.Event()

    def work() -> int:
        gate.wait()
        return 7

    def fail() -> int:
        raise UsageProblem("no")

    later, failed = Later(work, "work"), Later(fail, "fail")
    gate.set()

    assert later.result() == 7
    with pytest.raises(UsageProblem, match="no"):
        failed.result()


def test_trace_appends_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    for text in ("one", "two\nlines"):
        trace = Trace(str(file))
        trace.note("step", text)
        trace.close()
        trace.close()

    lines = [json.loads(line) for line in file.read_text().splitlines()]

    assert [(line["what"], line["text"]) for line in lines] == [
        ("step", "one"),
        ("step", "two\nlines"),
    ]
    assert lines[0]["at"] <= lines[1]["at"]


def test_trace_without_a_file_writes_nothing(tmp_path: Path) -> None:
    Trace("").note("step", "x")

    with pytest.raises(UsageProblem, match="Is a directory"):
        Trace(str(tmp_path))


def test_a_harness_that_was_not_begun_has_run_nothing() -> None:
    harness = Harness(Settings())

    assert harness.ran() == {}
    assert harness.losses == ()
    with pytest.raises(UsageProblem, match="no workload yet"):
        _ = harness.bucket
    harness.close()
