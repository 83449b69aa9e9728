"""MultiContainerRun with real containers."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_kanister._model.resources import PODS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

IMAGE = "busybox:1"
WAIT = "until [ -p /tmp/pipe ]; do sleep 0.05; done; "
MARK = r'''echo "###Phase-output###: {\"key\":\"k\",\"value\":\"$(cat /tmp/pipe)\"}"'''


def _phase(**args: Any) -> Any:
    given = {
        "backgroundImage": IMAGE,
        "backgroundCommand": ["sh", "-c", "cat /tmp/seed > /tmp/pipe"],
        "outputImage": IMAGE,
        "outputCommand": ["sh", "-c", WAIT + MARK],
        "initImage": IMAGE,
        "initCommand": ["sh", "-c", "echo -n seeded > /tmp/seed; mkfifo /tmp/pipe"],
    }
    return {"func": "MultiContainerRun", "name": "p", "args": given | args}


def test_two_commands_share_a_folder(real: Any) -> None:
    real.deploy()
    assert real.outputs(_phase(namespace=real.namespace)) == [{"k": "seeded"}]
    left = real.kube.list(PODS, real.namespace, label_selector="createdBy=kanister")
    assert [pod for pod in left if not pod["metadata"].get("deletionTimestamp")] == []


@pytest.mark.parametrize("part", ["backgroundCommand", "outputCommand"])
def test_both_must_succeed(real: Any, part: str) -> None:
    real.deploy()
    args = {"backgroundCommand": ["true"], "outputCommand": ["true"], "namespace": real.namespace}
    assert "Failed while waiting for Pod to complete" in real.failure(
        _phase(**args | {part: ["sh", "-c", "echo no; exit 3"]})
    )
