"""The template parameters: what `{{ … }}` in a Blueprint sees, and how its strings are rendered.

Modules: `types` (Go's declarations), `wire` (API objects as those types), `lookup` (reading the
API with Go client words), `workloads`, `profile`, `builder` (the whole tree at an action's
launch), `rendering`, `locating` (error text → place in the args).  May import `gotemplate`,
`_model` and `errors`.
"""

from __future__ import annotations

from pytest_kanister._kanister.params.builder import TemplateParams, build
from pytest_kanister._kanister.params.errors import NullArgument, ParamsError, RenderError
from pytest_kanister._kanister.params.locating import locate_template_error
from pytest_kanister._kanister.params.rendering import render_args, render_artifacts, render_text

__all__ = [
    "NullArgument",
    "ParamsError",
    "RenderError",
    "TemplateParams",
    "build",
    "locate_template_error",
    "render_args",
    "render_artifacts",
    "render_text",
]
