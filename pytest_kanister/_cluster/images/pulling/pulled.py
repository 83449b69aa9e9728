"""`PulledImages`: every image is its registry's own, kept by digest.

Under `<cache>/images`: `layout/` (an OCI layout, blobs shared by all images), `roots/<digest>/`
(root file systems, never written to), `images.lock.json` (image → digest, to be committed or
mirrored).  An image that is in the lock file needs no network, as with imagePullPolicy
IfNotPresent; removing its line lets the tag be asked for again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.locks import file_lock
from pytest_kanister._cluster.contracts import Program
from pytest_kanister._cluster.images.names import mapped, parse_mapping
from pytest_kanister._cluster.images.pulling.configuration import read_configuration, user_of
from pytest_kanister._cluster.images.pulling.tools import ImageTools, find_tools, reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["PulledImages"]

_MAPPING = "PYTEST_KANISTER_IMAGE_MAP"


class PulledImages:
    """Implements `contracts.Catalogue`.

    Args:
        cache: images are kept under `<cache>/images`.
        tools: skopeo and umoci; None: found or fetched when first needed.
    """

    def __init__(self, cache: Path, tools: ImageTools | None = None) -> None:
        self._cache = cache
        self._home = cache / "images"
        self._tools = tools
        self._lock = threading.Lock()
        self._mapping = parse_mapping(os.environ.get(_MAPPING, ""))

    def knows(self, image: str) -> bool:
        """See `Catalogue.knows`: its registry decides."""
        return bool(image)

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        """See `Catalogue.resolve`."""
        name = reference(mapped(image, self._mapping))
        tag = hashlib.sha256(name.encode()).hexdigest()[:32]
        layout = self._home / "layout"
        with self._lock, file_lock(self._home / ".lock"):
            record = self._records().get(name)
            if record is None:
                if self._tools is None:
                    self._tools = find_tools(self._cache, progress)
                progress(f"pulling {name}")
                digest = self._tools.pull(name, layout, tag)
            else:
                digest = record["digest"]
            root = self._home / "roots" / digest.replace(":", "-")
            if not root.is_dir():
                self._unpack(layout, tag, root, progress)
            if record is None:
                self._remember(name, digest)
        config = read_configuration(layout, tag)
        return Program(
            image=image,
            title=f"{image} ({digest}), its own root file system",
            entrypoint=config.entrypoint,
            command=config.command,
            env=config.env,
            whole=True,
            cwd=config.cwd,
            root=root,
            user=user_of(config, root),
        )

    def _unpack(self, layout: Path, tag: str, root: Path, progress: Callable[[str], None]) -> None:
        if self._tools is None:
            self._tools = find_tools(self._cache, progress)
        progress(f"unpacking {root.name}")
        scratch = root.with_name(f".{root.name}.{os.getpid()}")
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._tools.unpack(layout, tag, scratch)
            # Folders that the image closes to everybody could be neither shown nor removed.
            for folder, _, _ in os.walk(scratch / "rootfs"):
                mode = os.stat(folder).st_mode
                if mode & 0o700 != 0o700:
                    os.chmod(folder, mode | 0o700)
            (scratch / "rootfs").rename(root)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _records(self) -> dict[str, Any]:
        try:
            found = json.loads((self._home / "images.lock.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _remember(self, name: str, digest: str) -> None:
        records = {**self._records(), name: {"digest": digest}}
        written = self._home / f".images.lock.{os.getpid()}"
        written.write_text(json.dumps(dict(sorted(records.items())), indent=1))
        written.rename(self._home / "images.lock.json")
