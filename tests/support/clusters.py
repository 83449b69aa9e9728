"""Embedded clusters for tests that would disturb others.

They crash the operator, or change what belongs to the whole cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_kanister._backends import Backend, open_backend
from pytest_kanister._model.settings import Settings


@contextmanager
def own_cluster(name: str) -> Iterator[Backend]:
    """A cluster of this process alone, that ends here, also when this is one of xdist's workers.

    Clusters differ when what images mean differs, so each name gives an image another meaning.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_KANISTER_IMAGE_MAP", f"{name}=busybox")
        patch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
        backend = open_backend(Settings(), lambda line: None)
    try:
        yield backend
    finally:
        backend.close()
