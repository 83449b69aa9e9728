"""`ContainerNetwork`: a bridge of one cluster, an address per pod."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.polling import Deadline
from pytest_kanister._cluster.network.subnet import Pool
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from pytest_kanister._cluster.kubelet.containers.engine import Engine

__all__ = ["ContainerNetwork", "Gateway"]

_TRIES = 30
_REMOVE_S, _PAUSE_S = 10.0, 0.05
_GATEWAY_HOST = 1


class Gateway:
    """Gives out one address, again and again."""

    def __init__(self, ip: str) -> None:
        self._ip = ip

    def allocate(self) -> str:
        """The address."""
        return self._ip

    def release(self, ip: str) -> None:
        """Nothing: it is everybody's."""


class ContainerNetwork(Pool):
    """A /24 that this machine routes to its containers; used as the kubelet's `Subnet`.

    Raises:
        EnvironmentProblem: Docker makes none.
    """

    def __init__(self, engine: Engine) -> None:
        from docker.errors import APIError
        from docker.types import IPAMConfig, IPAMPool
        from testcontainers.core.network import Network

        last: Exception | None = None
        for third in random.sample(range(1, 255), _TRIES):
            prefix = f"10.213.{third}"
            pool = IPAMPool(subnet=f"{prefix}.0/24", gateway=f"{prefix}.{_GATEWAY_HOST}")
            made = Network(
                docker_network_kw={
                    "driver": "bridge",
                    "ipam": IPAMConfig(pool_configs=[pool]),
                    "labels": dict(engine.labels),
                }
            )
            try:
                self.made: Any = made.create()
            except APIError as error:  # it overlaps with another network
                last = error
                continue
            self.name: str = made.name
            super().__init__(prefix)
            return
        raise EnvironmentProblem(
            f"Docker makes no network of its own for the pods; {_TRIES} were tried",
            remedies=["remove networks that nobody uses: docker network prune"],
            evidence=str(last),
        )

    def gateway(self) -> Gateway:
        """Addresses for proxies: this machine's own in the network, shared by all of them."""
        return Gateway(f"{self.prefix}.{_GATEWAY_HOST}")

    def remove(self) -> None:
        """Removes the bridge once the last container has let go of it.

        What cannot be removed in time is left to the next cluster's sweep.
        """
        from docker.errors import APIError

        deadline = Deadline(_REMOVE_S)
        while not deadline.passed:
            try:
                self.made.remove()
            except APIError:  # a container is just being removed
                time.sleep(_PAUSE_S)
            else:
                return
