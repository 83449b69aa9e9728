"""Kanister's CRDs, as an API server serves them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pytest_kanister._cluster.api import LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister._model.crds import kanister_crds
from pytest_kanister._model.resources import ACTIONSETS, BLUEPRINTS, CRDS, NAMESPACES
from pytest_kanister.errors import Invalid, NotFound


def _no_pods() -> Any:
    raise AssertionError("there are no pods here")


async def _api() -> LocalApi:
    api = LocalApi(Store(), _no_pods)
    for crd in kanister_crds():
        await api.create(CRDS, crd)
    await api.create(NAMESPACES, {"metadata": {"name": "kanister"}})
    return api


def _actionset(**action: Any) -> Any:
    return {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "ActionSet",
        "metadata": {"name": "a", "namespace": "kanister"},
        "spec": {"actions": [action]},
    }


def test_kinds() -> None:
    crds = kanister_crds()
    assert [crd["spec"]["names"]["kind"] for crd in crds] == ["ActionSet", "Blueprint", "Profile"]
    for crd in crds:
        [version] = crd["spec"]["versions"]
        assert "subresources" not in version
        assert crd["metadata"]["name"] == f"{crd['spec']['names']['plural']}.cr.kanister.io"
    columns = crds[0]["spec"]["versions"][0]["additionalPrinterColumns"]
    assert [column["name"] for column in columns] == [
        "Progress",
        "SizeDownloadedB",
        "SizeUploadedB",
        "EstimatedDownloadSizeB",
        "EstimatedUploadSizeB",
        "Running Phase",
        "Last Transition Time",
        "State",
    ]


def test_callers_own_what_they_get() -> None:
    first = kanister_crds()[0]
    first["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"].clear()
    again = kanister_crds()[0]
    assert "spec" in again["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]


def test_pruning_keeps_free_form_fields_only() -> None:
    async def main() -> None:
        api = await _api()
        override = {"containers": [{"name": "container", "env": []}]}
        made = await api.create(
            ACTIONSETS,
            _actionset(name="backup", unknown=1, podOverride=override),
            "kanister",
        )
        assert made["spec"]["actions"] == [{"name": "backup", "podOverride": override}]
        args = {"any": {"thing": [1, None, "x"]}}
        blueprint = await api.create(
            BLUEPRINTS,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Blueprint",
                "metadata": {"name": "b"},
                "actions": {"backup": {"phases": [{"func": "F", "args": args, "odd": 1}]}},
            },
            "kanister",
        )
        assert blueprint["actions"]["backup"]["phases"] == [{"func": "F", "args": args}]

    asyncio.run(main())


def test_wrong_types_are_refused() -> None:
    async def main() -> None:
        api = await _api()
        with pytest.raises(Invalid, match=r"spec\.actions\[0\]\.options\.x"):
            await api.create(ACTIONSETS, _actionset(name="b", options={"x": 1}), "kanister")

    asyncio.run(main())


def test_status_is_part_of_the_object() -> None:
    async def main() -> None:
        api = await _api()
        made = await api.create(ACTIONSETS, _actionset(name="b"), "kanister")
        made["status"] = {"state": "pending", "progress": {}, "error": {"message": ""}}
        updated = await api.update(ACTIONSETS, made)
        assert updated["status"] == made["status"]
        with pytest.raises(NotFound):
            await api.update(ACTIONSETS, updated, subresource="status")

    asyncio.run(main())
