from __future__ import annotations

from typing import Any

import pytest

from pytest_kanister._data.stores.manifests import manifests


def container(stateful_set: dict[str, Any]) -> dict[str, Any]:
    (only,) = stateful_set["spec"]["template"]["spec"]["containers"]
    assert isinstance(only, dict)
    return only


@pytest.mark.parametrize("as_process", [False, True])
def test_port_is_the_same_everywhere_and_keys_go_by_reference(*, as_process: bool) -> None:
    secret, service, stateful_set = manifests("store", "shop", as_process=as_process)
    pod = container(stateful_set)
    port = pod["ports"][0]["containerPort"]
    assert service["spec"]["ports"][0]["port"] == port
    assert f"-s3.port={port}" in pod["args"]
    assert {"name": "S3_PORT", "value": str(port)} in pod["env"]
    for key in secret["stringData"].values():
        assert key not in str(stateful_set)


def test_a_real_cluster_gets_the_usual_port_and_no_telemetry() -> None:
    _, service, stateful_set = manifests("store", "shop", as_process=False)
    assert service["spec"]["ports"][0]["port"] == 8333
    assert "-master.telemetry=false" in container(stateful_set)["args"]


def test_two_stores_share_no_key() -> None:
    one, other = (manifests("store", "shop", as_process=True)[0] for _ in range(2))
    assert set(one["stringData"].values()).isdisjoint(other["stringData"].values())
