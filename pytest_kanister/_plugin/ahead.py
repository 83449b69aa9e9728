"""The next item's database starts while this item's ActionSets run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pytest_kanister._harness.namespaces import slug
from pytest_kanister._plugin.state import RUN

if TYPE_CHECKING:
    import pytest

__all__ = ["prepare"]


def prepare(item: pytest.Item) -> None:
    """Begins what the setup of `item` will ask for; nothing under xdist, whose workers overlap."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    from pytest_kanister._plugin.collect import ScenarioItem

    harness = item.config.stash[RUN].harness
    if isinstance(item, ScenarioItem):
        scenario = item.scenario
        if scenario.requires or scenario.store or item.get_closest_marker("skip"):
            return  # it may never want it
        spec = scenario.workload
        harness.prepare(
            spec.kind,
            name=spec.name,
            namespace=spec.namespace,
            options=spec.options,
            beside=item.path.parent,
        )
    elif "kanister_mysql" in getattr(item, "fixturenames", ()):
        harness.prepare("mysql", namespace=slug(item.name), options={})
