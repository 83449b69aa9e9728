"""What a report carries beside pytest's own: our record, and whose affair a failure is."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.settings import OPTIONS
from pytest_kanister._plugin.state import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

__all__ = ["attach", "explain", "properties_of", "repeat_command", "short_status"]


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Puts the item's record on its report, as text: so it travels through xdist."""
    record = item.stash.get(RECORD, None)
    if record is None:
        return
    environment = record.get("cause") == "environment"
    if environment and report.failed:
        report.kanister_environment = True  # type: ignore[attr-defined] # a report takes any
    record["command"] = repeat_command(item.config, item.nodeid)
    report.kanister = json.dumps(record)  # type: ignore[attr-defined] # the same
    if report.when == "teardown":
        item.stash[RECORD] = {}


def explain(item: pytest.Item, report: pytest.TestReport) -> None:
    """Keeps the evidence of a failed Python test; a scenario has done so itself."""
    from pytest_kanister._plugin.collect import ScenarioItem  # it imports this module

    if not isinstance(item, ScenarioItem):
        from pytest_kanister._plugin.evidence import keep_evidence_of_test

        keep_evidence_of_test(item, report)


def short_status(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """`error` for a test whose surroundings failed while it ran: no verdict was reached.

    pytest itself knows errors in setup and teardown only.
    """
    if report.when == "call" and report.failed and getattr(report, "kanister_environment", False):
        return "error", "E", "ERROR"
    return None


def repeat_command(config: pytest.Config, nodeid: str) -> str:
    """What to type to run this item again where this pytest was started."""
    file, *rest = nodeid.split("::", 1)
    path = _from(config.invocation_params.dir, config.rootpath / file)
    return shlex.join(["pytest", "::".join([path, *rest]), *_ours(config.invocation_params.args)])


def _ours(arguments: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Options of ours, with a value that stands apart, but for the report's file."""
    flags = {option.flag: option for option in OPTIONS}
    found: list[str] = []
    texts = [str(argument) for argument in arguments]
    for number, text in enumerate(texts):
        option = flags.get(text.partition("=")[0])
        if option is None or option.name == "report":
            continue
        found.append(text)
        if "=" not in text and not option.is_switch:
            found += texts[number + 1 : number + 2]
    return found


def _from(folder: Path, path: Path) -> str:
    return os.path.relpath(path, folder)


def properties_of(record: dict[str, Any]) -> list[tuple[str, object]]:
    """The record's main figures as JUnit properties, each one plain value."""
    found: list[tuple[str, object]] = [
        ("kanister.verdict", record["verdict"]),
        ("kanister.cause", record["cause"]),
        ("kanister.seconds", record["seconds"]),
    ]
    found += [
        (f"kanister.{role}", text)
        for role, text in record["ran"].items()
        if role not in ("unseen", "unmodelled", "kept")
    ]
    for step in record["steps"]:
        for fact, name in (("bytes", "bytes"), ("actionSeconds", "seconds")):
            if fact in step["facts"] and step["step"] in ("backup", "restore"):
                found.append((f"kanister.{step['step']}.{name}", step["facts"][fact]))
        if step["step"] == "verify" and "rows" in step["facts"]:
            found.append(("kanister.rows", step["facts"]["rows"]))
    if record.get("artifacts"):
        found.append(("kanister.artifacts", record["artifacts"]))
    return [(name, value) for name, value in found if value != ""]
