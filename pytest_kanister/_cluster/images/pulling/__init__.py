"""Images as their registries have them: pulled by skopeo, unpacked by umoci, no Docker.

`tools` are the two programs; `configuration` reads what an image says about itself; `pulled` is
the catalogue that puts them together.  Everything below one root file system belongs to whoever
runs us: who owned it in the image is kept in an attribute that `configuration` reads.
"""

from __future__ import annotations

from pytest_kanister._cluster.images.pulling.choice import choose_catalogue
from pytest_kanister._cluster.images.pulling.pulled import PulledImages

__all__ = ["PulledImages", "choose_catalogue"]
