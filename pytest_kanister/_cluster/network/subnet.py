"""A /24 of 127.0.0.0/8 per cluster, so that every pod has an address and every port of it.

Linux answers on all of 127.0.0.0/8 without any configuration.
"""

from __future__ import annotations

import random
import socket
from typing import Protocol

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["Addresses", "Pool", "Subnet"]

_API_HOST = 1
_FIRST_HOST, _LAST_HOST = 2, 254


class Addresses(Protocol):
    """Who gives out addresses of a cluster."""

    def allocate(self) -> str:
        """An address; raises `EnvironmentProblem` when there is none left."""
        ...

    def release(self, ip: str) -> None:
        """Gives an address back; unknown ones are ignored."""
        ...


class Pool:
    """Addresses 2 to 254 of a /24.

    Args:
        prefix: `127.64.3`.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._used: set[int] = set()
        self._next = _FIRST_HOST

    def allocate(self) -> str:
        """An address that nobody has; the one freed longest ago comes first.

        Raises:
            EnvironmentProblem: all 253 are taken.
        """
        span = _LAST_HOST - _FIRST_HOST + 1
        for offset in range(span):
            host = _FIRST_HOST + (self._next - _FIRST_HOST + offset) % span
            if host not in self._used:
                self._used.add(host)
                self._next = host + 1 if host < _LAST_HOST else _FIRST_HOST
                return f"{self.prefix}.{host}"
        raise EnvironmentProblem(
            f"all addresses of {self.prefix}.0/24 are taken by pods",
            remedies=["delete pods that are no longer needed"],
        )

    def release(self, ip: str) -> None:
        """Gives an address back; unknown ones are ignored."""
        prefix, _, host = ip.rpartition(".")
        if prefix == self.prefix:
            self._used.discard(int(host))


class Subnet(Pool):
    """One claimed network `127.x.y.0/24`.

    The claim is an abstract unix socket that is bound machine-wide: clusters of all users see
    it, and the kernel frees it when the process ends, however it ends.
    """

    def __init__(self, prefix: str, claim: socket.socket) -> None:
        super().__init__(prefix)
        self._claim = claim

    @classmethod
    def claim(cls) -> Subnet:
        """Takes a free network; 127.0.0.0/24 is never taken.

        Raises:
            EnvironmentProblem: every network is taken.
        """
        networks = [f"127.{x}.{y}" for x in range(64, 128) for y in range(256)]
        random.shuffle(networks)
        for prefix in networks:
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                claim.bind(f"\0pytest-kanister/{prefix}")
            except OSError:
                claim.close()
            else:
                return cls(prefix, claim)
        raise EnvironmentProblem(
            f"all {len(networks)} networks 127.64.0.0 to 127.127.255.0 are taken",
            remedies=["end clusters that nobody uses: `pytest-kanister cluster down`"],
        )

    @property
    def api_address(self) -> str:
        """The API server's own address."""
        return f"{self.prefix}.{_API_HOST}"

    def close(self) -> None:
        """Gives the whole network back."""
        self._claim.close()
