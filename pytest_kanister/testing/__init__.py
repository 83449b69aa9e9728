"""Public helpers for authors of workloads, scenarios and plugins.

May import everything.  `Example` writes a project and runs pytest in it; `WorkloadSuite` is what
every workload must pass, `InMemoryWorkload` the smallest one that does.
"""

from __future__ import annotations

from pytest_kanister.testing.example import Example, ExampleRun
from pytest_kanister.testing.memory import InMemoryWorkload
from pytest_kanister.testing.suite import WorkloadSuite

__all__ = ["Example", "ExampleRun", "InMemoryWorkload", "WorkloadSuite"]
