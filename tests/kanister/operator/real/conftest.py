"""The embedded cluster itself, with an S3 server and an application that has restic."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister._kanister.client import create_profile
from pytest_kanister._kube import KubeClient
from pytest_kanister._kube.pods import wait_pod_ready
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import ACTIONSETS, NAMESPACES
from pytest_kanister._model.settings import Settings
from tests.support.clusters import own_cluster

TOOLS = "ghcr.io/kanisterio/kanister-tools:0.119.0"
LIMIT_S = 40.0


class Real:
    """A namespace with StatefulSet `app`, a bucket and a Profile, as a client sees them."""

    def __init__(self, kube: KubeClient, store: SeaweedFS, namespace: str) -> None:
        self.kube = kube
        self.store = store
        self.namespace = namespace
        self.bucket_name = f"bucket-{namespace}"
        self.bucket = store.bucket(self.bucket_name)
        self.profile = create_profile(
            kube,
            namespace=namespace,
            # Restic's functions do not look at the prefix: so it is there to be ignored.
            location=store.profile(self.bucket_name, "ignored"),
            access_key=store.access_key,
            secret_key=store.secret_key,
        )

    def deploy(self, replicas: int = 1) -> None:
        """StatefulSet `app` with a volume each at /data."""
        labels = {"app": "app"}
        container = {
            "name": "main",
            "image": TOOLS,
            "command": ["sh", "-c", "tail -f /dev/null"],
            "volumeMounts": [{"name": "data", "mountPath": "/data"}],
        }
        self.kube.create(
            {
                "apiVersion": "apps/v1",
                "kind": "StatefulSet",
                "metadata": {"name": "app", "namespace": self.namespace},
                "spec": {
                    "replicas": replicas,
                    "serviceName": "app",
                    "podManagementPolicy": "Parallel",
                    "selector": {"matchLabels": labels},
                    "template": {
                        "metadata": {"labels": labels},
                        "spec": {
                            "containers": [container],
                            "terminationGracePeriodSeconds": 0,
                        },
                    },
                    "volumeClaimTemplates": [
                        {
                            "metadata": {"name": "data"},
                            "spec": {
                                "accessModes": ["ReadWriteOnce"],
                                "resources": {"requests": {"storage": "64Mi"}},
                            },
                        }
                    ],
                },
            }
        )
        for ordinal in range(replicas):
            wait_pod_ready(self.kube, self.namespace, f"app-{ordinal}", timeout_s=LIMIT_S)

    def sh(self, script: str, pod: str = "app-0") -> str:
        done = self.kube.exec(self.namespace, pod, ["bash", "-c", script])
        assert done.exit_status == 0, done
        return done.stdout.decode()

    def run(self, *phases: Object, **action: Any) -> Object:
        """Runs the phases as one action on the StatefulSet; the ActionSet's last status."""
        name = f"t-{secrets.token_hex(4)}"
        self.kube.create(
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Blueprint",
                "metadata": {"name": name, "namespace": "kanister"},
                "actions": {"act": {"phases": list(phases)}},
            }
        )
        target = {"kind": "statefulset", "name": "app", "namespace": self.namespace}
        profile = {"name": self.profile.name, "namespace": self.profile.namespace}
        self.kube.create(
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "ActionSet",
                "metadata": {"name": name, "namespace": "kanister"},
                "spec": {
                    "actions": [
                        {
                            "name": "act",
                            "blueprint": name,
                            "object": target,
                            "profile": profile,
                            **action,
                        }
                    ]
                },
            }
        )

        def over() -> Object | None:
            status: Object = self.kube.get(ACTIONSETS, name, "kanister").get("status") or {}
            return status if status.get("state") in ("complete", "failed") else None

        status = wait_until(over, Deadline(LIMIT_S))
        assert status is not None, self.kube.get(ACTIONSETS, name, "kanister")["status"]
        return status

    def outputs(self, *phases: Object, **action: Any) -> list[Any]:
        """Runs the phases, which must succeed; their outputs."""
        status = self.run(*phases, **action)
        assert status["state"] == "complete", status["error"]["message"]
        return [phase.get("output") for phase in status["actions"][0]["phases"]]

    def failure(self, *phases: Object, **action: Any) -> str:
        """Runs the phases, of which one must fail; the message."""
        status = self.run(*phases, **action)
        assert status["state"] == "failed"
        return str(status["error"]["message"])


@pytest.fixture(scope="session")
def embedded() -> Iterator[KubeClient]:
    with own_cluster("real") as backend:
        kube = KubeClient(backend.kubeconfig, backend.capabilities)
        yield kube
        kube.close()


@pytest.fixture(scope="session")
def store(embedded: KubeClient) -> SeaweedFS:
    embedded.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "s3"}})
    store = SeaweedFS(embedded, Settings(), name="s3", namespace="s3")
    store.deploy()
    store.wait_ready()
    return store


@pytest.fixture
def real(embedded: KubeClient, store: SeaweedFS) -> Iterator[Real]:
    namespace = f"n-{secrets.token_hex(4)}"
    embedded.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    yield Real(embedded, store, namespace)
    embedded.delete(NAMESPACES, namespace)
