from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint import Blueprint, read_blueprint
from pytest_kanister._kube import KubeClient
from tests.support.api import Server, running_server

BLUEPRINT = """\
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
        image: "{{ .Options.image }}"
        command: [sh, -c, "true"]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        client = running.client()
        client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kanister"}})
        client.close()
        yield running


@pytest.fixture
def kube(server: Server) -> Iterator[KubeClient]:
    client = server.client()
    yield client
    client.close()


@pytest.fixture
def blueprint(tmp_path: Path) -> Blueprint:
    file = tmp_path / "example.yaml"
    file.write_text(BLUEPRINT)
    return read_blueprint(file)
