"""The public Blueprints: every finding is in the reviewed list, and every listed defect is found.

`golden/corpus.txt` was reviewed finding by finding against the Blueprints' text: what stands there
is true.  A change of a rule that changes it has to be reviewed likewise before it is rewritten
with KANISTER_UPDATE_GOLDEN=1.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint.lint import RULES, Finding, lint_files

ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", ROOT.parent / "shared/corpus/blueprints"))
GOLDEN = Path(__file__).with_name("golden") / "corpus.txt"
TABLE = ROOT / "docs/public-blueprints.md"

HEAD = "# Reviewed on 2026-11-23, finding by finding, against the Blueprints' text: none is false."

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS"
)


def relative(finding: Finding) -> str:
    return Path(finding.file).relative_to(CORPUS).as_posix()


@lru_cache(maxsize=1)
def findings() -> tuple[Finding, ...]:
    return lint_files([CORPUS]).findings


def listed() -> str:
    lines: list[str] = [HEAD]
    for finding in findings():
        file = f"{relative(finding)}:"
        if file not in lines:
            lines.append(file)
        also = f" (also {', '.join(map(str, finding.also))})" if finding.also else ""
        place = f"{finding.place.line}:{finding.place.column}"
        lines.append(f"  {place:8} {finding.rule.code} {finding.message}{also}")
    return "\n".join(lines) + "\n"


@needs_corpus
@pytest.mark.slow
def test_the_findings_are_the_reviewed_ones() -> None:
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        GOLDEN.write_text(listed())

    assert listed() == GOLDEN.read_text()


def rows() -> list[tuple[list[str], str, list[str]]]:
    """Blueprints at hand, what finds the defect, rules."""
    found = []
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) != 5 or cells[0] in ("Blueprint", "---"):
            continue
        names = [name.strip() for name in cells[0].split(",")]
        found.append(
            ([n for n in names if "†" not in n and n != "most"], cells[2], cells[3].split())
        )
    return found


def test_the_table_names_rules_where_lint_finds_it_and_reasons_where_it_does_not() -> None:
    assert len(rows()) > 90
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 5 and cells[2] in ("lint", "run", "neither"):
            assert cells[2] != "lint" or set(cells[3].split()) <= set(RULES) != set(), line
            assert (cells[2] == "lint") == bool(cells[3]), line
            assert cells[2] == "lint" or cells[4], line


def stands_for(name: str, file: str) -> bool:
    return name in (str(Path(file).parent), file.removesuffix("-blueprint.yaml"))


@needs_corpus
@pytest.mark.slow
def test_every_defect_of_the_table_that_lint_finds_is_found_in_the_blueprint() -> None:
    by_file: dict[str, set[str]] = {}
    for finding in findings():
        by_file.setdefault(relative(finding), set()).add(finding.rule.code)
    for names, by, codes in rows():
        for name in names if by == "lint" else ():
            files = [file for file in by_file if stands_for(name, file)]
            assert files, name
            for code in codes:
                assert any(code in by_file[file] for file in files), (name, code)


def test_no_rule_knows_a_blueprint() -> None:
    """No name of the collection's Blueprints, and none of their own made-up words, in our code."""
    package = ROOT / "pytest_kanister/_kanister/blueprint/lint"
    words = r"bp_dbg|do-block-storage|my-release|mysql-blueprint|time-?log|rds-postgres|redis-tools"
    for file in package.rglob("*.py"):
        assert not re.search(words, file.read_text()), file
