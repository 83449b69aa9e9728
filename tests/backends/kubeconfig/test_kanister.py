"""Who executes ActionSets: by manifests of ours, by helm's chart, and what goes with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_kanister._backends import open_backend
from pytest_kanister._backends.kubeconfig.leftovers import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    find_leftovers,
    remove,
)
from pytest_kanister._kube import Guard, KubeClient
from pytest_kanister._model.ownership import HELM_NAMESPACE, RUN_LABEL
from pytest_kanister._model.resources import CRDS, DEPLOYMENTS, NAMESPACES
from pytest_kanister.errors import EnvironmentProblem
from tests.backends.kubeconfig.conftest import Visited

pytestmark = pytest.mark.slow


def test_manifests_of_ours_come_and_go(visited: Visited) -> None:
    crds = [crd["metadata"]["name"] for crd in visited.admin.list(CRDS)]
    backend = open_backend(visited.settings(install="manifests"), print)
    run, place = backend.capabilities.run, f"kanister-{backend.capabilities.run}"
    try:
        assert backend.capabilities.kanister_namespace == place
        assert backend.capabilities.kanister_account == f"{place}/kanister-operator"
        (deployment,) = visited.admin.list(DEPLOYMENTS, place)
        assert deployment["status"]["readyReplicas"] == 1
        for resource in (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS):
            (made,) = visited.admin.list(resource, label_selector=f"{RUN_LABEL}={run}")
            assert made["metadata"]["name"] == f"{place}-kanister-operator"
    finally:
        backend.close()
    assert find_leftovers(visited.admin) == []
    assert [crd["metadata"]["name"] for crd in visited.admin.list(CRDS)] == crds


def test_helm_is_named_when_it_is_missing(
    visited: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EnvironmentProblem, match="needs helm, which is not in PATH"):
        open_backend(visited.settings(install="helm"), print)
    assert find_leftovers(visited.admin) == []


def test_what_helm_is_asked_for_and_what_it_says(
    visited: Visited, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shim = tmp_path / "helm"
    shim.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/argv\n'
        "echo 'Error: looks like the repository cannot be reached' >&2\nexit 1\n"
    )
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(EnvironmentProblem, match=r"could not install Kanister 0\.115\.0") as caught:
        open_backend(visited.settings(install="helm", release="0.115.0"), print)

    assert "repository cannot be reached" in str(caught.value)
    argv = (tmp_path / "argv").read_text().split("\n")[:-1]
    place, private = argv[1], argv[argv.index("--kubeconfig") + 1]
    assert private != str(visited.kubeconfig)
    assert argv == [
        *("install", place, "kanister-operator", "--repo", "https://charts.kanister.io/"),
        *("--version", "0.115.0", "--namespace", place, "--kubeconfig", private),
        *("--set", "bpValidatingWebhook.enabled=false", "--wait", "--timeout", "120s"),
    ]
    assert not Path(private).exists()
    assert find_leftovers(visited.admin) == []


def test_what_helm_made_outside_of_namespaces_goes_with_its_release(visited: Visited) -> None:
    for run in ("helm1", "helm2"):
        name = f"kanister-{run}"
        labels = {RUN_LABEL: run}
        visited.admin.create(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        )
        visited.admin.create(
            {
                "apiVersion": CLUSTER_ROLES.api_version,
                "kind": "ClusterRole",
                "metadata": {
                    "name": f"{name}-kanister-operator-cluster-role",
                    "labels": {"app.kubernetes.io/managed-by": "Helm"},
                    "annotations": {HELM_NAMESPACE: name},
                },
                "rules": [],
            }
        )
    kube = KubeClient(
        visited.admin.kubeconfig, visited.admin.capabilities, guard=Guard("helm1", "")
    )
    (mine,) = find_leftovers(visited.admin, run="helm1")
    assert remove(kube, mine, wait_s=30) == []
    kube.close()
    assert [found.run for found in find_leftovers(visited.admin)] == ["helm2"]
    names = [role["metadata"]["name"] for role in visited.admin.list(CLUSTER_ROLES)]
    assert "kanister-helm1-kanister-operator-cluster-role" not in names
    assert "kanister-helm2-kanister-operator-cluster-role" in names
    visited.admin.delete(CLUSTER_ROLES, "kanister-helm2-kanister-operator-cluster-role")
    visited.admin.delete(NAMESPACES, "kanister-helm2", wait_s=30)
