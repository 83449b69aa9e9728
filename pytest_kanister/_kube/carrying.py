"""Reaching a Service through the API server: a local port, carried by port-forward or exec."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pytest_kanister._kube.links import ExecLink, ForwardLink
from pytest_kanister._kube.reaching import Address, ready_endpoint
from pytest_kanister._kube.tunnel import Tunnel
from pytest_kanister.errors import EnvironmentProblem, KanisterHarnessError, Unverified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kube.connection import Connection
    from pytest_kanister._kube.tunnel import Link
    from pytest_kanister._model.capabilities import Reach

__all__ = ["reach_through"]


@contextmanager
def reach_through(
    connection: Connection, way: Reach, namespace: str, service: str, port: int, timeout_s: float
) -> Iterator[Address]:
    """A port of 127.0.0.1 behind which the Service answers, as long as the context lasts.

    Raises:
        EnvironmentProblem: no ready endpoint in time, or one without a pod behind it.
        NotFound: no such Service.
        Unverified: something went wrong inside of the context, and a connection had broken
            before its end: what came through it is not known to be whole.
    """
    ready_endpoint(connection, namespace, service, port, timeout_s)

    def dial() -> Link:
        # Asked each time: the pod may have been replaced since.
        (host, number), pod = ready_endpoint(connection, namespace, service, port, timeout_s)
        if not pod:
            raise EnvironmentProblem(
                f"Service {namespace}/{service} leads to {host}, behind which there is no pod",
                remedies=["reach a Service that selects pods"],
            )
        if way == "exec":
            return ExecLink(connection, namespace, pod, host, number)
        return ForwardLink(connection, namespace, pod, number)

    with Tunnel(dial) as tunnel:
        try:
            yield tunnel.address
        except KanisterHarnessError as error:
            if tunnel.broken:
                raise Unverified(
                    f"a connection to Service {namespace}/{service} ({way}) broke before its end, "
                    f"so what it carried is not known to be whole: {tunnel.broken[-1]}\n{error}"
                ) from error
            if tunnel.refusals and isinstance(error, EnvironmentProblem):
                error.evidence = f"{error.evidence}\n{way}: {tunnel.refusals[-1]}".strip()
            raise
