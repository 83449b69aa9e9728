"""Label and field selectors: `app=web,tier in (a,b),!old` and `metadata.name=x`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.names import label_value, qualified_name
from pytest_kanister._cluster.registry.objects import dig
from pytest_kanister._cluster.registry.problems import bad_request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pytest_kanister._model.api import Object

__all__ = ["field_predicate", "label_predicate", "matches_selector"]

_REQUIREMENT = re.compile(
    r"""\s*(?:
        !\s*(?P<absent>[^\s=!,()<>]+)
      | (?P<key>[^\s=!,()<>]+)\s*(?:
            (?P<op>==|=|!=|>|<)\s*(?P<value>[^\s=!,()]*)
          | \s(?P<set>in|notin)\s*\((?P<values>[^()]*)\)
        )?
    )\s*(?:,|$)""",
    re.VERBOSE,
)


def label_predicate(selector: str) -> Callable[[Object], bool] | None:
    """A test for objects; None when the selector is empty and everything matches.

    Raises:
        BadRequest: it cannot be parsed.
    """
    if not selector.strip():
        return None
    tests: list[Callable[[Mapping[str, str]], bool]] = []
    position = 0
    while position < len(selector):
        found = _REQUIREMENT.match(selector, position)
        if found is None or found.end() == position:
            raise _unparsable(selector, f"found {selector[position:]!r}, expected a requirement")
        position = found.end()
        tests.append(_label_test(selector, found))
    if selector.rstrip().endswith(","):
        raise _unparsable(selector, "found '', expected: identifier after ','")

    def matches(obj: Object) -> bool:
        labels = dig(obj, "metadata", "labels") or {}
        return all(test(labels) for test in tests)

    return matches


def _unparsable(selector: str, detail: str) -> Exception:
    return bad_request(f"unable to parse requirement: {detail} (in {selector!r})")


def _label_test(selector: str, found: re.Match[str]) -> Callable[[Mapping[str, str]], bool]:
    key = found["absent"] or found["key"]
    complaints = qualified_name(key)
    operator = found["op"] or found["set"] or ""
    if found["values"] is not None:
        values = {item.strip() for item in found["values"].split(",")}
    else:
        values = {found["value"] or ""}
    for value in values:
        complaints += label_value(value) if operator not in ("", ">", "<") else []
    if complaints:
        raise _unparsable(selector, complaints[0])
    if found["absent"]:
        return lambda labels: key not in labels
    if operator == "":
        return lambda labels: key in labels
    if operator in ("=", "==", "in"):
        return lambda labels: labels.get(key) in values
    if operator in ("!=", "notin"):
        return lambda labels: labels.get(key) not in values
    return _number_test(selector, key, operator, next(iter(values)))


def _number_test(
    selector: str, key: str, operator: str, value: str
) -> Callable[[Mapping[str, str]], bool]:
    try:
        limit = int(value)
    except ValueError:
        raise _unparsable(
            selector, "for 'Gt', 'Lt' operators, the value must be an integer"
        ) from None

    def test(labels: Mapping[str, str]) -> bool:
        try:
            number = int(labels.get(key, ""))
        except ValueError:
            return False
        return number > limit if operator == ">" else number < limit

    return test


def field_predicate(
    selector: str, known: Collection[str], kind: str
) -> Callable[[Object], bool] | None:
    """A test for objects; `known` are the field labels that the kind can be asked for.

    Raises:
        BadRequest: it cannot be parsed, or a field is not supported.
    """
    if not selector.strip():
        return None
    tests: list[tuple[tuple[str, ...], str, bool]] = []
    for term in selector.split(","):
        if not term.strip():
            continue
        found = re.fullmatch(r"\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*", term)
        if found is None:
            raise bad_request(
                f"invalid selector: '{term}'; can't understand '{term}': invalid field selector"
            )
        field, operator, value = found.groups()
        if field not in ("metadata.name", "metadata.namespace") and field not in known:
            raise bad_request(
                f'"{field}" is not a known field selector: field label not '
                f"supported: {field} (kind {kind})"
            )
        tests.append((tuple(field.split(".")), value, operator == "!="))

    def matches(obj: Object) -> bool:
        return all((_text(dig(obj, *path)) == value) != negate for path, value, negate in tests)

    return matches


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def matches_selector(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """A LabelSelector object (`matchLabels`, `matchExpressions`) against labels.

    An absent selector matches nothing, an empty one everything, as in Kubernetes.
    """
    if selector is None:
        return False
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or ():
        key, operator = expression.get("key", ""), expression.get("operator")
        values = expression.get("values") or []
        fits = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }.get(operator, False)
        if not fits:
            return False
    return True
