"""The project's Blueprint with named edits, taken through the circle on the shared cluster."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pytest_kanister import Harness
from pytest_kanister._base.bundled import bundled
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PODS
from pytest_kanister._model.results import ScenarioResult, Verdict
from pytest_kanister._report.failure import failure_text
from pytest_kanister._scenario.loader import load_scenario
from pytest_kanister._scenario.runner import run_steps
from pytest_kanister._scenario.stage import Stage

__all__ = ["NAMESPACE", "SCENARIO", "Circle", "Edit", "Ended", "Meddler", "edited", "saboteur"]

Edit = tuple[str, str]
"""A text that stands in the Blueprint exactly once, and what stands there instead."""

NAMESPACE = "negative-control"
BLUEPRINT = "mysql-blueprint.yaml"
SCENARIO = f"""\
apiVersion: pytest-kanister/v1
kind: Scenario
metadata: {{name: accounts}}
spec:
  workload: {{kind: mysql, name: mysql-store, namespace: {NAMESPACE}}}
  blueprint: {BLUEPRINT}
  steps:
    - seed: accounts
    - backup: {{}}
    - damage: {{drop: myImportantData}}
    - restore: {{}}
    - verify: {{rows: exact, schema: exact, extra: none}}
    - delete: {{}}
    - verifyDeleted: {{}}
"""


def edited(*edits: Edit) -> str:
    """The project's Blueprint with the edits made, each of which changes something."""
    text = bundled("fixtures", "blueprints", BLUEPRINT).read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, f"stands {text.count(old)} times in the Blueprint: {old}"
        assert old != new
        text = text.replace(old, new)
    return text


@dataclass(frozen=True)
class Ended:
    """How a scenario ended.

    Attributes:
        result: as a value.
        text: what pytest shows of it.
        left: keys in the bucket afterwards.
    """

    result: ScenarioResult
    text: str
    left: tuple[str, ...]

    @property
    def last(self) -> tuple[str, str]:
        """The last step that ran, and its verdict."""
        step = self.result.steps[-1]
        return step.step, step.verdict.value


Meddler = Callable[[KubeClient, Stage], None]
"""What changes the stage when it stands, or does so at the right moment from a thread."""


class Circle:
    """Runs the scenario with an edited Blueprint.

    Args:
        harness: the cluster that all tests of the folder share.
        folder: the working directory, empty.
    """

    def __init__(self, harness: Harness, folder: Path) -> None:
        self._harness = harness
        self._folder = folder

    def __call__(
        self, *edits: Edit, first: Meddler | None = None, meanwhile: Meddler | None = None
    ) -> Ended:
        """Takes the steps up to the first that is not proven.

        Args:
            edits: of the Blueprint.
            first: called before the first step.
            meanwhile: runs beside the steps in a thread of its own; what it raises is raised.
        """
        (self._folder / BLUEPRINT).write_text(edited(*edits), encoding="utf-8")
        (self._folder / "accounts.kanister.yaml").write_text(SCENARIO, encoding="utf-8")
        scenario = load_scenario("accounts.kanister.yaml")
        spec = scenario.workload
        stage = self._harness.open_stage(
            spec.kind, name=spec.name, namespace=spec.namespace, options={}, beside=self._folder
        )
        try:
            kube = KubeClient(self._harness.kubeconfig, self._harness.capabilities)
            if first is not None:
                first(kube, stage)
            with saboteur(lambda: meanwhile(kube, stage) if meanwhile else None):
                result = run_steps(scenario, stage)
            left = tuple(stored.key for stored in stage.bucket.objects())
            kube.close()
        finally:
            self._harness.close_stage(stage)
        proven = result.verdict is Verdict.PROVEN
        return Ended(result, "" if proven else failure_text(result), left)


@contextmanager
def saboteur(work: Callable[[], None]) -> Iterator[None]:
    """Runs `work` in a thread meanwhile; raises what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # told by the test's own thread
            errors.append(error)

    thread = threading.Thread(target=run, name="saboteur", daemon=True)
    thread.start()
    yield
    thread.join(timeout=30.0)
    assert not thread.is_alive(), "the saboteur still waits for its moment"
    if errors:
        raise errors[0]


def wait_task_says(kube: KubeClient, namespace: str, words: str) -> str:
    """The name of the task's pod once its output holds `words`."""

    def look() -> str | None:
        for pod in kube.list(PODS, namespace, label_selector="createdBy=kanister"):
            name = str(pod["metadata"]["name"])
            running = pod.get("status", {}).get("phase") == "Running"
            if running and words in kube.logs(namespace, name):
                return name
        return None

    found = wait_until(look, Deadline(30.0))
    assert found, f"no task of {namespace} ever said {words!r}"
    return found


def in_task(kube: KubeClient, namespace: str, pod: str, script: str) -> None:
    """Runs a shell script in the task's container; it must succeed."""
    commands: Sequence[str] = ("bash", "-c", script)
    done = kube.exec(namespace, pod, commands, timeout_s=30.0)
    assert done.exit_status == 0, done.stderr.decode(errors="replace")
