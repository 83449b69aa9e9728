from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint import Blueprint, read_blueprint
from pytest_kanister._kanister.client.positions import locate

TEXT = """\
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: example}
actions:
  backup:
    outputArtifacts: {dump: {keyValue: {path: "{{ .Phases.dump.Output.path }}"}}}
    phases:
    - func: KubeTask
      name: dump
      args:
        nonsense: 1
        image: "{{ .Options.image }}"
        command:
        - sh
        - |
          echo one
          echo {{ .Options.missing }}
          echo {{ .StatefulSet.Name }} {{ .Options.twice }}
          echo {{ .Options.twice }}
"""


@pytest.fixture
def blueprint(tmp_path: Path) -> Blueprint:
    file = tmp_path / "b.yaml"
    file.write_text(TEXT)
    return read_blueprint(file)


@pytest.mark.parametrize(
    ("message", "position"),
    [
        ('null: Failed to render template: "missing" not found', "17:27"),
        # twice in one template: the first fails first
        ('null: Failed to render template: "twice" not found', "18:51"),
        ('null: Failed to render template: "nowhere" not found', "8:7"),
        (
            'null: Failed to render template: template: config:3:20: executing "config" at '
            "<.StatefulSet.Name>: nil pointer evaluating *v1.StatefulSet.Name",
            "18:31",
        ),
        ("null: Checking supported args for function KubeTask.: argument nonsense is not "
         "supported", "11"),
        ("null: Failed to exec command in pod: command terminated with exit code 1.", "8:7"),
    ],
)  # fmt: skip
def test_kanisters_words_become_a_place_in_the_file(
    blueprint: Blueprint, message: str, position: str
) -> None:
    assert locate(blueprint, "backup", "dump", message) == f"{blueprint.path}:{position}"


def test_without_a_phase_the_action_is_named(blueprint: Blueprint) -> None:
    assert locate(blueprint, "backup", "", "Failed to query blueprint") == f"{blueprint.path}:5:3"


def test_an_output_artifact_that_cannot_be_rendered(blueprint: Blueprint) -> None:
    message = 'Failed to render template: "path" not found'

    assert locate(blueprint, "backup", "", message) == f"{blueprint.path}:6:70"
