"""Scenarios for pytest runs that show how items behave; each run is one cluster's."""

from __future__ import annotations

from textwrap import indent

HEAD = """\
apiVersion: pytest-kanister/v1
kind: Scenario
metadata: {{name: {name}}}
spec:
  workload: {{kind: mysql, name: mysql-store, namespace: app}}
  blueprint: mysql-blueprint.yaml
{spec}  steps:
    - seed: accounts
{steps}"""

GOOD = "- sql: {statement: SELECT 1, expect: [[1]]}"
BAD = "- sql: {statement: SELECT 1, expect: [[2]]}"
FLAKY = "- call: checks.py::fails_once"
SLEEPY = "- pause: 60\n- sql: {statement: SELECT 1, expect: [[1]]}"
BROKEN = "- call: checks.py::breaks_the_store\n- backup: {}"

CHECKS = '''
import base64
from pathlib import Path

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import SECRETS

def fails_once(run):
    been = Path(__file__).with_name("been")
    if not been.exists():
        been.touch()
        raise AssertionError("the first time")

def breaks_the_store(run):
    """The Profile's key is wrong from now on."""
    session = run.stage._session
    kube = session.kube.result()
    for secret in kube.list(SECRETS, run.workload.namespace):
        if "aws_secret_access_key" in secret["data"]:
            wrong = base64.b64encode(b"wrong").decode()
            kube.patch(SECRETS, secret["metadata"]["name"],
                       {"data": {"aws_secret_access_key": wrong}}, run.workload.namespace)
'''


def scenario(name: str, steps: str, *, spec: str = "") -> str:
    """A scenario's text.

    Args:
        name: its name.
        steps: those after `seed: accounts`.
        spec: further lines of `spec`, without indentation.
    """
    return HEAD.format(
        name=name,
        spec=indent(spec, "  ") + "\n" if spec else "",
        steps=indent(steps, "    ") + "\n",
    )


def files(**scenarios: tuple[str, str]) -> dict[str, str]:
    """`{"a.kanister.yaml": …}` from names with (steps, spec)."""
    found = {
        f"{name}.kanister.yaml": scenario(name, steps, spec=spec)
        for name, (steps, spec) in scenarios.items()
    }
    return {**found, "checks.py": CHECKS}
