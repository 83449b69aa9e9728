"""What raises NotImplementedError is a base whose every subclass says it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

from pytest_kanister._cluster import controllers
from pytest_kanister._cluster.controllers.loops import Controller
from pytest_kanister._kanister import gotemplate, params
from pytest_kanister._kanister.gotemplate.values import HasMethods, Marshaler, Stringer


def _subclasses(base: type) -> Iterator[type]:
    cls: type
    for cls in base.__subclasses__():
        yield cls
        yield from _subclasses(cls)


@pytest.mark.parametrize(
    ("base", "method"),
    [
        (Stringer, "go_string"),
        (Marshaler, "go_json"),
        (HasMethods, "go_methods"),
        (Controller, "reconcile"),
    ],
)
def test_every_subclass_overrides_it(base: type, method: str) -> None:
    for package in (gotemplate, params, controllers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    found = list(_subclasses(base))
    assert found
    inherited = getattr(base, method)
    assert [cls for cls in found if getattr(cls, method) is inherited] == []
