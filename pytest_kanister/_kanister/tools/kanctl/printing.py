"""Objects as YAML in Kubernetes' manner: sorted keys, empty texts in double quotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["as_yaml"]


class _Dumper(yaml.SafeDumper):
    pass


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if text else '"')


_Dumper.add_representer(str, _text)


def as_yaml(obj: Object) -> str:
    """The object's text without the last line break."""
    return yaml.dump(obj, Dumper=_Dumper, default_flow_style=False, allow_unicode=True).rstrip("\n")
