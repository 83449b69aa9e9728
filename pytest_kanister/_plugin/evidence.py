"""Where the evidence of a failed scenario goes, and that it gets there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._plugin.state import RUN
from pytest_kanister._report.bundle import bundle_name, marked_source, write_bundle
from pytest_kanister.errors import KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from pytest_kanister._harness.stage import WorkloadStage

__all__ = ["artifacts_root", "keep_evidence"]


def artifacts_root(config: pytest.Config) -> Path | None:
    """The folder of bundles; None when none is chosen and pytest's cache is switched off."""
    chosen = config.stash[RUN].settings.artifacts
    if chosen:
        return config.invocation_params.dir / chosen
    cache = getattr(config, "cache", None)
    return Path(cache.mkdir("kanister")) if cache is not None else None


def keep_evidence(
    item: pytest.Item, stage: WorkloadStage, record: Mapping[str, Any], text: str
) -> dict[str, str]:
    """Writes the bundle; `{"artifacts": folder}`, or nothing when there is no place for it."""
    root = artifacts_root(item.config)
    if root is None:
        return {}
    folder = root / bundle_name(item.nodeid)
    lines = {
        int(step["where"].rsplit(":", 2)[1])
        for step in record["steps"]
        if step["verdict"] != "proven" and step["where"].count(":") >= 2
    }
    try:
        evidence = stage.evidence()
    except KanisterHarnessError as error:
        evidence = {"evidence-missing.txt": stage.redact(str(error))}
    source = stage.redact(marked_source(item.path.read_text(encoding="utf-8"), lines))
    write_bundle(folder, failure=text, scenario=source, record=record, evidence=evidence)
    return {"artifacts": str(folder)}
