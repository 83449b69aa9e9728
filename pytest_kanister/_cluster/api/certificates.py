"""Who may talk to the server: a CA, a server certificate and a token per cluster folder.

They are made once and kept, so that clients survive a restart of the server.  All files are
readable by their owner only.
"""

from __future__ import annotations

import base64
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Credentials", "make_credentials", "write_kubeconfig"]

CONTEXT = "pytest-kanister"


@dataclass(frozen=True)
class Credentials:
    """What server and clients need.

    Attributes:
        ca: the CA's certificate, PEM.
        server: file with the server's key and certificate, PEM.
        token: what clients show; never logged.
    """

    ca: bytes
    server: Path
    token: str

    def __repr__(self) -> str:
        return f"Credentials(server={self.server})"


def write_private(path: Path, content: bytes) -> None:
    """Writes a file of mode 0600 in one step."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    fresh.rename(path)


def make_credentials(folder: Path, host: str) -> Credentials:
    """The folder's credentials; what is missing is made (elliptic curves, some milliseconds)."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_file, key_file = folder / "ca.pem", folder / "ca.key"
    server_file, token_file = folder / f"server-{host.replace(':', '_')}.pem", folder / "token"
    if not (ca_file.exists() and key_file.exists() and server_file.exists()):
        import trustme  # not needed when a cluster's folder is used again

        if ca_file.exists() and key_file.exists():
            ca = trustme.CA.from_pem(ca_file.read_bytes(), key_file.read_bytes())
        else:
            ca = trustme.CA(organization_name="pytest-kanister")
            write_private(key_file, ca.private_key_pem.bytes())
            write_private(ca_file, ca.cert_pem.bytes())
        names = dict.fromkeys((host, "127.0.0.1", "localhost"))
        issued = ca.issue_cert(*names)
        write_private(server_file, issued.private_key_and_cert_chain_pem.bytes())
    if not token_file.exists():
        write_private(token_file, secrets.token_urlsafe(32).encode())
    return Credentials(ca_file.read_bytes(), server_file, token_file.read_text())


def write_kubeconfig(path: Path, url: str, credentials: Credentials) -> None:
    """A kubeconfig that needs no other file, with the one context `pytest-kanister`."""
    ca = base64.b64encode(credentials.ca).decode()
    text = f"""\
apiVersion: v1
kind: Config
current-context: {CONTEXT}
clusters:
- name: {CONTEXT}
  cluster:
    server: {url}
    certificate-authority-data: {ca}
contexts:
- name: {CONTEXT}
  context:
    cluster: {CONTEXT}
    user: {CONTEXT}
    namespace: default
users:
- name: {CONTEXT}
  user:
    token: "{credentials.token}"
"""
    write_private(path, text.encode())
