"""Comments that silence a rule: for their line, the next one or the file, and with a reason."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.blueprint.lint.rules.declaring import scripts
from pytest_kanister._kanister.blueprint.lint.running import LintResult, lint_text

DUMP = "mysqldump -A --single-transaction --flush-privileges"
TEXT = scripts(backup=DUMP)
LINE = f"          {DUMP}"


def lint(text: str) -> LintResult:
    result = lint_text(text, "example.yaml")
    assert result is not None
    return result


def codes(text: str) -> list[str]:
    return [finding.rule.code for finding in lint(text).findings]


def test_there_is_something_to_silence() -> None:
    assert codes(TEXT) == ["KB501"]


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(LINE, f"{LINE}  # kanister-lint: disable=KB501 -- none there"),
        TEXT.replace(LINE, f"          # kanister-lint: disable=KB501 -- none there\n{LINE}"),
        TEXT.replace(
            LINE, f"          # kanister-lint: disable=kb501 -- none\n\n          #\n{LINE}"
        ),
        f"# kanister-lint: disable-file=KB501 -- none there\n{TEXT}",
    ],
)
def test_with_a_reason_it_is_silenced_and_counted(text: str) -> None:
    assert codes(text) == []
    assert lint(text).silenced == 1


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("disable=KB501", "no reason"),
        ("disable=KB501 --", "no reason"),
        ("disable=KB999 -- why", "no rule KB999"),
        ("disable= -- why", "names no rule"),
        ("ignore=KB501 -- why", "expected disable=CODE"),
    ],
)
def test_a_comment_that_is_none_is_told(comment: str, words: str) -> None:
    result = lint(TEXT.replace(LINE, f"{LINE}  # kanister-lint: {comment}"))

    assert [finding.rule.code for finding in result.findings] == ["KB501", "KB002"]
    assert words in result.findings[1].message


def test_a_comment_that_silences_nothing_is_told() -> None:
    assert codes(scripts() + "# kanister-lint: disable=KB501 -- nothing here\n") == ["KB003"]
