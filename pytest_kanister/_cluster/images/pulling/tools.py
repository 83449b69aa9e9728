"""skopeo and umoci: from PATH, else fetched from the distribution's packages without root."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run
from pytest_kanister._base.packages import fetch_packages
from pytest_kanister._cluster.images.wrappers import loader_argv
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["ImageTools", "find_tools", "reference"]

_PULL_S = 900.0
_UNPACK_S = 600.0


@dataclass(frozen=True)
class ImageTools:
    """argv of skopeo and umoci."""

    skopeo: tuple[str, ...]
    umoci: tuple[str, ...]

    def pull(self, image: str, layout: Path, tag: str) -> str:
        """Copies an image from its registry into an OCI layout; returns its manifest's digest.

        Raises:
            EnvironmentProblem: the registry does not answer, has no such image, or wants another
                login; its own words are in the text.
        """
        name = reference(image)
        digest = layout / f".{tag}.digest"
        argv = [*self.skopeo, "copy", "--insecure-policy", "--quiet"]
        argv += ["--src-tls-verify=false"] if _is_loopback(name) else []
        argv += ["--digestfile", str(digest), f"docker://{name}", f"oci:{layout}:{tag}"]
        done = run(argv, env=_environment(), timeout_s=_PULL_S)
        if done.exit_status:
            raise EnvironmentProblem(
                f"the image {image} cannot be pulled",
                looked=[f"docker://{name}"],
                evidence=_last_words(done.tail(3)),
                remedies=[
                    "check its name and tag, and that this machine reaches the registry",
                    "a registry that wants a login reads it from ~/.docker/config.json",
                    "another registry that has it: PYTEST_KANISTER_IMAGE_MAP='IMAGE=MIRROR/IMAGE'",
                    "or do without it: --kanister-images catalogue",
                ],
            )
        try:
            return digest.read_text().strip()
        finally:
            digest.unlink(missing_ok=True)

    def unpack(self, layout: Path, tag: str, bundle: Path) -> None:
        """Unpacks an image of the layout into `bundle/rootfs`, every file ours.

        Raises:
            EnvironmentProblem: it cannot be unpacked (disk full …).
        """
        argv = [*self.umoci, "unpack", "--rootless", "--image", f"{layout}:{tag}", str(bundle)]
        done = run(argv, env=_environment(), timeout_s=_UNPACK_S)
        if done.exit_status:
            raise EnvironmentProblem(
                f"the image {tag} cannot be unpacked to {bundle}",
                evidence=done.tail(3),
                remedies=["see whether the disk is full, then run again"],
            )


def find_tools(cache: Path, progress: Callable[[str], None]) -> ImageTools:
    """The programs.

    Raises:
        EnvironmentProblem: they are neither here nor can they be fetched.
    """
    found = [shutil.which(name) for name in ("skopeo", "umoci")]
    if all(found):
        return ImageTools((str(found[0]),), (str(found[1]),))
    root = fetch_packages(
        "image-tools", ["skopeo", "umoci"], suite=None, cache=cache, progress=progress
    )
    skopeo, umoci = (loader_argv(root, root / "usr/bin" / name) for name in ("skopeo", "umoci"))
    return ImageTools(tuple(skopeo), tuple(umoci))


def reference(image: str) -> str:
    """The full name by Docker's rules: `mysql:9` is `docker.io/library/mysql:9`."""
    first, slash, rest = image.partition("/")
    if not slash or (first != "localhost" and not set(first) & {".", ":"}):
        image = f"docker.io/{image}" if slash else f"docker.io/library/{image}"
    first, _, rest = image.partition("/")
    if "@" in rest:
        # skopeo takes a tag or a digest; the digest is the one that decides.
        name, _, digest = rest.partition("@")
        head, sep, tail = name.rpartition("/")
        return f"{first}/{head}{sep}{tail.partition(':')[0]}@{digest}"
    return image if ":" in rest.rpartition("/")[2] else f"{image}:latest"


def _is_loopback(name: str) -> bool:
    """Docker's rule: a registry on this machine needs no TLS."""
    host = name.partition("/")[0].rpartition(":")[0] or name.partition("/")[0]
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _environment() -> dict[str, str]:
    kept = (
        "HOME",
        "PATH",
        "XDG_RUNTIME_DIR",
        "REGISTRY_AUTH_FILE",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    )
    proxies = ("http_proxy", "https_proxy", "no_proxy")
    names = (*kept, *proxies, *(name.upper() for name in proxies), "TMPDIR")
    return {name: os.environ[name] for name in names if name in os.environ}


def _last_words(text: str) -> str:
    """Without skopeo's own time stamps."""
    return "\n".join(line.partition("msg=")[2].strip('"') or line for line in text.splitlines())
