"""Trees of strings rendered with the template parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.gotemplate import TemplateError, render
from pytest_kanister._kanister.params.errors import NullArgument, RenderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kanister.params.builder import TemplateParams

__all__ = ["render_args", "render_artifacts", "render_text"]

_Path = tuple[str | int, ...]
_NO_ENTRY = "map has no entry for key "


def render_text(text: str, params: TemplateParams, path: _Path = ()) -> str:
    """One string.

    Raises:
        RenderError: for a missing key in Kanister's words, else in Go's.
    """
    if "{{" not in text:
        return text
    try:
        return render(text, params.context(), world=params.world)
    except TemplateError as error:
        message = error.text
        if error.phase == "exec" and _NO_ENTRY in message:
            # Kanister cuts Go's text at the last such words and keeps what follows, quotes too.
            key = message.rpartition(_NO_ENTRY)[2]
            message = f"Failed to render template: {key} not found"
        raise RenderError(message, go_text=error.text, path=path) from error


def render_args(tree: Any, params: TemplateParams, path: _Path = ()) -> Any:
    """A tree: strings rendered, lists by item, maps by key and value, numbers as they are.

    Raises:
        RenderError: a template fails.
        NullArgument: a null anywhere: it crashes Kanister.
    """
    if isinstance(tree, str):
        return render_text(tree, params, path)
    if isinstance(tree, dict):
        return {
            render_text(key, params, (*path, key)): render_args(value, params, (*path, key))
            for key, value in tree.items()
        }
    if isinstance(tree, list):
        return [render_args(item, params, (*path, index)) for index, item in enumerate(tree)]
    if tree is None:
        raise NullArgument(path)
    return tree


def render_artifacts(
    artifacts: Mapping[str, Any] | None, params: TemplateParams
) -> dict[str, Any] | None:
    """Output artifacts: values of keyValue and kopiaSnapshot are templates, keys are not.

    Raises:
        RenderError: a template fails.
    """
    if not artifacts:
        return None
    rendered: dict[str, Any] = {}
    for name, artifact in artifacts.items():
        result: dict[str, Any] = {}
        if artifact.get("keyValue"):
            result["keyValue"] = {
                key: render_text(value, params, (name, "keyValue", key))
                for key, value in artifact["keyValue"].items()
            }
        if artifact.get("kopiaSnapshot"):
            result["kopiaSnapshot"] = render_text(
                artifact["kopiaSnapshot"], params, (name, "kopiaSnapshot")
            )
        rendered[name] = result
    return rendered
