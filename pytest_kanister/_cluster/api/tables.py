"""What `kubectl get` prints: objects as a Table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._model.api import Object

__all__ = ["human_duration", "partial", "to_table"]

_AGES = frozenset({"Age", "Last Seen", "First Seen"})


def partial(obj: Object) -> Object:
    """Metadata alone."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": obj.get("metadata") or {},
    }


def to_table(
    kind: Kind,
    objects: Iterable[Object],
    metadata: Object,
    include: str = "Metadata",
    *,
    header: bool = True,
) -> Object:
    """The Table of stored objects; `include` is Kubernetes' includeObject."""
    columns = kind.strategy.columns
    moment = datetime.now(UTC)
    rows = []
    for obj in objects:
        cells = [
            _age(cell, moment) if column.type == "date" or column.name in _AGES else cell
            for column, cell in zip(columns, kind.strategy.row(obj), strict=True)
        ]
        row: Object = {"cells": cells}
        if include == "Object":
            row["object"] = kind.serve(obj) if kind.serve else obj
        elif include != "None":
            row["object"] = partial(obj)
        rows.append(row)
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [column.definition() for column in columns] if header else None,
        "rows": rows,
    }


def _age(stamp: Any, moment: datetime) -> str:
    if not isinstance(stamp, str) or not stamp:
        return "<unknown>"
    try:
        since = datetime.fromisoformat(stamp)
    except ValueError:
        return "<invalid>"
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return human_duration((moment - since).total_seconds())


def human_duration(span_s: float) -> str:
    """A span as kubectl writes it: at most two units, fewer the longer it is."""
    seconds = int(span_s)
    if seconds < -1:
        return "<invalid>"
    if seconds < 120:
        return f"{max(seconds, 0)}s"
    minutes = seconds // 60
    if minutes < 10:
        return _two(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    hours = minutes // 60
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    years = days // 365
    return _two(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _two(large: int, unit: str, small: int, lesser: str) -> str:
    return f"{large}{unit}{small}{lesser}" if small else f"{large}{unit}"
