"""Scenario files: what they say, how they are read, and the runner that takes the steps.

May import `_data`, `_kanister.client`, `_kanister.blueprint`, `_kube`, `_base`, `_model`.  Knows
neither pytest nor how a cluster comes to be: whoever runs a scenario hands it a `Stage`.
One module for each step in `steps/`.
"""

from __future__ import annotations

from pytest_kanister._scenario.loader import load_scenario, load_scenarios
from pytest_kanister._scenario.model import Scenario, Step, WorkloadSpec

__all__ = ["Scenario", "Step", "WorkloadSpec", "load_scenario", "load_scenarios"]
