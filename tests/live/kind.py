"""The kind cluster of the live tests, and what a person would ask it."""

from __future__ import annotations

from pathlib import Path

from tests.live.images import all_images
from tests.live.node import NODE_IMAGE
from tests.live.world import World

NAME = "live"
CONFIG = """\
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {disableDefaultCNI: true, podSubnet: 10.244.0.0/24}
"""


def kind_options(folder: Path, name: str = NAME) -> list[str]:
    """Words for pytest: this cluster, our node image, images from the engine."""
    config = write_config(folder)
    images = ",".join(image.tag for image in all_images())
    return [
        "--kanister-backend=kind",
        f"--kanister-kind-name={name}",
        f"--kanister-kind-image={NODE_IMAGE}",
        f"--kanister-kind-config={config}",
        f"--kanister-kind-load={images}",
        "--kanister-install=stand-in",
        "--kanister-ready-timeout-s=300",
    ]


def write_config(folder: Path) -> Path:
    """kind's configuration file."""
    config = folder / "kind.yaml"
    config.write_text(CONFIG)
    return config


def clusters_of(world: World, folder: Path) -> list[str]:
    """Names of the clusters there are."""
    return world.run("kind", "get", "clusters", cwd=folder).stdout.split()


def access_to(world: World, folder: Path) -> Path:
    """A kubeconfig of the cluster, written by kind."""
    access = folder / "kubeconfig"
    words = ("export", "kubeconfig", "--name", NAME, "--kubeconfig", str(access))
    world.run("kind", *words, cwd=folder)
    return access


def made_namespaces(world: World, folder: Path) -> list[str]:
    """Those that runs of ours have made."""
    words = ("get", "namespaces", "-l", "pytest-kanister/run", "-o", "name")
    access = access_to(world, folder)
    return world.run("kubectl", "--kubeconfig", str(access), *words, cwd=folder).stdout.split()
