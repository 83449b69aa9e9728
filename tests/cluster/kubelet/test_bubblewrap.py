"""What bwrap tells of a sandbox, told in pieces."""

from __future__ import annotations

import json
import os
from typing import cast

import pytest

from pytest_kanister._cluster.kubelet.bubblewrap import BubblewrapRun
from pytest_kanister._cluster.kubelet.child import Child


class Init:
    """A run whose `child` is never asked: only the pipe of `--info-fd` matters here."""

    def __init__(self) -> None:
        reading, self.writing = os.pipe()
        self.run = BubblewrapRun(cast("Child", None), reading, own_users=False)


@pytest.fixture
def init() -> Init:
    return Init()


def test_the_pipe_stays_open_until_all_is_told(init: Init) -> None:
    """bwrap writes pid, namespaces and the closing brace one by one; SIGPIPE ended it before."""
    whole = json.dumps({"child-pid": os.getppid(), "pid-namespace": 4026532170}).encode()
    for piece in (whole[:20], whole[20:-1]):
        os.write(init.writing, piece)
        assert init.run.pids() == []
    os.write(init.writing, whole[-1:])
    assert os.getpid() in init.run.pids()
    with pytest.raises(BrokenPipeError):
        os.write(init.writing, b"\n")
    os.close(init.writing)


def test_a_bwrap_that_ended_before_it_told_has_no_init(init: Init) -> None:
    os.write(init.writing, b'{"child-pid": 1')
    assert init.run.pids() == []
    os.close(init.writing)
    assert init.run.pids() == []
    assert init.run.pids() == []
