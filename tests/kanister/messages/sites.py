"""Every place in the package's source where a message for a person is written, as text.

A message is what is given to one of `CLASSES`, or to a function of `HELPERS`, which makes one of
them; in place of what is put in when it is raised stands the expression in braces.  Whoever adds,
drops or changes a message sees it in the golden files.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CLASSES", "HELPERS", "Site", "sites", "written"]

CLASSES = {
    "AlreadyExists": "the API",
    "ApiError": "the API",
    "BadRequest": "the API",
    "ConfigProblem": "the kubelet, in a waiting container",
    "Conflict": "the API",
    "Gone": "the API",
    "Invalid": "the API",
    "NotFound": "the API",
    "Refused": "the server's word",
    "ActionSetFailed": "Kanister's outcome",
    "ActionSetTimeout": "Kanister's outcome",
    "BlueprintDenied": "Kanister's outcome",
    "BlueprintInvalid": "the webhook and kanctl, Kanister's words",
    "CommandError": "kando and kanctl, Kanister's words",
    "CommandFailed": "the operator, Kanister's words",
    "Crash": "the operator's panic, in its log",
    "EnvironmentProblem": "the machine",
    "HarnessBug": "our mistake",
    "KanisterError": "the operator, Kanister's words",
    "LimitError": "a template that multiplies too much",
    "LocationError": "kando and the operator, Kanister's words",
    "ParamsError": "the operator, Kanister's words",
    "PathError": "Wait's JSONPath, the Kubernetes library's words",
    "RenderError": "the operator, Go's words",
    "RoundTripMismatch": "the verdict",
    "S3Error": "kando and the operator, the store's words",
    "ScenarioError": "the scenario's author",
    "Unverified": "nothing was proven",
    "UsageProblem": "the person at the keyboard",
    "VacuousScenario": "the scenario's author",
    "_Refused": "the operator at intake, Kanister's words",
}
"""Class → whom or what it speaks for."""

HELPERS = {
    "ArgumentTypeError": "UsageProblem",
    "_error": "ScenarioError",
    "_invalid": "KanisterError",
    "_no_pair": "KanisterError",
    "_problem": "UsageProblem",
    "_unread": "KanisterError",
    "_with_log": "KanisterError",
    "ValueError": "UsageProblem",
    "error": "ScenarioError",
    "undecodable": "KanisterError",
    "vacuous": "VacuousScenario",
    "workload_pods": "KanisterError",
}
"""Function that is given a message, its first literal text → what it makes of it."""

_LOGS = ("log", "lines")
"""Whose `error` is a line of the log: no message of its own."""

_THIRD = {kind for kind, whose in CLASSES.items() if whose == "the API"} | {
    "ActionSetFailed",
    "ActionSetTimeout",
    "BlueprintDenied",
    "S3Error",
}
"""Whose message is the third argument, unless it is named."""

_SHOWN = ("remedies", "remedy", "looked", "told")


@dataclass(frozen=True)
class Site:
    """One place.

    Attributes:
        module: dotted, without the package's name.
        function: qualified name inside the module; empty at its top.
        kind: the class.
        text: the message.
        more: `remedies=…` and the like, one text each.
    """

    module: str
    function: str
    kind: str
    text: str
    more: tuple[str, ...]


def sites(package: Path, room: str) -> list[Site]:
    """All places in one room (a folder or module of the package), in the order of the source."""
    place = package / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    found: list[Site] = []
    for file in files:
        module = ".".join(file.relative_to(package).with_suffix("").parts)
        found += _in(ast.parse(file.read_text(encoding="utf-8")), module, ())
    return found


def written(found: list[Site]) -> str:
    """As a golden file has them."""
    lines: list[str] = []
    for site in found:
        lines.append(f"{site.module}: {site.function or '(module)'}")
        lines += [f"    {site.kind}: {line}" for line in site.text.splitlines() or [""]]
        lines += [f"        {more}" for more in site.more]
    return "\n".join([*lines, ""])


def _in(node: ast.AST, module: str, names: tuple[str, ...]) -> Iterator[Site]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from _in(child, module, (*names, child.name))
            continue
        if isinstance(child, ast.Call):
            called = _called(child.func)
            if called in CLASSES:
                yield _site(child, module, ".".join(names), called)
            elif called in HELPERS and not _is_none(child.func, called, module):
                yield from _helped(child, module, ".".join(names), called)
        yield from _in(child, module, names)


def _called(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    return func.attr if isinstance(func, ast.Attribute) else ""


def _is_none(func: ast.expr, helper: str, module: str) -> bool:
    """Whether it is no message: a line of the log, lint's finding, what `_kanister` words anew."""
    if helper == "ValueError":
        return module.startswith("_kanister.")
    logs = isinstance(func, ast.Attribute) and _called(func.value).lstrip("_") in _LOGS
    return logs or ".lint.rules" in module


def _helped(call: ast.Call, module: str, function: str, helper: str) -> Iterator[Site]:
    """A helper's message; none where it is given no text of its own."""
    given = call.args[1:] if helper == "undecodable" else call.args  # first the argument's name
    texts = [arg for arg in given if _is_text(arg)]
    if not texts:
        return
    after = call.args[call.args.index(texts[0]) + 1 :]
    remedies = [item.value for item in call.keywords if item.arg in ("remedy", "said")]
    more = tuple(f"remedy: {_text(arg)}" for arg in (*after, *remedies) if _is_text(arg))
    kind = HELPERS[helper]
    if helper == "error" and ast.unparse(call.func).startswith("parser."):
        kind = "UsageProblem"
    if helper == "_error" and isinstance(call.args[0], ast.Name) and call.args[0].id in CLASSES:
        kind = call.args[0].id
    yield Site(module, function, kind, _text(texts[0]), more)


def _is_text(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return _is_text(value.left) or _is_text(value.right)
    if isinstance(value, ast.IfExp):
        return _is_text(value.body) or _is_text(value.orelse)
    return isinstance(value, ast.JoinedStr) or (
        isinstance(value, ast.Constant) and isinstance(value.value, str)
    )


def _site(call: ast.Call, module: str, function: str, kind: str) -> Site:
    keywords = {item.arg: item.value for item in call.keywords if item.arg}
    message = call.args[0] if call.args else keywords.get("message")
    if kind == "Refused" and call.args:
        message = call.args[-1]
    if kind in _THIRD:
        message = keywords.get("message") or (call.args[2] if len(call.args) > 2 else message)
    more = tuple(
        f"{name}: {line}" for name in _SHOWN if name in keywords for line in _lines(keywords[name])
    )
    return Site(module, function, kind, _text(message) if message else "", more)


def _lines(value: ast.expr) -> list[str]:
    if isinstance(value, ast.List | ast.Tuple):
        return [_text(item) for item in value.elts]
    return [_text(value)]


def _text(value: ast.expr) -> str:
    """A literal's text; what is put in stands in braces."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(_text(part) for part in value.values)
    if isinstance(value, ast.FormattedValue):
        shown = "!r" if value.conversion == ord("r") else ""
        return f"{{{ast.unparse(value.value)}{shown}}}"
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return _text(value.left) + _text(value.right)
    if isinstance(value, ast.IfExp) and _is_text(value.body) and _is_text(value.orelse):
        return f"{_text(value.body)} | {_text(value.orelse)}"
    return f"{{{ast.unparse(value)}}}"
