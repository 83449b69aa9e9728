"""Pods as Docker containers, each from its own image, by testcontainers.

`engine` finds Docker and says what to do when there is none, `network` gives pods addresses that
this machine reaches, too, `images` reads what an image's configuration says, `runtime` starts and
ends containers.  Everything that is made bears the labels its maker was given.  May import
`testcontainers`, `docker` and what the kubelet may.

testcontainers' own reaper (Ryuk) is not used: the image it needs cannot be had everywhere, and
who made a container is known from its labels.
"""

from __future__ import annotations

from pytest_kanister._cluster.kubelet.containers.engine import Engine
from pytest_kanister._cluster.kubelet.containers.images import ContainerImages
from pytest_kanister._cluster.kubelet.containers.network import ContainerNetwork
from pytest_kanister._cluster.kubelet.containers.runtime import Containers

__all__ = ["ContainerImages", "ContainerNetwork", "Containers", "Engine"]
