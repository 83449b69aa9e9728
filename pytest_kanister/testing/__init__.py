"""Public helpers for authors of workloads, scenarios and plugins.

May import everything; `Example` writes a project and runs pytest in it.
"""

from __future__ import annotations

from pytest_kanister.testing.example import Example, ExampleRun

__all__ = ["Example", "ExampleRun"]
