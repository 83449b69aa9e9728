"""A delete action that hits what is not its own, through the whole harness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister import Harness, Settings
from pytest_kanister.errors import RoundTripMismatch

pytestmark = pytest.mark.slow

# One `delete` for each test: what its shell does with the artifact's path.
BLUEPRINT = """\
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {name: deletes}
actions:
  backup:
    outputArtifacts:
      file: {keyValue: {path: '{{ .Phases.push.Output.path }}'}}
    phases:
      - func: KubeTask
        name: push
        args:
          image: ghcr.io/kanisterio/kanister-tools:0.119.0
          namespace: '{{ .Deployment.Namespace }}'
          command:
            - bash
            - -ec
            - |
              path="/all/of/it/$(date +%s%N)/dump"
              echo content | kando location push --profile '{{ toJson .Profile }}' --path "$path" -
              kando output path "$path"
  delete:
    inputArtifactNames: [file]
    phases:
      - func: KubeTask
        name: delete
        args:
          image: ghcr.io/kanisterio/kanister-tools:0.119.0
          namespace: '{{ .Deployment.Namespace }}'
          command:
            - bash
            - -ec
            - |
              path="$(echo '{{ .ArtifactsIn.file.KeyValue.path }}' | DELETES)"
              kando location delete --profile '{{ toJson .Profile }}' --path "$path"
"""

ABOVE = "xargs dirname | xargs dirname"


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    with Harness(Settings()) as opened:
        yield opened


def test_a_deletion_that_keeps_to_its_own_leaves_only_the_other_backup(
    harness: Harness, tmp_path: Path
) -> None:
    (tmp_path / "b.yaml").write_text(BLUEPRINT.replace("DELETES", "cat"))
    volume = harness.workload("files")
    first, second = (harness.backup(volume, tmp_path / "b.yaml") for _ in range(2))
    harness.delete(first)
    assert [o.key for o in harness.bucket.objects()] == [o.key for o in second.objects]


def test_a_deletion_of_the_folder_above_hits_a_neighbour(harness: Harness, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(BLUEPRINT.replace("DELETES", ABOVE))
    volume = harness.workload("files")
    backup = harness.backup(volume, tmp_path / "b.yaml")
    with pytest.raises(RoundTripMismatch, match="hit what is not its own") as caught:
        harness.delete(backup)
    assert "all/of/it/pytest-kanister-neighbour/dump" in str(caught.value)
    assert harness.bucket.objects() == []  # nothing of ours is left, either


def test_a_deletion_of_the_folder_above_hits_another_backup(
    harness: Harness, tmp_path: Path
) -> None:
    (tmp_path / "b.yaml").write_text(BLUEPRINT.replace("DELETES", ABOVE))
    volume = harness.workload("files")
    first, second = (harness.backup(volume, tmp_path / "b.yaml") for _ in range(2))
    with pytest.raises(RoundTripMismatch) as caught:
        harness.delete(first)
    assert second.objects[0].key in str(caught.value)
