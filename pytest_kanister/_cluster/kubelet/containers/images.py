"""`ContainerImages`: what an image's configuration says, pulled when it is not there yet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.contracts import Program
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.kubelet.containers.engine import Engine

__all__ = ["ContainerImages"]


class ContainerImages:
    """Implements `contracts.Catalogue`: every image is known, its registry decides."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()

    def knows(self, image: str) -> bool:
        """See `Catalogue.knows`."""
        return bool(image)

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        """See `Catalogue.resolve`."""
        from docker.errors import DockerException, ImageNotFound

        images = self._engine.client.images
        try:
            with self._lock:
                try:
                    found = images.get(image)
                except ImageNotFound:
                    progress(f"pulling {image}")
                    found = images.pull(*_parted(image))
        except DockerException as error:
            raise EnvironmentProblem(
                f"the image {image} cannot be had: {error}",
                remedies=[
                    "check its name and tag, and that this machine reaches the registry",
                    f"or bring it by hand: docker load, docker import, docker tag … {image}",
                ],
            ) from None
        config: dict[str, Any] = found.attrs.get("Config") or {}
        pairs = (entry.partition("=") for entry in config.get("Env") or [])
        digests = found.attrs.get("RepoDigests") or []
        return Program(
            image=image,
            title=f"{image} ({digests[0].rpartition('@')[2] if digests else found.id})",
            entrypoint=tuple(config.get("Entrypoint") or ()),
            command=tuple(config.get("Cmd") or ()),
            env={name: value for name, _, value in pairs},
            whole=True,
            cwd=config.get("WorkingDir") or "",
        )


def _parted(image: str) -> tuple[str, str | None]:
    """Repository and tag; docker-py would pull every tag when it is given none."""
    if "@" in image:
        return image, None
    name, colon, tag = image.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (image, "latest")
