"""`Connection`: requests to one API server, JSON in, JSON out.

The `kubernetes` package gives what is hard (kubeconfig, credentials, TLS, connection pool);
its generated models are left out: an object is a plain dictionary, as everywhere in this project.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from copy import copy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from pytest_kanister._base.polling import Deadline
from pytest_kanister._kube.loading import package
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Connection", "Stream"]

_CONNECT_S = 10.0
"""A TCP connection to an API server that is there takes milliseconds, a far one a second."""

_ANSWER_S = 60.0
"""The API server's own limit for a request that is no watch."""

_PAUSE_S = 0.25
"""Between two tries while a server does not answer."""


class Connection:
    """One API server and who we are there.  Safe in threads; connects when first used.

    Args:
        kubeconfig: file that names server, authority and credentials.
        context: kubeconfig context; empty: the file's current one.
        scratch: folder for the certificate files that the TLS library wants to read; None: the
            temporary directory, from where they vanish at this process's orderly end.
        patience_s: how long a server that does not answer is asked again.
    """

    def __init__(
        self,
        kubeconfig: Path,
        context: str = "",
        scratch: Path | None = None,
        *,
        patience_s: float = 0.0,
    ) -> None:
        self._kubeconfig = kubeconfig
        self._context = context
        self._scratch = scratch
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._opened: tuple[Any, Any] | None = None

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content_type: str = "application/json",
        timeout_s: float = _ANSWER_S,
        repeatable: bool = False,
    ) -> Any:
        """One call; returns the decoded JSON.

        Args:
            method: of HTTP.
            path: below the server's URL.
            query: parameters.
            body: sent as JSON.
            content_type: of the body.
            timeout_s: for the answer.
            repeatable: whether it may be sent again when only its answer was lost.

        Raises:
            ApiError: the API refused.
            EnvironmentProblem: it did not answer.
        """
        response = self._send(
            method, path, query or {}, body, content_type, timeout_s, repeatable=repeatable
        )
        data = response.read()
        self._refuse(response.status, response.reason, data)
        return json.loads(data)

    def text(self, path: str, query: Mapping[str, str]) -> str:
        """A GET whose answer is text (logs); errors as `request`."""
        response = self._send("GET", path, query, None, "", _ANSWER_S)
        data: bytes = response.read()
        self._refuse(response.status, response.reason, data)
        return data.decode(errors="replace")

    def stream(self, path: str, query: Mapping[str, str], timeout_s: float) -> Stream:
        """A GET whose answer comes bit by bit (a watch, followed logs); errors as `request`."""
        response = self._send("GET", path, query, None, "", timeout_s)
        if response.status >= 300:
            self._refuse(response.status, response.reason, response.read())
        return Stream(response.response)

    def web_socket(self, path: str, query: Sequence[tuple[str, str]]) -> Any:
        """A `kubernetes.stream.ws_client.WSClient` in binary mode; errors as `request`."""
        ws_client = package("kubernetes.stream.ws_client")
        return self._upgrade(
            path,
            query,
            lambda configuration, url, headers: ws_client.WSClient(
                configuration, url, headers, capture_all=False, binary=True
            ),
        )

    def raw_web_socket(self, path: str, query: Sequence[tuple[str, str]]) -> Any:
        """A `websocket.WebSocket` that speaks `v4.channel.k8s.io`; errors as `request`."""
        ws_client = package("kubernetes.stream.ws_client")
        protocol = {"sec-websocket-protocol": "v4.channel.k8s.io"}
        return self._upgrade(
            path,
            query,
            lambda configuration, url, headers: ws_client.create_websocket(
                configuration, url, headers | protocol
            ),
        )

    def _upgrade(
        self,
        path: str,
        query: Sequence[tuple[str, str]],
        make: Callable[[Any, str, dict[str, str]], Any],
    ) -> Any:
        configuration, _ = self._open()
        headers = {}
        if token := configuration.auth_settings().get("BearerToken"):
            headers["authorization"] = token["value"]
        url = package("kubernetes.stream.ws_client").get_websocket_url(
            f"{configuration.host}{path}?{urlencode(query)}"
        )
        try:
            return make(_without_proxy(configuration), url, headers)
        except OSError as error:
            raise self._unreachable(error) from error
        except Exception as error:
            # websocket-client has no common root beside Exception; a refused handshake carries
            # the HTTP status and the API's answer.
            status = getattr(error, "status_code", None)
            if status is None:
                raise
            data = getattr(error, "resp_body", None) or b""
            self._refuse(status, str(error), data if isinstance(data, bytes) else data.encode())
            raise

    def close(self) -> None:
        """Closes pooled connections; the next request opens new ones."""
        with self._lock:
            if self._opened is not None:
                self._opened[1].close()

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: object,
        content_type: str,
        timeout_s: float,
        *,
        repeatable: bool = False,
    ) -> Any:
        configuration, rest = self._open()
        headers = {"Accept": "application/json", "User-Agent": "pytest-kanister"}
        if body is not None:
            headers["Content-Type"] = content_type
        for setting in configuration.auth_settings().values():
            if setting["in"] == "header" and setting["value"]:
                headers[setting["key"]] = setting["value"]
        url = configuration.host + quote(path)
        if query:
            url += "?" + urlencode(query)
        errors = package("urllib3.exceptions")
        rejected = package("kubernetes.client.exceptions").ApiException
        deadline = Deadline(self._patience_s)
        while True:
            try:
                return rest.request(
                    method,
                    url,
                    headers=headers,
                    body=body,
                    _request_timeout=(_CONNECT_S, timeout_s),
                )
            except (errors.HTTPError, OSError) as error:
                never_sent = isinstance(getattr(error, "reason", error), errors.NewConnectionError)
                again = never_sent or repeatable or method == "GET"
                if deadline.passed or not again:
                    raise self._unreachable(error) from error
            except rejected as error:  # status 0: the package's name for a TLS failure
                raise self._unreachable(error) from error
            time.sleep(min(_PAUSE_S, deadline.left_s))

    def _open(self) -> tuple[Any, Any]:
        with self._lock:
            if self._opened is None:
                self._opened = self._connect()
            return self._opened

    def _connect(self) -> tuple[Any, Any]:
        configuration = package("kubernetes.client.configuration").Configuration()
        # A connection that cannot be made is tried again, and so is reading after one that broke:
        # a server may drop a kept connection in the moment in which we reuse it.
        configuration.retries = package("urllib3").Retry(
            total=3,
            connect=3,
            read=1,
            allowed_methods=["GET"],
            redirect=0,
            status=0,
            other=0,
            backoff_factor=0.05,
        )
        if self._scratch is not None:
            # The package makes it as well, but stumbles when two clients come at the same time.
            self._scratch.mkdir(mode=0o700, exist_ok=True)
        try:
            package("kubernetes.config").load_kube_config(
                config_file=str(self._kubeconfig),
                context=self._context or None,
                client_configuration=configuration,
                persist_config=False,
                temp_file_path=None if self._scratch is None else str(self._scratch),
            )
        except package("kubernetes.config").ConfigException as error:
            raise EnvironmentProblem(
                f"the kubeconfig {self._kubeconfig} cannot be used: {error}",
                remedies=["check it: `kubectl --kubeconfig FILE config view`", "name another one"],
            ) from error
        if _is_loopback(configuration.host):
            configuration.proxy = None  # a proxy from the environment cannot reach our loopback
        try:
            rest = package("kubernetes.client.rest").RESTClientObject(configuration)
        except (OSError, ssl.SSLError) as error:
            raise self._unreachable(error) from error
        return configuration, rest

    def _refuse(self, status: int, reason: str, data: bytes) -> None:
        if status < 300:
            return
        try:
            body = json.loads(data)
        except ValueError:
            body = {}
        if not isinstance(body, dict) or body.get("kind") != "Status":
            text = data.decode(errors="replace").strip()[:400]
            body = {"reason": _REASONS.get(status, reason or ""), "message": text or reason}
        if status == 401:
            raise EnvironmentProblem(
                f"the API server does not accept the credentials in {self._kubeconfig}: "
                f"{body.get('message', 'Unauthorized')}",
                remedies=["log in again, or name another kubeconfig"],
            )
        raise ApiError.of(
            status, body.get("reason") or "", body.get("message") or "", body.get("details")
        )

    def _unreachable(self, error: BaseException) -> EnvironmentProblem:
        host = self._opened[0].host if self._opened else "the API server"
        said = str(getattr(error, "reason", "") or error)
        trust = isinstance(error, ssl.SSLError) or "certificate" in said.lower()
        return EnvironmentProblem(
            f"the API server {host} {'is not trusted' if trust else 'does not answer'}",
            looked=[f"kubeconfig {self._kubeconfig}"],
            evidence=said,
            remedies=(
                ["the kubeconfig belongs to another cluster: get a new one"]
                if trust
                else [
                    "see whether the cluster runs: `pytest-kanister cluster status`",
                    "start one: `pytest-kanister cluster up`",
                ]
            ),
        )


