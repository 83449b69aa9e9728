"""The lines at a run's end: each scenario with its steps, how to repeat it, where evidence is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._report.lines import ran_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["closing_report", "scenario_table"]

_MOST_TABLES = 5
"""More scenarios than this get a line each; those that are not proven keep their table."""

_HEADS = ("step", "seconds", "bytes", "rows", "verdict")


def scenario_table(record: Mapping[str, Any]) -> list[str]:
    """One scenario's steps with seconds, bytes and rows, and their sum."""
    rows = [
        [
            step["step"],
            f"{step['seconds']:.2f}",
            _figure(step["facts"].get("bytes")),
            _figure(step["facts"].get("rows")),
            step["verdict"],
        ]
        for step in record["steps"]
    ]
    rows.append(["together", f"{record['seconds']:.2f}", "", "", record["verdict"]])
    widths = [max(len(row[i]) for row in [list(_HEADS), *rows]) for i in range(len(_HEADS))]

    def line(cells: Sequence[str]) -> str:
        first, *figures, last = (
            cell.ljust(width) if i in (0, len(_HEADS) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "  ".join(["   ", first, *figures, last]).rstrip()

    return [line(_HEADS), *map(line, rows)]


def closing_report(
    records: Sequence[Mapping[str, Any]], *, verbosity: int = 0
) -> list[tuple[str, str]]:
    """(text, verdict) line by line; the verdict is empty where a line needs no colour.

    Args:
        records: what items left, scenarios among them, in order.
        verbosity: pytest's; below zero: no tables but of what failed, above: all of them.
    """
    lines: list[tuple[str, str]] = []
    scenarios = [record for record in records if "steps" in record]
    all_tables = verbosity > 0 or (verbosity == 0 and len(scenarios) <= _MOST_TABLES)
    for record in scenarios:
        bad = record["verdict"] != "proven"
        cause = f" ({record['cause']})" if bad and record["cause"] else ""
        backend = record["ran"].get("cluster", "")
        head = f"{record['verdict']}{cause}  {record['nodeid']}"
        lines.append((f"{head}  {backend}  {record['seconds']:.2f} s".rstrip(), record["verdict"]))
        if (all_tables or bad) and record["steps"]:
            lines += [(line, "") for line in scenario_table(record)]
        lines += [(f"    finding: {text}", "unverified") for text in _findings(record)]
        if bad:
            if record.get("artifacts"):
                lines.append((f"    evidence: {record['artifacts']}", ""))
            lines.append((f"    repeat:   {record['command']}", ""))
    for record in records:
        if "steps" not in record and record.get("artifacts"):
            lines.append((f"{record['outcome']}  {record['nodeid']}", "different"))
            lines.append((f"    evidence: {record['artifacts']}", ""))
            lines.append((f"    repeat:   {record['command']}", ""))
    lines += [("what really ran:", "")] if lines else []
    return lines + [(line, "") for line in _ran(records)]


def _findings(record: Mapping[str, Any]) -> list[str]:
    return [text for step in record["steps"] for text in step["facts"].get("findings", ())]


def _ran(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The roles with everything that ran in them, the losses once."""
    ran: dict[str, list[str]] = {}
    losses: list[str] = []
    for record in records:
        for role, words in record["ran"].items():
            if words not in ran.setdefault(role, []):
                ran[role].append(words)
        losses += [loss for loss in record["losses"] if loss not in losses]
    return ran_lines({role: ", ".join(words) for role, words in ran.items()}, losses)


def _figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else ""
