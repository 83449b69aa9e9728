"""`Minio`: MinIO as a pod of the cluster, from a registry that still has its image.

The project publishes no images any more, and those on Docker Hub are deleted: the default is a
frozen copy elsewhere, by its last tag.  `Settings.store_image` names another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pytest_kanister._data.stores.manifests import ACCESS_KEY, SECRET_KEY, manifests
from pytest_kanister._data.stores.seaweedfs import SeaweedFS
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["IMAGE", "Minio"]

IMAGE = "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z"
_VARIABLES = {ACCESS_KEY: "MINIO_ROOT_USER", SECRET_KEY: "MINIO_ROOT_PASSWORD"}


class Minio(SeaweedFS):
    """Implements `ObjectStore` as `SeaweedFS` does, with another server in the pod."""

    kind: ClassVar[str] = "minio"

    def deploy(self) -> None:
        """See `ObjectStore.deploy`.

        Raises:
            UsageProblem: the embedded cluster's catalogue has no MinIO, and nothing is pulled.
        """
        backend, images = self._kube.capabilities.backend, self._settings.images
        if backend == "embedded" and images == "catalogue":
            raise UsageProblem(
                "store minio: the embedded cluster's own catalogue has no MinIO\n"
                "  let its image be pulled (--kanister-images auto or pull), or use seaweedfs"
            )
        super().deploy()

    def version(self) -> str:
        """As the server itself answers; MinIO does not say which release it is."""
        image = self._settings.store_image or IMAGE
        return f"{super().version().split()[0]} (image {image})"

    def _manifests(self) -> list[Object]:
        """Those of SeaweedFS with another container."""
        made = manifests(self.name, self.namespace, as_process=False, shared_network=True)
        for manifest in made:
            labels = [manifest["metadata"]["labels"]]
            spec = manifest.get("spec", {})
            if manifest["kind"] == "Service":
                labels.append(spec["selector"])
            if manifest["kind"] == "StatefulSet":
                labels += [spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]]
                (container,) = spec["template"]["spec"]["containers"]
                port = container["ports"][0]["containerPort"]
                container["name"] = "minio"
                container["image"] = self._settings.store_image or IMAGE
                container["args"] = ["server", "/data", "--address", f":{port}"]
                container["env"] = [
                    {**entry, "name": _VARIABLES[entry["name"]]}
                    for entry in container["env"]
                    if entry["name"] in _VARIABLES
                ]
            for held in labels:
                held["app.kubernetes.io/name"] = "minio"
        return made
