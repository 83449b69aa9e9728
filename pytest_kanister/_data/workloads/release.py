"""A server's objects in the cluster: made, reached, asked, emptied and removed.

Each of our servers is one StatefulSet with one pod and one claim, two Services, and a Secret with
its administrator's password.
"""

from __future__ import annotations

import base64
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._data.workloads.volumes import (
    WIPE,
    run_on_volumes,
    start_stateful_set,
    stop_stateful_set,
)
from pytest_kanister._kube.pods import wait_pod_answers
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import (
    PERSISTENTVOLUMECLAIMS,
    PODS,
    SECRETS,
    SERVICES,
    STATEFULSETS,
)
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from pytest_kanister._kube import Address, KubeClient
    from pytest_kanister._model.api import Object
    from pytest_kanister._model.settings import Settings

__all__ = ["Names", "Release"]


@dataclass(frozen=True)
class Names:
    """What the objects are called, as public Blueprints expect it.

    Attributes:
        server: of the StatefulSet and of the Service that clients use.
        headless: of the Service that the StatefulSet names.
        secret: of the Secret.
        password_key: of the administrator's password in it.
    """

    server: str
    headless: str
    secret: str
    password_key: str

    @property
    def pod(self) -> str:
        """The StatefulSet's only pod."""
        return f"{self.server}-0"

    @property
    def claim(self) -> str:
        """The claim that the StatefulSet makes for its pod and that outlives it."""
        return f"data-{self.pod}"


class Release:
    """One server of a workload.

    Args:
        kube: the cluster.
        settings: of the run.
        namespace: where everything is.
        names: of the objects.
        port: of the Services.
    """

    def __init__(
        self, kube: KubeClient, settings: Settings, namespace: str, names: Names, port: int
    ) -> None:
        self.namespace = namespace
        self.names = names
        self._kube = kube
        self._limit_s = settings.ready_timeout_s
        self._port = port
        self._password: Secret | None = None

    @property
    def target(self) -> Target:
        """The StatefulSet."""
        return Target("statefulset", self.names.server, self.namespace)

    @property
    def secret(self) -> Target:
        """The Secret."""
        return Target("secret", self.names.secret, self.namespace)

    def new_password(self) -> str:
        """For the Secret that is to be made: the one taken over, else one made up."""
        if self._password:
            return self._password.reveal()
        alphabet = string.ascii_letters + string.digits  # safe in any shell, URL or option file
        return "".join(secrets.choice(alphabet) for _ in range(20))

    def take_password(self, password: Secret) -> None:
        """The server to be made will have this one."""
        self._password = password

    def password(self) -> Secret:
        """From the cluster: what Blueprints read is what we use."""
        if self._password is None:
            secret = self._kube.get(SECRETS, self.names.secret, self.namespace)
            encoded = secret["data"][self.names.password_key]
            self._password = Secret(base64.b64decode(encoded).decode())
        return self._password

    def create(self, manifests: Iterable[Object]) -> None:
        """Makes the objects, in their order."""
        for manifest in manifests:
            self._kube.create(manifest, self.namespace)

    def reach(self) -> AbstractContextManager[Address]:
        """The server through its Service."""
        return self._kube.reach(
            self.namespace, self.names.server, self._port, timeout_s=self._limit_s
        )

    def wait_answers(self, ask: Callable[[], object], failure: str) -> None:
        """Until the pod is ready and `ask` comes to its end.

        While a server starts it may refuse, too: that counts as "not yet".

        Raises:
            EnvironmentProblem: `failure`, with the last reason and what the pod says.
        """
        wait_pod_answers(
            self._kube,
            self.namespace,
            self.names.pod,
            ask,
            timeout_s=self._limit_s,
            failure=failure,
            not_yet=(EnvironmentProblem, UsageProblem),
        )

    def lose_volume(self, image: str, *, replaced: bool) -> str:
        """Stops the server, empties its volume or deletes the claim, and starts it anew.

        Args:
            image: the server's, which has a shell.
            replaced: the claim is deleted, so that a new volume is made.

        Returns:
            What was done, in words; the server may not answer yet.
        """
        kube, where, limit_s, claim = self._kube, self.namespace, self._limit_s, self.names.claim
        stop_stateful_set(kube, where, self.names.server, timeout_s=limit_s)
        if replaced:
            kube.delete(PERSISTENTVOLUMECLAIMS, claim, where, wait_s=limit_s)
        else:
            run_on_volumes(kube, where, image, {"data": claim}, WIPE, timeout_s=limit_s)
        start_stateful_set(kube, where, self.names.server)
        return f"{'replaced' if replaced else 'wiped'} the volume {claim}; the server is empty"

    def remove(self) -> None:
        """Deletes StatefulSet, pod, volume, Services and Secret; forgets the password."""
        kube, where, wait_s, names = self._kube, self.namespace, self._limit_s, self.names
        kube.delete(STATEFULSETS, names.server, where, wait_s=wait_s)
        # A server takes a while to stop in peace; nobody needs what it would write.
        kube.delete(PODS, names.pod, where, wait_s=wait_s, grace_period_s=0)
        kube.delete(PERSISTENTVOLUMECLAIMS, names.claim, where, wait_s=wait_s)
        for service in (names.server, names.headless):
            kube.delete(SERVICES, service, where)
        kube.delete(SECRETS, names.secret, where)
        self._password = None
