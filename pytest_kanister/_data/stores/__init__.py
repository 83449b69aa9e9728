"""Object stores: the S3 server as a pod of the cluster, and what lies in a bucket.

May import `_data.proof`, `_kube`, `_base`, `_model`; the only place that uses botocore
(not boto3 on top of it: that costs time and gives nothing here).
"""

from __future__ import annotations

from pytest_kanister._data.stores.protocol import (
    Bucket,
    ObjectStore,
    StoredObject,
    StoredVersion,
    VersionedBucket,
)

__all__ = ["Bucket", "ObjectStore", "StoredObject", "StoredVersion", "VersionedBucket"]
