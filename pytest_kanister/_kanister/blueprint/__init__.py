"""Blueprints: reading with positions, the functions' signatures, later the lint rules.

May import `gotemplate`, `_base`, `_model`, `errors`: operator, tools and client all lean on it.
"""

from __future__ import annotations

from pytest_kanister._kanister.blueprint.reading import Blueprint, read_blueprint

__all__ = ["Blueprint", "read_blueprint"]
