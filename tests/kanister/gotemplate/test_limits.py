"""Nothing that multiplies gets past its cap; each cap is a clear error."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, render

DOUBLED = '{{ $x := "aaaaaaaaaa" }}{{ range 100 }}{{ $x = ACTION }}{{ end }}'
SHARED = "{{ $x := list 1 }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}"


@pytest.mark.parametrize(
    "template",
    [
        '{{ repeat 1000000000 "abcdefgh" }}',
        '{{ indent 1000000000 "a" }}',
        '{{ nindent 1000000000 "a" }}',
        "{{ until 1000000000 }}",
        "{{ untilStep 0 1000000000 1 }}",
        "{{ untilStep 0 -1000000000 -1 }}",
        "{{ randAlpha 1000000000 }}",
        "{{ randAscii 1000000000 }}",
        '{{ wrapWith 1 (repeat 1000 "a") (repeat 1000000 "a") }}',
        '{{ join (repeat 1000000 "a") (until 100) }}',
        '{{ regexReplaceAll "" (repeat 100000 "a") (repeat 1000 "b") }}',
        '{{ regexMatch (printf "%s" (repeat 30 "a{1000}")) "a" }}',
        '{{ splitList "" (repeat 2000000 "a") }}',
        "{{ $x := list 1 }}{{ range 100 }}{{ $x = concat $x $x }}{{ end }}",
        pytest.param("{{ uniq (until 3000) }}", marks=pytest.mark.slow),
        DOUBLED.replace("ACTION", "print $x $x"),
        DOUBLED.replace("ACTION", "cat $x $x"),
        DOUBLED.replace("ACTION", 'replace "a" $x $x'),
        DOUBLED.replace("ACTION", 'printf "%s%s" $x $x'),
        pytest.param(DOUBLED.replace("ACTION", "toJson (list $x $x)"), marks=pytest.mark.slow),
    ],
)
def test_a_function_refuses(template: str) -> None:
    with pytest.raises(TemplateError, match=r"error calling \w+: limit: .* would exceed") as caught:
        render(template, {})
    assert caught.value.phase == "exec"


@pytest.mark.slow
@pytest.mark.parametrize(
    "use", ["{{ $x }}", "{{ toJson $x }}", "{{ deepCopy $x }}", "{{ deepEqual $x (deepCopy $x) }}"]
)
def test_values_that_share_parts_do_not_explode(use: str) -> None:
    with pytest.raises(TemplateError, match=r"limit: .* would exceed"):
        render(SHARED + use, {})


@pytest.mark.parametrize("use", ["{{ $d }}", "{{ toJson $d }}", "{{ deepCopy $d }}"])
def test_a_value_inside_itself_is_an_error(use: str) -> None:
    with pytest.raises(TemplateError, match="limit: values or expressions are nested too deep"):
        render('{{ $d := dict }}{{ $_ := set $d "d" $d }}' + use, {})


@pytest.mark.slow
def test_an_endless_loop_ends() -> None:
    with pytest.raises(TemplateError, match=r"limit: the render would exceed \d+ steps"):
        render("{{ range 1000000000000 }}x{{ end }}", {})


def test_the_output_is_bounded() -> None:
    with pytest.raises(TemplateError, match=r"limit: the output would exceed \d+ bytes"):
        render('{{ $x := repeat 4000000 "a" }}{{ range 10 }}{{ $x }}{{ end }}', {})


def test_results_together_are_bounded() -> None:
    template = '{{ $x := repeat 4000000 "a" }}{{ range 100 }}{{ $y := print $x }}{{ end }}'
    with pytest.raises(TemplateError, match=r"limit: all results together"):
        render(template, {})


@pytest.mark.parametrize(
    "template",
    [
        "{{" + "(" * 5000 + "1" + ")" * 5000 + "}}",
        "{{ if 1 }}" * 5000 + "{{ end }}" * 5000,
        "{{ if 0 }}" + "{{ else if 0 }}" * 5000 + "{{ end }}",
    ],
)
def test_nesting_is_bounded_while_parsing(template: str) -> None:
    with pytest.raises(TemplateError, match="max expression depth exceeded") as caught:
        render(template, {})
    assert caught.value.phase == "parse"


def test_many_comments_are_no_nesting() -> None:
    assert render("{{/* c */}}" * 5000 + "x", {}) == "x"


def test_a_width_beyond_go_s_ends_the_format() -> None:
    assert render('{{ printf "%2000000000d" 1 }}', {}) == "%!(NOVERB)%!(EXTRA int=1)"
    assert render('{{ printf "%1000000d" 1 | len }}', {}) == "1000000"


def test_a_number_of_any_length_is_refused_in_go_s_words() -> None:
    with pytest.raises(TemplateError, match="illegal number syntax"):
        render("{{" + "1" * 100_000 + "}}", {})
