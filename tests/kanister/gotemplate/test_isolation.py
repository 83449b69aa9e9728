"""A template reaches values, never the Python objects that hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, World, render

HOLDERS: dict[str, Any] = {
    "text": "abc",
    "list": [1, 2],
    "dict": {"a": 1},
    "bytes": b"abc",
    "int": 3,
    "float": 1.5,
    "bool": True,
    "nil": None,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_no_attribute_of_any_value_can_be_named(holder: str) -> None:
    names = [name for name in dir(HOLDERS[holder]) if name.isidentifier()]
    assert names
    for name in names:
        with pytest.raises(TemplateError) as caught:
            render(f"{{{{ .{holder}.{name} }}}}", HOLDERS)
        assert f"{name}" in caught.value.text


@pytest.mark.parametrize("made", ["(now)", '(semver "1.2.3")', '(toDate "2006" "2020")'])
def test_values_of_functions_show_their_go_methods_only(made: str) -> None:
    for name in ("go_type", "go_methods", "go_string", "unix_ns", "__class__", "version", "target"):
        with pytest.raises(TemplateError, match="can't evaluate field"):
            render(f"{{{{ {made}.{name} }}}}", {})


def test_lists_are_not_changed_through_their_methods() -> None:
    context = {"l": [1, 2, 3]}
    with pytest.raises(TemplateError, match="can't evaluate field clear"):
        render("{{ .l.clear }}", context)
    assert context == {"l": [1, 2, 3]}


def test_an_object_that_is_no_go_value_is_refused() -> None:
    with pytest.raises(TypeError, match="PosixPath is no Go value"):
        render("{{ .p.unlink }}", {"p": Path("/nowhere")})


def test_by_default_nothing_of_this_machine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOTEMPLATE_SECRET", "hush")
    template = '{{ env "GOTEMPLATE_SECRET" }}[{{ expandenv "$GOTEMPLATE_SECRET" }}]'
    assert render(template, {}) == "[]"
    assert render(template, {}, world=World(environ={"GOTEMPLATE_SECRET": "x"})) == "x[x]"


@pytest.mark.parametrize(
    "template",
    ['{{ getHostByName "localhost" }}', '{{ genPrivateKey "rsa" }}', '{{ genCA "ca" 1 }}'],
)
def test_by_default_names_and_keys_are_refused(template: str) -> None:
    with pytest.raises(TemplateError, match="in this render"):
        render(template, {})
