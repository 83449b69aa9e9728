"""Every argument of every function with values of every kind: an error of Kanister's, no bug."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.controller import Controller
from pytest_kanister._kanister.operator.errkit import Crash, KanisterError
from pytest_kanister._kanister.operator.events import Recorder
from pytest_kanister._kanister.operator.functions import function
from pytest_kanister._kanister.operator.functions.call import Call
from pytest_kanister._kanister.operator.logging import Log
from pytest_kanister._kanister.params import ParamsError, build
from pytest_kanister._model.resources import PROFILES
from pytest_kanister.errors import ApiError

pytestmark = pytest.mark.slow

Run = Callable[..., None]

VALUES: tuple[Any, ...] = (
    "",
    "x",
    "a\x00b\ud800",
    "{{",
    "- a",
    "metadata: []",
    "[]",
    '{"db-0": 3}',
    True,
    -1,
    2**70,
    1.5,
    [],
    ["x", 1],
    [[]],
    [{"a": None}],
    {},
    {"a": 1},
    {"a": {"b": []}},
    {"containers": "x"},
    {"containers": [{"name": "container", "command": 3}], "volumes": {}},
    {"anyOf": [{"condition": 1, "objectReference": ["x"]}]},
    {"anyOf": [{"condition": [1], "objectReference": {"name": "x"}}]},
    {"anyOf": {"a": 1}, "allOf": ["x"]},
    {"allOf": [{"condition": "{{", "objectReference": {"name": {}, "resource": "pods"}}]},
    {"name": "x", "apiVersion": "v1", "resource": "configmaps", "namespace": "../x"},
)
GOOD: dict[str, Any] = {
    "namespace": "app",
    "pod": "db-0",
    "pods": "db-0",
    "container": "main",
    "containers": "main",
    "command": ["true"],
    "image": "broken:1",
    "backgroundCommand": ["true"],
    "outputCommand": ["true"],
    "backgroundImage": "broken:1",
    "outputImage": "broken:1",
    "operation": "create",
    "replicas": 1,
    "timeout": "1ms",
    "conditions": {"allOf": [{"condition": "x", "objectReference": {}}]},
    "restoreSize": "1Gi",
}
WAITS_S = 0.05


def test_any_value(in_cluster: Run, make: Any) -> None:
    async def scenario(cluster: Any) -> None:
        await cluster.stop_operator()
        cluster.kubelet.exec = _not_found  # no value becomes a process of this machine
        cluster.kubelet._run_pod = _never_started
        location = {"type": "s3Compliant", "bucket": "b", "endpoint": "http://127.0.0.1:9"}
        keys = {"idField": "id", "secretField": "key"}
        reference = {"name": "s3", "namespace": "app"}
        await cluster.secret("s3", "app", id="AK", key="SK")
        await cluster.api.create(
            PROFILES,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "p", "namespace": "app"},
                "location": location,
                "credential": {"type": "keyPair", "keyPair": {**keys, "secret": reference}},
            },
            "app",
        )
        profile = {"name": "p", "namespace": "app"}
        params = await build(cluster.api, make.on_statefulset(profile=profile))
        log = Log(cluster.log.append)
        env = {"TIMEOUT_WORKER_POD_READY": "0"}
        controller = Controller(cluster.api, "kanister", env, log, Recorder(cluster.api, log))
        tried = 0
        bugs: list[str] = []
        for func, signature in SIGNATURES.items():
            good = {name: GOOD.get(name, "x") for name in signature.required}
            for name in sorted(signature.arguments):
                for value in VALUES:
                    call = Call(controller, func, {**good, name: value}, params, {}, log)
                    bug = await _bug(call)
                    if bug:
                        bugs.append(f"{func} with {name}={value!r}: {bug}")
                    tried += 1
        assert bugs == []
        assert tried > 3000

    in_cluster(scenario)


async def _not_found(*place: Any, **streams: Any) -> int:
    return 127


async def _never_started(pod: Any) -> None:
    return None


async def _bug(call: Call) -> str:
    """What is no outcome of Kanister's; empty: none."""
    try:
        async with asyncio.timeout(WAITS_S):
            await function(call.func)(call)
    except (KanisterError, ParamsError, ApiError, TimeoutError, Crash):
        pass
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{error!r} at {place.filename}:{place.lineno}"
    finally:
        await call.at_end.aclose()
    return ""
