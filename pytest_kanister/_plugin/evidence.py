"""Where the evidence of a failed scenario or test goes, and that it gets there."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pytest_kanister._plugin.state import RECORD, RUN, leave_record
from pytest_kanister._report.bundle import bundle_name, marked_source, write_bundle
from pytest_kanister.errors import EnvironmentProblem, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from pytest_kanister._harness.harness import Harness
    from pytest_kanister._harness.stage import WorkloadStage

__all__ = ["artifacts_root", "keep_evidence", "keep_evidence_of_test"]


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
    source = stage.redact(marked_source(item.path.read_text(encoding="utf-8"), lines))
    evidence = _gathered(stage)
    kept = _kept(folder, text, source, record, evidence)
    _keep_logs(item.config.stash[RUN].harness, folder)
    return kept


def keep_evidence_of_setup(
    item: pytest.Item, harness: Harness, record: Mapping[str, Any], text: str, line: int
) -> dict[str, str]:
    """Likewise for a scenario whose stage could not be set up; `line`: of its scenario."""
    root = artifacts_root(item.config)
    if root is None:
        return {}
    folder = root / bundle_name(item.nodeid)
    source = harness.redact(marked_source(item.path.read_text(encoding="utf-8"), {line}))
    kept = _kept(folder, harness.redact(text), source, record, _gathered(harness))
    _keep_logs(harness, folder)
    return kept


def keep_evidence_of_test(item: pytest.Item, report: pytest.TestReport) -> None:
    """Likewise for a failed Python test with workloads; its report and record say where."""
    harness, root = item.config.stash[RUN].harness, artifacts_root(item.config)
    if root is None:
        return
    evidence = _gathered(harness)
    if not evidence:
        return  # it had no workload
    leave_record(item, ran=harness.ran(), losses=list(harness.losses))
    own: dict[str, Any] = item.stash[RECORD]
    record = {"nodeid": item.nodeid, **own}
    text = harness.redact(report.longreprtext)
    folder = root / bundle_name(item.nodeid)
    kept = _kept(folder, text, "", record, evidence)
    _keep_logs(harness, folder)
    leave_record(item, **kept)
    report.sections += [("kanister", f"evidence: {place}") for place in kept.values()]


class _Witness(Protocol):
    def evidence(self) -> dict[str, str]: ...
    def redact(self, text: str) -> str: ...


def _gathered(of: _Witness) -> dict[str, str]:
    try:
        return of.evidence()
    except KanisterHarnessError as error:
        return {"evidence-missing.txt": of.redact(str(error))}


def _keep_logs(harness: Harness, folder: Path) -> None:
    """What a real cluster's nodes wrote goes beside the rest, without secrets, or why not."""
    nodes = folder / "nodes"
    try:
        harness.export_logs(nodes)
        for file in nodes.rglob("*"):
            if file.is_file() and not file.is_symlink():
                text = file.read_text(encoding="utf-8", errors="surrogateescape")
                file.write_text(harness.redact(text), encoding="utf-8", errors="surrogateescape")
    except (EnvironmentProblem, OSError) as error:
        with contextlib.suppress(OSError):
            (folder / "nodes-missing.txt").write_text(harness.redact(str(error)), encoding="utf-8")


def _kept(
    folder: Path, text: str, source: str, record: Mapping[str, Any], evidence: Mapping[str, str]
) -> dict[str, str]:
    """`{"artifacts": folder}`; a folder that cannot be written must not hide the failure."""
    try:
        write_bundle(folder, failure=text, scenario=source, record=record, evidence=evidence)
    except OSError as error:
        return {"artifacts": f"{folder} cannot be written: {error.strerror}"}
    return {"artifacts": str(folder)}
