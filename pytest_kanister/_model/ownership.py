"""What marks an object as ours on a cluster that others use, and what allows us in.

Kubernetes reads `pytest-kanister` before the slash as the prefix of a label's key.
"""

from __future__ import annotations

__all__ = [
    "ALLOW_DESTRUCTIVE_LABEL",
    "ALLOW_LABEL",
    "HELM_NAMESPACE",
    "MADE_ANNOTATION",
    "OPERATOR_RECORD",
    "OWNER_ANNOTATION",
    "RUN_LABEL",
]

RUN_LABEL = "pytest-kanister/run"
"""On every object that a run makes; its value is the run's name."""

OWNER_ANNOTATION = "pytest-kanister/owner"
"""`HOST PID-START` of the process behind the run: says whether that run is over."""

MADE_ANNOTATION = "pytest-kanister/made"
"""A random word for each creation: after a lost answer it says whether the object is the one."""

ALLOW_LABEL = "pytest-kanister/allow"
"""`"true"` on a namespace lets a run that names it make its objects there."""

ALLOW_DESTRUCTIVE_LABEL = "pytest-kanister/allow-destructive"
"""`"true"` on a workload that is not ours lets a scenario that says so overwrite its data."""

OPERATOR_RECORD = "pytest-kanister-operator"
"""ConfigMap in the namespace whose ActionSets our operator executes in Kanister's place."""

HELM_NAMESPACE = "meta.helm.sh/release-namespace"
"""Annotation by which helm knows what a release made, also what is in no namespace."""
