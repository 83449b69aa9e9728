"""`ExistingBucket`: a bucket that is there, on whatever speaks S3, of which we use one prefix."""

from __future__ import annotations

import configparser
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.features import probe_features, try_out
from pytest_kanister._data.stores.s3 import make_client
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._data.stores.features import Features
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["ExistingBucket", "read_keys"]

_ID, _KEY = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"


class ExistingBucket:
    """Implements `ObjectStore` on settings: `s3_endpoint`, `s3_region`, `s3_bucket` and so on.

    Everything of a run lies below the prefix that is its name; nothing else in the bucket is
    written, and nothing but that is deleted.
    """

    kind: ClassVar[str] = "s3"

    def __init__(self, kube: KubeClient, settings: Settings, *, name: str, namespace: str) -> None:
        for option in ("s3_endpoint", "s3_bucket"):
            if not getattr(settings, option):
                flag = "--kanister-" + option.replace("_", "-")
                raise UsageProblem(f"store s3: it needs {flag}")
        self.name = name
        self.namespace = namespace
        self.region = settings.s3_region
        self.prefix = name
        self._settings = settings
        self._keys: tuple[Secret, Secret] | None = None
        self._s3: Any = None

    @property
    def access_key(self) -> Secret:
        """As the person gave it."""
        return self._credentials()[0]

    @property
    def secret_key(self) -> Secret:
        """As the person gave it."""
        return self._credentials()[1]

    def deploy(self) -> None:
        """Nothing is made: the keys are read.

        Raises:
            EnvironmentProblem: there are none.
        """
        self._credentials()

    def wait_ready(self, bucket: str = "") -> None:
        """Tries a put, a ranged get, a list, a multipart upload and a delete below our prefix.

        Raises:
            EnvironmentProblem: one of them is refused or answered wrongly.
        """
        found = self.bucket(bucket)
        try_out(self._client(), found.within(f"{self.prefix}/readiness/"))

    def close(self) -> None:
        """Nothing is held open."""

    def remove(self) -> None:
        """Deletes what lies below this run's prefix."""
        own = self.bucket("").within(f"{self.prefix}/")
        for stored in own.objects():
            own.delete(stored.key)

    @property
    def endpoint(self) -> str:
        """As pods reach the server."""
        return self._settings.s3_endpoint

    @property
    def reached(self) -> str:
        """As the harness reaches it: the same."""
        return self._settings.s3_endpoint

    def bucket(self, name: str, *, create: bool = True) -> S3Bucket:
        """The one bucket: none is made in somebody's account.

        Raises:
            UsageProblem: another one is asked for.
            EnvironmentProblem: it is not there, or not for these keys.
        """
        if name not in ("", self._settings.s3_bucket):
            raise UsageProblem(
                f"store s3: bucket {name} would have to be made, as restic's functions of Kanister "
                "know no prefix\n  use a store of the run's own: --kanister-store seaweedfs"
            )
        found = S3Bucket(self._client(), self._settings.s3_bucket)
        found.check_exists()
        return found

    def profile(self, bucket: str, prefix: str = "") -> Mapping[str, Any]:
        """The `location` of a Kanister Profile of type s3Compliant."""
        return {
            "type": "s3Compliant",
            "bucket": self._settings.s3_bucket,
            "endpoint": self.endpoint,
            "prefix": prefix,
            "region": self.region,
        }

    def version(self) -> str:
        """What the server calls itself, and the bucket."""
        answer = self._client().head_bucket(Bucket=self._settings.s3_bucket)
        words = answer["ResponseMetadata"]["HTTPHeaders"].get("server", "").split()
        server = " ".join(dict.fromkeys((words[0], words[-1]))) if words else "an S3 server"
        return f"{server}, existing bucket {self._settings.s3_bucket}"

    def features(self, bucket: S3Bucket) -> Features:
        """What the server offers in the bucket; tried below our prefix."""
        return probe_features(self._client(), bucket.within(f"{self.prefix}/features/"))

    def _credentials(self) -> tuple[Secret, Secret]:
        if self._keys is None:
            self._keys = read_keys(self._settings.s3_profile)
        return self._keys

    def _client(self) -> Any:
        if self._s3 is None:
            self._s3 = make_client(
                self._settings.s3_endpoint, self.access_key, self.secret_key, self.region
            )
        return self._s3


def read_keys(profile: str) -> tuple[Secret, Secret]:
    """Access key and secret key.

    Args:
        profile: `FILE` or `FILE:PROFILE` as AWS's tools write it (profile `default`); empty: the
            environment's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

    Raises:
        EnvironmentProblem: there are none; says where they were looked for, never what was found.
    """
    remedies = [
        f"set {_ID} and {_KEY}",
        "or name a profile file: --kanister-s3-profile FILE[:PROFILE]",
    ]
    if not profile:
        try:
            return Secret(os.environ[_ID]), Secret(os.environ[_KEY])
        except KeyError as missing:
            raise EnvironmentProblem(
                f"store s3: no keys: {missing.args[0]} is not set", remedies=remedies
            ) from None
    file, section = profile, "default"
    if ":" in profile and not Path(profile).is_file():
        file, _, section = profile.rpartition(":")
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(Path(file).expanduser().read_text(encoding="utf-8"))
        held = parser[section]
        return Secret(held[_ID.lower()]), Secret(held[_KEY.lower()])
    except OSError as error:
        raise EnvironmentProblem(
            f"store s3: {file} cannot be read: {error.strerror}", remedies=remedies
        ) from None
    except (configparser.Error, KeyError, UnicodeDecodeError):
        raise EnvironmentProblem(
            f"store s3: {file} holds no pair of keys for profile {section!r}", remedies=remedies
        ) from None
