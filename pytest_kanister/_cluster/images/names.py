"""Image names: `registry.example:5000/team/mysql:8.4@sha256:…` taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ImageName", "mapped", "parse_mapping"]


@dataclass(frozen=True)
class ImageName:
    """A reference as docker/distribution defines it, without the registry's host.

    Attributes:
        repository: path without host (`bitnami/mysql`, `library/mysql` reads as `mysql`).
        tag: the tag, or the digest when only that is given; empty when none is.
    """

    repository: str
    tag: str

    @property
    def base(self) -> str:
        """Last element of the repository: `mysql`."""
        return self.repository.rpartition("/")[2]

    @property
    def vendor(self) -> str:
        """The element before the last: `bitnami`; empty for an official image."""
        return self.repository.rpartition("/")[0].rpartition("/")[2]

    @classmethod
    def parse(cls, image: str) -> ImageName:
        """Takes a name apart; any text is a name of some repository."""
        rest, _, digest = image.partition("@")
        head, slash, tail = rest.rpartition("/")
        tail, _, tag = tail.partition(":")
        parts = (head + slash + tail).split("/")
        if len(parts) > 1 and (parts[0] == "localhost" or set(parts[0]) & {".", ":"}):
            parts = parts[1:]
        if parts[0] == "library" and len(parts) > 1:
            parts = parts[1:]
        return cls("/".join(parts), tag or digest)


def parse_mapping(text: str) -> dict[str, str]:
    """`unknown=known,…` as a dictionary; what is no pair is left out."""
    pairs = (part.strip().partition("=") for part in text.split(","))
    return {left.strip(): right.strip() for left, sign, right in pairs if sign and left and right}


def mapped(image: str, mapping: Mapping[str, str]) -> str:
    """The image that stands in for `image`: looked up whole, then without its tag."""
    name = ImageName.parse(image)
    for key, value in mapping.items():
        if key == image or ImageName.parse(key) in (name, ImageName(name.repository, "")):
            return value
    return image
