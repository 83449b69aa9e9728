"""Typed contexts from plain data, and what errors tell a caller."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, TypeTable, decode, render

TYPES = TypeTable(
    {
        "p.Params": [
            ("Options", "map[string]string", None),
            ("Profile", "*p.Profile", None),
            ("Secrets", "map[string]p.Secret", None),
            ("Object", "map[string]interface {}", None),
            ("Ports", "[]int32", None),
        ],
        "p.Profile": [("Kind", "p.Kind", "kind"), ("Skip", "bool", None)],
        "p.Secret": [
            ("Meta", "p.Meta", "metadata,omitempty"),
            ("Data", "map[string][]byte", "data"),
        ],
        "p.Meta": [("Name", "string", "name,omitempty"), ("Made", "*v1.Time", "made,omitempty")],
    },
    named={"p.Kind": "string"},
    embedded={"Meta"},
)


def made(plain: dict[str, Any]) -> object:
    return decode(TYPES, "p.Params", plain)


def test_fields_maps_bytes_and_promoted_fields() -> None:
    context = made(
        {
            "Options": {"a": "b"},
            "Secrets": {"s": {"Meta": {"Name": "db"}, "Data": {"pw": b"x<y"}}},
            "Object": {"n": 2, "f": 0.5, "l": [None, True]},
            "Ports": [1, 2],
        }
    )
    template = "{{ .Options.a }} {{ .Secrets.s.Name }} {{ .Secrets.s.Data.pw | toString }} "
    assert (
        render(template + "{{ .Object.l }} {{ .Ports }}", context) == "b db x<y [<nil> true] [1 2]"
    )
    assert render("{{ toJson .Secrets.s }}", context) == (
        '{"metadata":{"name":"db"},"data":{"pw":"eDx5"}}'
    )
    assert render('{{ printf "%T" .Ports }} {{ typeOf .Object.n }}', context) == "[]int32 int64"


def test_times() -> None:
    meta = {"Name": "n", "Made": "2026-01-02T03:04:05Z"}
    context = made({"Secrets": {"s": {"Meta": meta}}})
    assert render("{{ .Secrets.s.Made }}", context) == "2026-01-02 03:04:05 +0000 UTC"
    assert render("{{ toJson .Secrets.s }}", context) == (
        '{"metadata":{"name":"n","made":"2026-01-02T03:04:05Z"},"data":null}'
    )


def test_nil_pointers_named_strings_and_missing_entries() -> None:
    with pytest.raises(TemplateError, match=r"nil pointer evaluating \*p\.Profile\.Kind"):
        render("{{ .Profile.Kind }}", made({}))
    context = made({"Profile": {"Kind": "s3"}})
    assert render("{{ .Profile.Kind | toString | upper }}", context) == "S3"
    with pytest.raises(TemplateError, match=r"expected string; got p\.Kind"):
        render("{{ upper .Profile.Kind }}", context)
    assert render('{{ index .Options "no" }}|{{ toJson .Options }}', context) == "|null"


def test_a_missing_key_is_told_apart() -> None:
    with pytest.raises(TemplateError) as caught:
        render("a\n  {{ .Options.gone }}", made({"Options": {}}))
    error = caught.value
    assert (error.phase, error.line, error.column, error.missing_key) == ("exec", 2, 13, "gone")
    assert error.text == (
        'template: config:2:13: executing "config" at <.Options.gone>: '
        'map has no entry for key "gone"'
    )


def test_a_parse_error_has_its_line_and_no_key() -> None:
    with pytest.raises(TemplateError) as caught:
        render("a\n{{ nope }}", {})
    error = caught.value
    assert (error.phase, error.line, error.column, error.missing_key) == ("parse", 2, 0, "")
    assert error.text == 'template: config:2: function "nope" not defined'


def test_columns_count_bytes() -> None:
    with pytest.raises(TemplateError, match="template: config:1:8:"):
        render("éé{{.x.y}}", {"x": 1})


@pytest.mark.parametrize(
    ("plain", "complaint"),
    [
        ({"Nope": 1}, "p.Params has no field Nope"),
        ({"Options": {"a": 1}}, r"Options\['a'\]: expected string, found int"),
        ({"Options": []}, "expected a dict for map"),
        ({"Ports": {}}, "expected a list for"),
        ({"Secrets": {"s": {"Data": {"k": "text"}}}}, "expected bytes"),
    ],
)
def test_data_that_do_not_fit_are_refused_with_their_place(
    plain: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        made(plain)


def test_an_undeclared_type_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown Go type 'p.Gone'"):
        decode(TYPES, "p.Gone", {})


def test_bytes_that_are_no_text_survive() -> None:
    context = {"b": bytes(range(256))}
    output = render("{{ toString .b }}", context)
    assert output.encode("utf-8", "surrogateescape") == bytes(range(256))
    assert render("{{ toString .b | len }}", context) == "256"
