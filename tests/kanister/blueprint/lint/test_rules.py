"""Every rule finds its bad example and leaves the good one alone, as does every other rule."""

from __future__ import annotations

import inspect
import re

import pytest

from pytest_kanister._kanister.blueprint.lint import RULES, Rule
from pytest_kanister._kanister.blueprint.lint.running import lint_text

EVERY = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


def found(text: str) -> list[str]:
    result = lint_text(text, "example.yaml")
    assert result is not None
    return [finding.rule.code for finding in result.findings]


@EVERY
def test_the_bad_example_is_found(rule: Rule) -> None:
    assert rule.code in found(rule.bad)


@EVERY
def test_nothing_is_found_in_the_good_example(rule: Rule) -> None:
    assert found(rule.good) == []


@EVERY
def test_a_rule_says_what_why_and_what_instead(rule: Rule) -> None:
    assert re.fullmatch(r"KB\d{3}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
    for text in (rule.summary, rule.why, rule.remedy):
        assert text.endswith((".", ")")), text
    assert "\n" not in rule.summary


def test_names_are_given_once() -> None:
    assert len({rule.name for rule in RULES.values()}) == len(RULES)


@EVERY
def test_no_rule_looks_at_which_blueprint_it_is(rule: Rule) -> None:
    """Neither the Blueprint's name nor its file is asked for in a rule's code."""
    source = inspect.getsource(inspect.getmodule(rule.check) or rule.check)
    code = re.sub(r'""".*?"""|"[^"\n]*"', "", source, flags=re.DOTALL)

    assert '["name"]' not in source
    assert ".file" not in code
    assert "document.path" not in code
