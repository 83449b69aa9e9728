"""Which catalogue answers for an image: the registry's own, or the programs of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._cluster.images.names import ImageName

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.contracts import Catalogue, Program

__all__ = ["choose_catalogue"]

_STORES = ("seaweedfs",)
"""Images of the run's own S3 server: no part of what a Blueprint brings, so never pulled."""


def choose_catalogue(images: str, builtin: Catalogue, pulled: Catalogue | None) -> Catalogue:
    """The catalogue for `Settings.images`.

    Args:
        images: `catalogue`; `pull`: every image but the store's; `auto`: those that the builtin
            catalogue does not know.
        builtin: programs of ours.
        pulled: the registries'; None: this machine's sandboxes have no root of their own.
    """
    if pulled is None or images == "catalogue":
        return builtin
    return _Both(builtin, pulled, prefer_pulled=images == "pull")


class _Both:
    """Implements `contracts.Catalogue` on two."""

    def __init__(self, builtin: Catalogue, pulled: Catalogue, *, prefer_pulled: bool) -> None:
        self._builtin = builtin
        self._pulled = pulled
        self._prefer_pulled = prefer_pulled

    def knows(self, image: str) -> bool:
        return self._chosen(image).knows(image)

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        return self._chosen(image).resolve(image, progress)

    def _chosen(self, image: str) -> Catalogue:
        if self._prefer_pulled and ImageName.parse(image).base not in _STORES:
            return self._pulled
        return self._builtin if self._builtin.knows(image) else self._pulled
