"""Where an API server is and how to prove who we are: a kubeconfig, or a pod's own account."""

from __future__ import annotations

import base64
import binascii
import os
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pytest_kanister.errors import EnvironmentProblem

__all__ = ["Access", "in_cluster", "load_kubeconfig"]

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
_REMEDIES = (
    "point KUBECONFIG at a file for the cluster (`pytest-kanister cluster env` says ours)",
)


@dataclass(frozen=True)
class Access:
    """One cluster, one identity (`repr` hides it).

    Attributes:
        server: URL of the API server.
        namespace: what the context means when none is named.
        tls: None for plain HTTP.
        headers: sent with each request.
    """

    server: str
    namespace: str
    tls: ssl.SSLContext | None = field(repr=False)
    headers: dict[str, str] = field(repr=False)


def in_cluster() -> Access | None:
    """The access of the pod that we run in; None outside of one."""
    host, port = (
        os.environ.get("KUBERNETES_SERVICE_HOST"),
        os.environ.get("KUBERNETES_SERVICE_PORT"),
    )
    token = _ACCOUNT / "token"
    if not host or not port or not token.is_file():
        return None
    name = f"[{host}]" if ":" in host else host
    return Access(
        f"https://{name}:{port}",
        (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip(),
        ssl.create_default_context(cafile=str(_ACCOUNT / "ca.crt")),
        {"Authorization": f"Bearer {token.read_text(encoding='utf-8').strip()}"},
    )


def load_kubeconfig(path: Path | None = None, context: str = "") -> Access:
    """Reads a kubeconfig: server, authority, token, client certificate or basic authentication.

    Args:
        path: the file; None: the first file of KUBECONFIG, else `~/.kube/config`.
        context: its context; empty: the current one.

    Raises:
        EnvironmentProblem: no file, no such context, or an identity that needs a helper program.
    """
    if path is None:
        first = os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
        path = Path(first) if first else Path.home() / ".kube" / "config"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise EnvironmentProblem(
            f"the kubeconfig {path} cannot be read: {error.strerror}", remedies=_REMEDIES
        ) from None
    except yaml.YAMLError as error:
        raise EnvironmentProblem(
            f"the kubeconfig {path} is not YAML: {error}", remedies=_REMEDIES
        ) from None
    name = context or str(config.get("current-context") or "")
    chosen = _named(path, config, "contexts", "context", name)
    cluster = _named(path, config, "clusters", "cluster", str(chosen.get("cluster", "")))
    user = _named(path, config, "users", "user", str(chosen.get("user", "")))
    server = str(cluster.get("server") or "")
    if not server.startswith(("http://", "https://")):
        raise EnvironmentProblem(
            f"{path}: server: expected an http(s) URL, found {server!r}", remedies=_REMEDIES
        )
    folder = path.resolve().parent
    tls = _tls(folder, cluster, user) if server.startswith("https://") else None
    headers = _headers(path, folder, user)
    return Access(server.rstrip("/"), str(chosen.get("namespace") or "default"), tls, headers)


def _named(path: Path, config: Any, section: str, inner: str, name: str) -> dict[str, Any]:
    for entry in config.get(section) or () if isinstance(config, dict) else ():
        if entry.get("name") == name:
            found: dict[str, Any] = entry.get(inner) or {}
            return found
    raise EnvironmentProblem(f"{path}: no {inner} is called {name!r}", remedies=_REMEDIES)


def _headers(path: Path, folder: Path, user: dict[str, Any]) -> dict[str, str]:
    token = user.get("token") or ""
    if not token and user.get("tokenFile"):
        token = (folder / user["tokenFile"]).read_text(encoding="utf-8").strip()
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password') or ''}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    for helper in ("exec", "auth-provider"):
        if user.get(helper):
            raise EnvironmentProblem(
                f"{path}: the user's `{helper}` needs a helper program, which is not run here",
                remedies=["make a kubeconfig with a token: `kubectl create token ACCOUNT`"],
            )
    return {}


def _tls(folder: Path, cluster: dict[str, Any], user: dict[str, Any]) -> ssl.SSLContext:
    authority = _bytes(folder, cluster, "certificate-authority")
    context = ssl.create_default_context(cadata=authority.decode() if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    certificate = _bytes(folder, user, "client-certificate")
    key = _bytes(folder, user, "client-key")
    if certificate and key:
        # OpenSSL reads a client's key from a file only.
        with tempfile.NamedTemporaryFile(prefix="kube-", suffix=".pem") as file:
            file.write(certificate + b"\n" + key)
            file.flush()
            context.load_cert_chain(file.name)
    return context


def _bytes(folder: Path, record: dict[str, Any], name: str) -> bytes:
    """A field that holds base64 (`NAME-data`) or names a file (`NAME`)."""
    data = record.get(f"{name}-data")
    try:
        if data:
            return base64.b64decode(data)
        return (folder / record[name]).read_bytes() if record.get(name) else b""
    except (binascii.Error, OSError) as error:
        raise EnvironmentProblem(
            f"the kubeconfig's {name} cannot be read: {error}", remedies=_REMEDIES
        ) from None
