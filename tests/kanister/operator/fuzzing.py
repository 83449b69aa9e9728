"""Mutated Blueprints and ActionSets, and a cluster that runs them without processes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._kanister.operator import run_operator
from pytest_kanister._model.api import Object
from pytest_kanister._model.resources import (
    ACTIONSETS,
    BLUEPRINTS,
    NAMESPACES,
    PODS,
    PROFILES,
    SECRETS,
    STATEFULSETS,
)
from pytest_kanister.errors import ApiError
from tests.conformance.kanister.case import filled
from tests.conformance.kanister.table import all_cases

__all__ = ["Field", "mutated_cases"]

_WORDS = {"ns": "app", "id": "bp", "bucket": "bucket", "kanister": "kanister"}
_SEEDS = [
    {"actions": filled(case.blueprint, _WORDS), "spec": filled(list(case.actions), _WORDS)}
    for case in all_cases()
    if case.blueprint is not None and case.actions
]
_WAITING = (
    "ScaleWorkload",
    "Wait",
    "KubeOps",
    "Location",
    "CSI",
    "Data",
    "Repository",
    "Multi",
    "sleep",
)
"""What may go on for ever, or for a while, by right."""

_TEMPLATES = (
    "{{",
    "{{ .Time }}",
    "{{ .Phases.p.Output.k }}",
    "{{ range $i := until 9 }}{{ $i }}{{ end }}",
    "{{ .Object }}",
    "{{ toJson . }}",
    "{{ index .StatefulSet.Pods 7 }}",
    '{{ fail "x" }}',
    "{{ nope }}",
    "{{ .ArtifactsIn.a.KeyValue.k }}",
    "{{ repeat 99999999 `x` }}",
    "{ $.status.phase }",
    "{{/* */}}{{- /* -}}",
)
_junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(_TEMPLATES),
    st.sampled_from(["namespace", "Deployment", "pvc", "app", "db", "0", "true", "300ms", "-1"]),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3), max_size=3),
    st.just([[[[{"a": [None]}]]]]),
)


@st.composite
def mutated_cases(draw: st.DrawFn) -> Object:
    """`actions` of a Blueprint and `spec` of an ActionSet with one to five changes."""
    case: Object = _copy(draw(st.sampled_from(_SEEDS)))
    for _ in range(draw(st.integers(1, 5))):
        _mutate(draw, case)
    return case


def _mutate(draw: st.DrawFn, case: Object) -> None:
    parent: Any = case
    key: Any = draw(st.sampled_from(["actions", "spec"]))
    for _ in range(draw(st.integers(1, 9))):
        inner = parent[key]
        if not isinstance(inner, dict | list) or not inner:
            break
        parent = inner
        keys = sorted(inner) if isinstance(inner, dict) else range(len(inner))
        key = draw(st.sampled_from(list(keys)))
    change = draw(st.sampled_from(["replace", "delete", "twice", "rename", "template", "graft"]))
    if parent is case or change == "replace":
        parent[key] = _copy(draw(_junk))
    elif change == "delete":
        del parent[key]
    elif change == "twice" and isinstance(parent, list):
        parent.append(_copy(parent[key]))
    elif change == "rename" and isinstance(parent, dict):
        parent[draw(st.text(max_size=8) | st.sampled_from(_TEMPLATES))] = parent.pop(key)
    elif change == "template" and isinstance(parent[key], str):
        text = parent[key]
        place = draw(st.integers(0, len(text)))
        parent[key] = text[:place] + draw(st.sampled_from(_TEMPLATES)) + text[place:]
    else:
        other = draw(st.sampled_from(_SEEDS))
        parent[key] = _copy(other["actions"] if draw(st.booleans()) else other["spec"])


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item) for item in value]
    return value


class _Kubelet:
    """Pods succeed or fail at once; commands, too."""

    async def exec(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: AsyncIterator[bytes] | None,
        stdout: Callable[[bytes], Awaitable[None]],
        stderr: Callable[[bytes], Awaitable[None]],
        tty: bool = False,
    ) -> int:
        await stdout(b'###Phase-output###: {"key":"k","value":"v"}\n')
        await stderr(b"\xff\xfe\n")
        return len(command) % 2

    async def logs(
        self,
        namespace: str,
        pod: str,
        container: str,
        *,
        follow: bool,
        tail_lines: int | None = None,
        timestamps: bool = False,
        previous: bool = False,
    ) -> AsyncIterator[bytes]:
        yield b'a\r\n###Phase-output###: {"key":"k","value":"v"}\n\xff'

    async def run(self, api: LocalApi) -> None:
        async for event in api.watch(PODS, None, label_selector="createdBy=kanister"):
            pod = event.object
            if event.type != "ADDED":
                continue
            code = len(pod["spec"]["containers"][0].get("command") or ()) % 2
            state = {"terminated": {"exitCode": code, "reason": "Completed"}}
            pod["status"] = {
                "phase": "Failed" if code else "Succeeded",
                "containerStatuses": [_container_status(item, state) for item in _containers(pod)],
            }
            with contextlib.suppress(ApiError):
                await api.update(PODS, pod, subresource="status")


def _containers(pod: Object) -> list[Object]:
    found: list[Object] = pod["spec"]["containers"]
    return found


def _container_status(container: Object, state: Object) -> Object:
    return {
        "name": container["name"],
        "image": container.get("image", ""),
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": state,
    }


class Field:
    """A cluster that takes case after case; its operator is started again after a crash.

    Attributes:
        outcomes: how often what came of a case.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.outcomes: dict[str, int] = {}
        self._kubelet = _Kubelet()
        self._api = LocalApi(Store(), lambda: self._kubelet)
        self._log: list[str] = []
        self._operator: asyncio.Task[int] | None = None
        self._pods: asyncio.Task[None] | None = None
        self.loop.run_until_complete(self._open())

    def run(self, case: Object) -> None:
        """Runs a case; raises AssertionError for what must not happen."""
        outcome = self.loop.run_until_complete(self._run(case))
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def close(self) -> None:
        """Ends everything."""

        async def end() -> None:
            tasks = [task for task in (self._operator, self._pods) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.loop.run_until_complete(end())
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    async def _open(self) -> None:
        api = self._api
        for name in ("kanister", "app"):
            await api.create(NAMESPACES, {"metadata": {"name": name}})
        self._start()
        while True:
            try:
                await api.list(PROFILES, "app")
                break
            except ApiError:
                await asyncio.sleep(0.001)
        await api.create(
            SECRETS, {"metadata": {"name": "s"}, "stringData": {"id": "a", "key": "b"}}, "app"
        )
        pair = {
            "idField": "id",
            "secretField": "key",
            "secret": {"name": "s", "namespace": "app"},
        }
        for name in ("p", "bp"):
            await api.create(
                PROFILES,
                {
                    "metadata": {"name": name},
                    "apiVersion": PROFILES.api_version,
                    "kind": PROFILES.kind,
                    "location": {
                        "type": "s3Compliant",
                        "bucket": "b",
                        "endpoint": "http://127.0.0.1:9",
                    },
                    "credential": {"type": "keyPair", "keyPair": pair},
                },
                "app",
            )
        labels = {"a": "b"}
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "main", "image": "i"}]},
        }
        spec = {
            "serviceName": "db",
            "selector": {"matchLabels": labels},
            "template": template,
            "replicas": 0,
        }
        await api.create(STATEFULSETS, {"metadata": {"name": "db"}, "spec": spec}, "app")
        self._pods = asyncio.create_task(self._kubelet.run(api))

    def _start(self) -> None:
        env = {"POD_NAMESPACE": "kanister"}
        self._operator = asyncio.create_task(run_operator(self._api, self._log.append, env))

    async def _run(self, case: Object) -> str:
        api, names = self._api, {"name": "bp", "namespace": "kanister"}
        self._log.clear()
        blueprint = {
            "apiVersion": BLUEPRINTS.api_version,
            "kind": BLUEPRINTS.kind,
            "metadata": names,
            "actions": case["actions"],
        }
        actionset = {
            "apiVersion": ACTIONSETS.api_version,
            "kind": ACTIONSETS.kind,
            "metadata": names,
            "spec": {"actions": case["spec"]},
        }
        try:
            await api.create(BLUEPRINTS, blueprint, "kanister")
            await api.create(ACTIONSETS, actionset, "kanister")
        except ApiError as error:
            outcome = "refused by the API" if error.status in (400, 422) else str(error)
        else:
            outcome = await self._outcome(case)
        await self._clean()
        text = "\n".join(self._log)
        assert "bug in pytest-kanister" not in text, text
        assert "Traceback" not in text, text
        return outcome

    async def _outcome(self, case: Object) -> str:
        waits = any(word in repr(case) for word in _WAITING)
        deadline = self.loop.time() + (0.05 if waits else 5.0)
        while self.loop.time() < deadline:
            assert self._operator is not None
            if self._operator.done():
                status = self._operator.result()
                assert status == 2, f"the operator ended with status {status}: {self._log}"
                self._start()
                return "emulated crash"
            actionset = await self._api.get(ACTIONSETS, "bp", "kanister")
            status_object = actionset.get("status") or {}
            state = status_object.get("state")
            if state in ("failed", "complete"):
                message = (status_object.get("error") or {}).get("message", "")
                assert "Traceback" not in message, message
                assert " object at 0x" not in message, message
                return str(state)
            if state is None and any("ActionSet callback failed" in line for line in self._log):
                return "never taken in"
            await asyncio.sleep(0.002)
        assert waits, f"nothing comes of it: {case}\n{self._log}"
        return "waits"

    async def _clean(self) -> None:
        """Deletes the case's objects; whatever runs for it has to end."""
        for resource in (ACTIONSETS, BLUEPRINTS):
            with contextlib.suppress(ApiError):
                await self._api.delete(resource, "bp", "kanister")
        with contextlib.suppress(ApiError):
            found = await self._api.list(PODS, None, label_selector="createdBy=kanister")
            for pod in found["items"]:
                metadata = pod["metadata"]
                await self._api.delete(
                    PODS, metadata["name"], metadata["namespace"], grace_period_s=0
                )
        with contextlib.suppress(ApiError):
            workload = await self._api.get(STATEFULSETS, "db", "app")
            if workload["spec"]["replicas"]:
                workload["spec"]["replicas"] = 0
                await self._api.update(STATEFULSETS, workload)
