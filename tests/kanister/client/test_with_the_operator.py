"""Profiles, Blueprints and ActionSets as the operator in the embedded cluster takes them."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._backends import open_backend
from pytest_kanister._kanister.blueprint import Blueprint, read_blueprint
from pytest_kanister._kanister.client import (
    create_actionset,
    create_blueprint,
    derive_actionset,
    wait_actionset,
)
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import PODS
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import ActionSetFailed, EnvironmentProblem

pytestmark = pytest.mark.slow

TARGET = Target("namespace", "default", "default")

TEXT = """\
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: NAME}
actions:
  backup:
    outputArtifacts:
      dump: {keyValue: {path: "{{ .Phases.dump.Output.path }}"}}
    phases:
    - func: KubeTask
      name: dump
      args:
        namespace: default
        image: IMAGE
        command:
        - bash
        - -c
        - |
          SCRIPT
  restore:
    phases:
    - func: KubeTask
      name: load
      args:
        namespace: default
        image: IMAGE
        command: [bash, -c, 'test "{{ .ArtifactsIn.dump.KeyValue.path }}" = a/b']
"""


@pytest.fixture(scope="module")
def kube() -> Iterator[KubeClient]:
    with tempfile.TemporaryDirectory(prefix="kc-") as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", name)
        patch.setenv("TMPDIR", name)
        patch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)  # it is ours to end
        backend = open_backend(Settings(), lambda _line: None)
        client = KubeClient(backend.kubeconfig, backend.capabilities)
        yield client
        client.close()
        backend.close()


def install(
    kube: KubeClient, folder: Path, script: str, image: str = "ghcr.io/kanisterio/kanister-tools:1"
) -> Blueprint:
    name = folder.name.replace("_", "-").lower()[:50].strip("-")
    file = folder / "b.yaml"
    file.write_text(TEXT.replace("NAME", name).replace("IMAGE", image).replace("SCRIPT", script))
    blueprint = read_blueprint(file)
    create_blueprint(kube, blueprint)
    return blueprint


def run(kube: KubeClient, blueprint: Blueprint, told: list[str] | None = None) -> Any:
    name = create_actionset(kube, action="backup", blueprint=blueprint.name, target=TARGET)
    return wait_actionset(
        kube,
        name,
        timeout_s=60,
        blueprint=blueprint,
        on_progress=(told if told is not None else []).append,
    )


def test_there_and_back(kube: KubeClient, tmp_path: Path) -> None:
    blueprint = install(kube, tmp_path, "kando output path a/b")
    told: list[str] = []

    backup = run(kube, blueprint, told)

    name = backup["metadata"]["name"]
    assert backup["status"]["actions"][0]["artifacts"] == {"dump": {"keyValue": {"path": "a/b"}}}
    assert told == [f"{name}: phase dump (0 % done)"]
    restore = derive_actionset(kube, name, action="restore")
    assert wait_actionset(kube, restore, timeout_s=60)["status"]["state"] == "complete"


def test_a_command_that_fails(kube: KubeClient, tmp_path: Path) -> None:
    blueprint = install(kube, tmp_path, "echo about to fail; exit 3")

    with pytest.raises(ActionSetFailed) as failed:
        run(kube, blueprint)

    error = failed.value
    assert (error.action, error.phase) == ("backup", "dump")
    assert "about to fail" in error.message
    assert error.where == f"{blueprint.path}:9:7"
    assert "Started Phase" in error.evidence
    assert str(error).startswith(f"ActionSet kanister/{error.name} (backup) failed\n")


def test_a_template_that_fails_is_pointed_at(kube: KubeClient, tmp_path: Path) -> None:
    blueprint = install(kube, tmp_path, "true\n          echo {{ .Options.nothing }}")

    with pytest.raises(ActionSetFailed, match="nothing") as failed:
        run(kube, blueprint)

    _, line, column = failed.value.where.rsplit(":", 2)
    assert blueprint.lines[int(line) - 1][int(column) - 1 :].startswith(".nothing }}")


def test_a_template_that_cannot_be_parsed_is_pointed_at(kube: KubeClient, tmp_path: Path) -> None:
    blueprint = install(kube, tmp_path, "true\n          echo {{ nofunction 1 }}")

    with pytest.raises(ActionSetFailed, match="nofunction") as failed:
        run(kube, blueprint)

    _, line, _ = failed.value.where.rsplit(":", 2)
    assert "nofunction" in blueprint.lines[int(line) - 1]


def test_an_output_artifact_that_is_not_there(kube: KubeClient, tmp_path: Path) -> None:
    blueprint = install(kube, tmp_path, "true")

    with pytest.raises(ActionSetFailed) as failed:
        run(kube, blueprint)

    _, line, column = failed.value.where.rsplit(":", 2)
    assert blueprint.lines[int(line) - 1][int(column) - 1 :].startswith(".path }}")


def test_an_image_that_is_not_known_is_the_environments_fault(
    kube: KubeClient, tmp_path: Path
) -> None:
    blueprint = install(kube, tmp_path, "true", image="registry.example/unheard-of:1")
    start = time.monotonic()

    with pytest.raises(EnvironmentProblem, match=r"registry\.example/unheard-of:1") as problem:
        run(kube, blueprint)

    assert time.monotonic() - start < 10, "not Kanister's fifteen minutes"
    # Where images can be pulled it is tried; elsewhere they must be known.
    told = problem.value.evidence
    assert "does not know the image" in told or "cannot be pulled" in told
    assert "PYTEST_KANISTER_IMAGE_MAP" in str(problem.value)
    for pod in kube.list(PODS, "default"):
        kube.delete(PODS, pod["metadata"]["name"], "default", grace_period_s=0, wait_s=20)


def test_a_crash_of_the_operator_is_told(kube: KubeClient, tmp_path: Path) -> None:
    """Kanister panics on a null argument and never takes the ActionSet up again."""
    blueprint = install(kube, tmp_path, "true")
    body = blueprint.path.read_text().replace("namespace: default", "namespace: null", 1)
    blueprint.path.write_text(body)
    crashing = read_blueprint(blueprint.path)
    create_blueprint(kube, crashing)

    with pytest.raises(ActionSetFailed, match="the operator was restarted while") as failed:
        run(kube, crashing)

    assert failed.value.phase == "dump"
