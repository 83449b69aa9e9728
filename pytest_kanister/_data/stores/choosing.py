"""Object stores by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_kanister._data.stores.existing import ExistingBucket
    from pytest_kanister._data.stores.seaweedfs import SeaweedFS
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["make_store"]


def make_store(
    kube: KubeClient, settings: Settings, namespace: str, prefix: str
) -> SeaweedFS | ExistingBucket:
    """The store that `Settings.store` names; nothing is touched yet.

    Args:
        kube: the cluster.
        settings: `store`, `store_image`, `s3_*`.
        namespace: where the pod of one that is a pod goes.
        prefix: of all that a run puts into a bucket that exists.

    Raises:
        UsageProblem: a setting that it needs is missing.
    """
    if settings.store == "s3":
        from pytest_kanister._data.stores.existing import ExistingBucket

        return ExistingBucket(kube, settings, name=prefix, namespace=namespace)
    if settings.store == "minio":
        from pytest_kanister._data.stores.minio import Minio

        return Minio(kube, settings, name="minio", namespace=namespace)
    from pytest_kanister._data.stores.seaweedfs import SeaweedFS

    return SeaweedFS(kube, settings, name="seaweedfs", namespace=namespace)
