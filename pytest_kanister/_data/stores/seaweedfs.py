"""`SeaweedFS`: the S3 server that takes the backups of a run, as a pod of the cluster."""

from __future__ import annotations

import base64
import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.features import probe_features
from pytest_kanister._data.stores.manifests import ACCESS_KEY, IMAGE, SECRET_KEY, manifests
from pytest_kanister._data.stores.s3 import make_client, warm_up
from pytest_kanister._kube.pods import wait_pod_answers
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
)
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import AlreadyExists, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._data.stores.features import Features
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object
    from pytest_kanister._model.settings import Settings

__all__ = ["SeaweedFS"]


class SeaweedFS:
    """Implements `ObjectStore`.

    The keys are made up by whoever deploys first and live in the Secret of the store's name;
    a second `deploy` joins the store that is there.
    """

    kind: ClassVar[str] = "seaweedfs"

    def __init__(self, kube: KubeClient, settings: Settings, *, name: str, namespace: str) -> None:
        self.name = name
        self.namespace = namespace
        self.region = "us-east-1"
        self.prefix = ""
        self._kube = kube
        self._settings = settings
        self._keys: tuple[Secret, Secret] | None = None
        self._s3: Any = None
        self._host = ""
        self._reached = ExitStack()

    @property
    def access_key(self) -> Secret:
        """From the cluster's Secret."""
        return self._read_keys()[0]

    @property
    def secret_key(self) -> Secret:
        """From the cluster's Secret."""
        return self._read_keys()[1]

    def deploy(self) -> None:
        """Secret, Service and StatefulSet, or those that are there."""
        warm_up()
        for manifest in self._manifests():
            try:
                self._kube.create(manifest, self.namespace)
            except AlreadyExists:
                continue  # another worker of this session made the store: we use the same

    def wait_ready(self, bucket: str = "") -> None:
        """Until a real put, ranged get, list and delete have worked.

        Args:
            bucket: made and tried, then kept: the server prepares space at a bucket's first
                object, and that time passes here.  Empty: a bucket that goes again.
        """
        scratch = f"readiness-{secrets.token_hex(4)}"

        def works() -> None:
            tried = self._bucket(bucket or scratch)
            tried.create()
            _try_out(tried.within(f"{scratch}/"))
            if not bucket:
                tried.drop()

        wait_pod_answers(
            self._kube,
            self.namespace,
            f"{self.name}-0",
            works,
            timeout_s=self._settings.ready_timeout_s,
            failure=f"the S3 server {self.namespace}/{self.name} did not work",
        )

    def close(self) -> None:
        """Gives up the way to the server; a later use finds a new one."""
        self._reached.close()
        self._host, self._s3 = "", None

    def remove(self) -> None:
        """Deletes what `deploy` made, the stored objects included."""
        self.close()
        self._keys = None
        kube, namespace, wait_s = self._kube, self.namespace, self._settings.ready_timeout_s
        kube.delete(STATEFULSETS, self.name, namespace, wait_s=wait_s)
        kube.delete(PODS, f"{self.name}-0", namespace, wait_s=wait_s, grace_period_s=0)
        kube.delete(PERSISTENTVOLUMECLAIMS, f"data-{self.name}-0", namespace, wait_s=wait_s)
        kube.delete(SERVICES, self.name, namespace)
        kube.delete(SECRETS, self.name, namespace)

    @property
    def endpoint(self) -> str:
        """The literal address where pods use the same one as we do, else the Service's name."""
        if self._kube.capabilities.endpoint_is_address:
            return self._address()
        return f"http://{self.name}.{self.namespace}.svc.cluster.local:{self._service_port()}"

    @property
    def reached(self) -> str:
        """URL of the server as the harness reaches it."""
        return self._address()

    def bucket(self, name: str, *, create: bool = True) -> S3Bucket:
        """A bucket by name.

        Raises:
            EnvironmentProblem: refused, or not there and `create` is off.
        """
        bucket = self._bucket(name)
        if create:
            bucket.create()
        else:
            bucket.check_exists()
        return bucket

    def profile(self, bucket: str, prefix: str = "") -> Mapping[str, Any]:
        """The `location` of a Kanister Profile of type s3Compliant."""
        return {
            "type": "s3Compliant",
            "bucket": bucket,
            "endpoint": self.endpoint,
            "prefix": prefix,
            "region": self.region,
        }

    def version(self) -> str:
        """As the server itself answers: `SeaweedFS 4.48`."""
        answer = self._client().list_buckets()
        words = answer["ResponseMetadata"]["HTTPHeaders"].get("server", "").split()
        return f"{words[0]} {words[-1]}" if words else "an S3 server that does not say its name"

    def features(self, bucket: S3Bucket) -> Features:
        """What the server offers in a bucket."""
        return probe_features(self._client(), bucket)

    def _manifests(self) -> list[Object]:
        as_process = self._kube.capabilities.backend == "embedded"
        return manifests(
            self.name,
            self.namespace,
            as_process=as_process,
            image=self._settings.store_image or IMAGE,
            shared_network=not as_process and "+pytest-kanister" in self._kube.server_version(),
        )

    def _bucket(self, name: str) -> S3Bucket:
        return S3Bucket(self._client(), name)

    def _client(self) -> Any:
        if self._s3 is None:
            self._s3 = make_client(self._address(), self.access_key, self.secret_key, self.region)
        return self._s3

    def _address(self) -> str:
        """As we reach the server; stays open until `remove`."""
        if not self._host:
            timeout_s = self._settings.ready_timeout_s
            host, port = self._reached.enter_context(
                self._kube.reach(
                    self.namespace, self.name, self._service_port(), timeout_s=timeout_s
                )
            )
            self._host = f"http://{host}:{port}"
        return self._host

    def _read_keys(self) -> tuple[Secret, Secret]:
        if self._keys is None:
            data = self._kube.get(SECRETS, self.name, self.namespace)["data"]
            texts = [base64.b64decode(data[key]).decode() for key in (ACCESS_KEY, SECRET_KEY)]
            self._keys = (Secret(texts[0]), Secret(texts[1]))
        return self._keys

    def _service_port(self) -> int:
        """From the cluster's Service: another worker may have chosen it."""
        service = self._kube.get(SERVICES, self.name, self.namespace)
        return int(service["spec"]["ports"][0]["port"])


def _try_out(bucket: S3Bucket) -> None:
    """Uses the server in the ways in which kando and the harness do, and leaves nothing behind."""
    body, key = b"0123456789", f"{bucket.prefix}probe"
    bucket.put(key, body)
    seen = bucket.get(key, first=2, last=4), [stored.key for stored in bucket.objects()]
    bucket.delete(key)
    left = bucket.objects()
    if seen != (body[2:5], [key]) or left:
        raise EnvironmentProblem(
            f"the S3 server answers wrongly: bytes 2 to 4 and keys are {seen}, left over {left}",
            remedies=["use another version of the S3 server"],
        )
