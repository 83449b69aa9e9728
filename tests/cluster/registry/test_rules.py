"""Selectors, names, quantities, JSONPath, structural schemas, durations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pytest_kanister._cluster.api.tables import human_duration
from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.jsonpath import compile_path
from pytest_kanister._cluster.registry.quantities import is_quantity, parse_quantity
from pytest_kanister._cluster.registry.selectors import (
    field_predicate,
    label_predicate,
    matches_selector,
)
from pytest_kanister._cluster.registry.structural import fill_defaults, prune, validate
from pytest_kanister.errors import BadRequest


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("app=web", True),
        ("app==web", True),
        ("app!=web", False),
        ("other!=web", True),
        ("app", True),
        ("!app", False),
        ("!other", True),
        ("app in (api, web)", True),
        ("app notin (api,web)", False),
        ("app=web,tier=back", False),
        ("app=web, example.org/size>2", True),
        ("example.org/size<3", False),
        ("empty=", True),
        (" app = web , !gone ", True),
    ],
)
def test_label_selectors(selector: str, *, expected: bool) -> None:
    labels = {"app": "web", "example.org/size": "3", "empty": ""}
    test = label_predicate(selector)
    assert test is not None
    assert test({"metadata": {"labels": labels}}) is expected


@pytest.mark.parametrize(
    "selector", ["a in", "a in (b", "=a", "a=b,", "a b", "-a=b", "a=-", "a>x", "a=b c=d", ",a"]
)
def test_selectors_that_cannot_be_parsed(selector: str) -> None:
    with pytest.raises(BadRequest, match="unable to parse requirement"):
        label_predicate(selector)


def test_field_selectors() -> None:
    obj = {"metadata": {"name": "x"}, "spec": {"on": True}, "status": {"phase": "Running"}}

    def matches(selector: str) -> bool:
        test = field_predicate(selector, {"status.phase", "spec.on", "spec.none"}, "Pod")
        return test is None or test(obj)

    assert matches("")
    assert matches("metadata.name=x,status.phase!=Failed,spec.on=true,spec.none=")
    assert not matches("metadata.name==y")
    for selector in ("status.other=1", "nonsense"):
        with pytest.raises(BadRequest):
            matches(selector)


def test_selector_objects() -> None:
    labels = {"a": "1"}
    assert not matches_selector(None, labels)
    assert matches_selector({}, labels)
    assert matches_selector({"matchLabels": {"a": "1"}}, labels)

    def expression(operator: str, *values: str, key: str = "a") -> bool:
        term = {"key": key, "operator": operator, "values": list(values)}
        return matches_selector({"matchExpressions": [term]}, labels)

    assert expression("In", "1", "2")
    assert not expression("NotIn", "1")
    assert expression("Exists")
    assert expression("DoesNotExist", key="b")
    assert not expression("Bogus")


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (names.dns_label, "a-1", ["", "A", "-a", "a.b", "a" * 64]),
        (names.subdomain, "a-1.b", ["", "A", "a..b", "a_b", "a" * 254]),
        (names.service_name, "a-1", ["1a", "a.b", "a-"]),
        (names.path_segment, "system:node", ["a/b", "..", "50%"]),
        (names.label_value, "a_B.1", ["-a", "a b", "a" * 64]),
        (names.qualified_name, "example.org/A_b", ["", "/a", "a/b/c", "Ex/a", "a/"]),
        (names.config_key, "..data_1", ["", "a/b", "a b", ".."]),
    ],
)
def test_names(rule: Any, good: str, bad: list[str]) -> None:
    assert rule(good) == []
    for name in bad:
        assert rule(name), name


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("1Gi", 2**30),
        ("1.5k", 1500),
        ("500m", Fraction(1, 2)),
        ("1e3", 1000),
        ("-2Ki", -2048),
        (".5", Fraction(1, 2)),
    ],
)
def test_quantities(text: str, number: Fraction) -> None:
    assert parse_quantity(text) == number


def test_what_is_no_quantity() -> None:
    for text in ("", "1 Gi", "Gi", "1gb", "one"):
        assert not is_quantity(text)
        with pytest.raises(ValueError, match="not a quantity"):
            parse_quantity(text)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (".spec.size", [3]),
        ("{.spec.size}", [3]),
        ("spec.size", [3]),
        (".spec.none", []),
        (".items[0].name", ["x"]),
        (".items[-1].name", ["y"]),
        (".items[*].name", ["x", "y"]),
        ('.items[?(@.name=="y")].value', [2]),
        (r".metadata.annotations.example\.org/a", ["dotted"]),
        (".metadata.annotations['example.org/a']", ["dotted"]),
    ],
)
def test_json_paths(path: str, found: list[Any]) -> None:
    obj = {
        "spec": {"size": 3},
        "items": [{"name": "x", "value": 1}, {"name": "y", "value": 2}],
        "metadata": {"annotations": {"example.org/a": "dotted"}},
    }
    compiled = compile_path(path)
    assert compiled is not None
    assert compiled(obj) == found


def test_a_json_path_that_is_not_understood() -> None:
    assert compile_path(".a[?(@.b)]") is None


SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-z]+$"},
        "count": {"type": "integer", "minimum": 1, "maximum": 3, "default": 2},
        "list": {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {}}},
        "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "maybe": {"type": "string", "nullable": True},
    },
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "x"}, "name in body should be at least 2 chars long"),
        ({"name": "abcde"}, "may not be more than 4 bytes"),
        ({"name": "AB"}, "name in body should match '^[a-z]+$'"),
        ({"count": 0}, "count in body should be greater than or equal to 1"),
        ({"count": 4}, "count in body should be less than or equal to 3"),
        ({"count": True}, 'count in body must be of type integer: "boolean"'),
        ({"list": [{}, {}, {}]}, "Too many: 3: must have at most 2 items"),
        ({"list": ["x"]}, 'list[0] in body must be of type object: "string"'),
        ({"map": {"a": 1}}, 'map.a in body must be of type boolean: "integer"'),
        ({"count": None}, 'count in body must be of type integer: "null"'),
    ],
)
def test_structural_schemas(change: dict[str, Any], message: str) -> None:
    found = validate(SCHEMA, {"name": "good", **change})
    assert [message in error.message for error in found] == [True]


def test_structural_schemas_default_and_prune() -> None:
    value: Any = {"name": "ok", "odd": 1, "list": [{"odd": 1}], "map": {"a": True}, "maybe": None}
    assert prune(SCHEMA, value) == ["odd", "list[0].odd"]
    fill_defaults(SCHEMA, value)
    assert value == {"name": "ok", "list": [{}], "map": {"a": True}, "maybe": None, "count": 2}
    assert validate(SCHEMA, value) == []
    assert [error.message for error in validate(SCHEMA, {})] == ["Required value"]


@pytest.mark.parametrize(
    ("span_s", "text"),
    [
        (0.4, "0s"),
        (119, "119s"),
        (120, "2m"),
        (185, "3m5s"),
        (3600, "60m"),
        (3600 * 5 + 60, "5h1m"),
        (3600 * 30, "30h"),
        (86400 * 3 + 7200, "3d2h"),
        (86400 * 100, "100d"),
        (86400 * 900, "2y170d"),
    ],
)
def test_ages(span_s: float, text: str) -> None:
    assert human_duration(span_s) == text
