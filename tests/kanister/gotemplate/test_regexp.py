"""Regular expressions: RE2's syntax, Go's preferences, linear time."""

from __future__ import annotations

import time

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, render


@pytest.mark.parametrize(
    "expression", ["(a+)+$", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)x", "(a?){50}a{50}b"]
)
def test_time_grows_with_the_text_alone(expression: str) -> None:
    """A backtracking engine would take longer than the universe has been there."""
    template = "{{ regexMatch .e .t }}"
    start = time.perf_counter()
    assert render(template, {"e": expression, "t": "a" * 400 + "!"}) == "false"
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("a|ab", "ab", "a"),
        ("(|a)*", "aab", ""),
        ("a+?", "aaa", "a"),
        ("(?i)HeL+", "hello", "hell"),
        (r"\bfoo\b", "a foo b", "foo"),
        (r"\Bo", "foo", "o"),
        ("(?m)^b$", "a\nb\nc", "b"),
        ("(?s)a.b", "a\nb", "a\nb"),
        ("[[:upper:]]+", "abCDe", "CD"),
        (r"[^\W_]+", "__é1__", "1"),
        (r"\p{Lu}\pL*", "xÉté", "Été"),
        (r"\x{1F600}", "a😀", "😀"),
        (r"\Qa.b\E", "axb a.b", "a.b"),
        ("(?U)a+", "aaa", "a"),
        ("x{2,3}", "xxxx", "xxx"),
        ("x{,2}", "x{,2}", "x{,2}"),
    ],
)
def test_find(expression: str, text: str, found: str) -> None:
    assert render("{{ regexFind .e .t }}", {"e": expression, "t": text}) == found


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("(", "missing closing ): `(`"),
        (")", "unexpected ): `)`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("(a{100}){100}", "invalid repeat count: `{100}`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("[a", "missing closing ]: `[a`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        (r"(a)\1", r"invalid escape sequence: `\1`"),
        ("\\", "trailing backslash at end of expression: ``"),
    ],
)
def test_a_bad_expression_is_refused_in_go_s_words(expression: str, complaint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render('{{ regexFind .e "a" }}', {"e": expression})
    wanted = f"regexp: Compile(`{expression}`): error parsing regexp: {complaint}"
    assert caught.value.text.endswith(wanted)


def test_captures_in_a_replacement() -> None:
    template = '{{ regexReplaceAll "(?P<user>[a-z]+)@([a-z]+)" .t "${2}:$user:$$:$9|" }}'
    assert render(template, {"t": "root@db x"}) == "db:root:$:| x"


@pytest.mark.slow
def test_a_search_that_starts_over_again_and_again_is_bounded() -> None:
    with pytest.raises(TemplateError, match="limit: matching a regular expression"):
        render('{{ regexFindAll "a(.*b)?" (repeat 20000 "a") -1 }}', {})
