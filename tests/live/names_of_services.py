"""A DNS server for a test cluster: Services and the pods of headless ones.  Runs in a pod.

Stands in for CoreDNS, whose image cannot be had without a registry: kubeadm's own Deployment runs
it under that image's name, so account, Service and probes are kubeadm's.  IPv4 and UDP only.
"""

import http.server
import json
import os
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

DOMAIN = ".svc.cluster.local"
FRESH_S = 0.5
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")

_lock = threading.Lock()
_names: dict[str, list[str]] = {}
_read_at = 0.0


def ask(path: str) -> list[dict[str, Any]]:
    """Lists objects of the cluster."""
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    port = os.environ["KUBERNETES_SERVICE_PORT"]
    request = urllib.request.Request(
        f"https://{host}:{port}{path}",
        headers={"Authorization": f"Bearer {(ACCOUNT / 'token').read_text()}"},
    )
    context = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    with urllib.request.urlopen(request, context=context, timeout=5) as answer:
        items: list[dict[str, Any]] = json.load(answer)["items"]
        return items


def addresses(name: str) -> "list[str] | None":
    """IPv4 addresses of a name in the cluster's domain; None when there is no such name."""
    global _read_at
    with _lock:
        if time.monotonic() - _read_at > FRESH_S:
            _names.clear()
            for service in ask("/api/v1/services"):
                metadata, ip = service["metadata"], service["spec"].get("clusterIP")
                full = f"{metadata['name']}.{metadata['namespace']}{DOMAIN}"
                _names[full] = [ip] if ip and ip != "None" else []
            for endpoints in ask("/api/v1/endpoints"):
                metadata = endpoints["metadata"]
                full = f"{metadata['name']}.{metadata['namespace']}{DOMAIN}"
                ready = [
                    address
                    for subset in endpoints.get("subsets") or []
                    for address in subset.get("addresses") or []
                ]
                if _names.get(full) == []:  # headless: the pods themselves
                    _names[full] = [address["ip"] for address in ready]
                for address in ready:
                    if address.get("hostname"):
                        _names[f"{address['hostname']}.{full}"] = [address["ip"]]
            _read_at = time.monotonic()
        return _names.get(name)


def answer(query: bytes) -> bytes:
    """The response to one query."""
    position, labels = 12, []
    while query[position]:
        length = query[position]
        labels.append(query[position + 1 : position + 1 + length].decode().lower())
        position += 1 + length
    kind = struct.unpack("!H", query[position + 1 : position + 3])[0]
    question = query[12 : position + 5]
    found = addresses(".".join(labels))
    ips = found if found and kind == 1 else []
    flags = 0x8580 | (3 if found is None else 0)
    head = query[:2] + struct.pack("!HHHHH", flags, 1, len(ips), 0, 0)
    records = b"".join(
        b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 1, 4) + socket.inet_aton(ip) for ip in ips
    )
    return head + question + records


class Dns(socketserver.BaseRequestHandler):
    """One datagram."""

    def handle(self) -> None:
        """Answers it."""
        data, sock = self.request
        try:
            response = answer(data)
        except Exception as error:
            print(f"cannot answer: {error!r}", flush=True)
            response = data[:2] + struct.pack("!HHHHH", 0x8582, 0, 0, 0, 0)
        sock.sendto(response, self.client_address)


class Health(http.server.BaseHTTPRequestHandler):
    """What kubeadm's probes ask for."""

    def do_GET(self) -> None:
        """Alive."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_: object) -> None:
        """Silent."""


def main() -> None:
    """Serves for ever."""
    for port in (8080, 8181):
        health = http.server.ThreadingHTTPServer(("", port), Health)
        threading.Thread(target=health.serve_forever, daemon=True).start()
    socketserver.ThreadingUDPServer.allow_reuse_address = True
    with socketserver.ThreadingUDPServer(("", 53), Dns) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