class Stream:
    """An answer that comes bit by bit.  Iterating gives whole lines without their end."""

    def __init__(self, response: Any) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """Lines until the server or `stop` ends the answer, or the time is over."""
        errors = package("urllib3.exceptions")
        rest = b""
        try:
            for chunk in self._response.stream(2**16):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from lines
        except (errors.HTTPError, OSError, ValueError):
            # Time is over, or the connection broke: to a reader both mean "ask again".
            return
        if rest:
            yield rest

    def stop(self) -> None:
        """Ends the iteration, from whichever thread it runs in."""
        try:
            self._response.shutdown()
        except (RuntimeError, ValueError, OSError):
            return  # it has ended already

    def close(self) -> None:
        """Gives the connection up: half a stream is left in it."""
        self._response.close()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_proxy(configuration: Any) -> Any:
    """The configuration, kept from the environment's proxy when the server is this machine.

    websocket-client looks at the environment unless it is given `http_no_proxy`, which the
    package hands on only beside a proxy or its headers: hence a header that nobody reads.
    """
    if not _is_loopback(configuration.host):
        return configuration
    direct = copy(configuration)
    direct.no_proxy = urlsplit(configuration.host).hostname
    direct.proxy_headers = {"x-not-used": ""}
    return direct


_REASONS = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Gone",
    422: "Invalid",
    500: "InternalError",
    503: "ServiceUnavailable",
}
