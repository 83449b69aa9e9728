"""`/metrics` of the operator's own pod, asked for as Prometheus does."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import DEPLOYMENTS, PODS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

DEPLOYMENT = "kanister-kanister-operator"


def _pod(kube: KubeClient, *, measured: bool) -> Object:
    """The operator's pod, once it runs with or without metrics."""

    def found() -> Object | None:
        pods = kube.list(PODS, "kanister", label_selector="app=kanister-operator")
        if len(pods) != 1 or pods[0]["metadata"].get("deletionTimestamp"):
            return None
        statuses = pods[0].get("status", {}).get("containerStatuses") or []
        names = {item["name"] for item in pods[0]["spec"]["containers"][0]["env"]}
        ready = bool(statuses) and all(item["ready"] for item in statuses)
        return pods[0] if ready and ("KANISTER_METRICS_ENABLED" in names) == measured else None

    pod = wait_until(found, Deadline(30))
    assert pod is not None, kube.list(PODS, "kanister")
    return pod


@pytest.fixture
def address(embedded: KubeClient) -> Iterator[str]:
    """`host:port` of an operator that measures."""
    before = embedded.get(DEPLOYMENTS, DEPLOYMENT, "kanister")
    changed = embedded.get(DEPLOYMENTS, DEPLOYMENT, "kanister")
    env = changed["spec"]["template"]["spec"]["containers"][0]["env"]
    env.append({"name": "KANISTER_METRICS_ENABLED", "value": "true"})
    embedded.update(changed)
    yield f"{_pod(embedded, measured=True)['status']['podIP']}:8000"
    current = embedded.get(DEPLOYMENTS, DEPLOYMENT, "kanister")
    embedded.update({**current, "spec": before["spec"]})
    _pod(embedded, measured=False)


def _get(url: str) -> str:
    def answer() -> tuple[str, str] | None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.headers["Content-Type"], response.read().decode()
        except urllib.error.HTTPError:
            raise
        except OSError:  # the pod is ready a moment before it listens
            return None

    found = wait_until(answer, Deadline(20))
    assert found is not None, url
    content_type, text = found
    assert content_type.startswith("text/plain; version=0.0.4")
    return text


def _count(text: str, resolution: str) -> int:
    name = f'kanister_action_set_resolutions_total{{resolution="{resolution}"}} '
    [row] = [line for line in text.splitlines() if line.startswith(name)]
    return int(row.removeprefix(name))


def test_actions_are_counted(real: Any, address: str) -> None:
    url = f"http://{address}/metrics"
    assert (_count(_get(url), "success"), _count(_get(url), "failure")) == (0, 0)
    real.deploy()
    command = {"namespace": real.namespace, "pod": "app-0", "command": ["true"]}
    real.outputs({"func": "KubeExec", "name": "p", "args": command})
    assert (_count(_get(url), "success"), _count(_get(url), "failure")) == (1, 0)
    false = {**command, "command": ["false"]}
    real.failure({"func": "KubeExec", "name": "p", "args": false})
    # What cannot be launched counts, too.
    gone = {"s": {"name": "gone", "namespace": real.namespace}}
    real.failure({"func": "KubeExec", "name": "p", "args": command}, secrets=gone)
    assert (_count(_get(url), "success"), _count(_get(url), "failure")) == (1, 2)
    text = _get(url)
    assert "# TYPE kanister_action_set_resolutions_total counter\n" in text
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://{address}/nothing", timeout=5)
    with refused.value as error:
        assert error.code == 404
