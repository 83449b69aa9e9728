"""Snapshots on disk: saved, loaded and compared offline.

Imports `_data.proof`, `_base`, `_model`, `errors`; knows no database.
`workloads` import its `runs`, where a large table's digests go.
"""

from __future__ import annotations

from pytest_kanister._data.evidence.files import load_snapshot, save_snapshot

__all__ = ["load_snapshot", "save_snapshot"]
