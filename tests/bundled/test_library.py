"""The library proves itself, and every sabotage of it is noticed (`tox -e library`).

The default suite runs the plain round trip of each kind and one twin of it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bundled.catalogue import PAGE, page
from tests.bundled.library import Row, kinds, run_library, scenarios_of
from tests.bundled.twins import TWINS, Twin, twins_of, write_twin

# A kind of `command` shows how one is written; its server is its author's.
KINDS = [kind for kind in kinds() if kind != "command"]


def plain(kind: str) -> Path:
    (path,) = [p for p in scenarios_of(kind) if p.name == "accounts.kanister.yaml"]
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_the_ten(kind: str) -> None:
    assert set(TWINS) <= {path.name.partition(".")[0] for path in scenarios_of(kind)}


@pytest.mark.parametrize("kind", kinds())
def test_each_scenario_has_a_twin_whose_blueprint_is_broken(kind: str, tmp_path: Path) -> None:
    for path in scenarios_of(kind):
        twins = twins_of(path)
        assert twins, path
        for twin in twins:
            assert write_twin(twin, tmp_path).exists()


def test_the_catalogue_is_current() -> None:
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        PAGE.write_text(page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.bundled.catalogue"


def shown(rows: list[Row]) -> str:
    return "\n" + "\n".join(map(str, rows))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_plain_round_trips_are_proven_and_a_twin_of_each_is_not(tmp_path: Path) -> None:
    """One pytest run and one cluster for all kinds."""
    files = [plain(kind) for kind in KINDS]
    twins = [twins_of(path)[0] for path in files]

    rows = run_library(files, twins, tmp_path, workers=1)

    print(shown(rows))
    assert all(row.right for row in rows), shown(rows)
    assert [row.verdict for row in rows] == ["proven"] * len(files) + ["different"] * len(twins)
    assert all(row.ran["database"] for row in rows)


@pytest.mark.slow
@pytest.mark.library
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", kinds())
def test_all_are_proven_and_no_twin_is(kind: str, tmp_path: Path) -> None:
    files = scenarios_of(kind)
    twins: list[Twin] = [twin for path in files for twin in twins_of(path)]

    rows = run_library(files, twins, tmp_path, timeout_s=1500)

    print(shown(rows))
    assert all(row.right for row in rows), shown(rows)
