import threading
import time
from typing import Any

import pytest

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import CONFIGMAPS
from pytest_kanister.errors import EnvironmentProblem
from tests.support.api import Server, running_server


def make(kube: KubeClient, name: str, **data: str) -> None:
    kube.create(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data},
        "default",
    )


def test_the_first_look_is_at_once(kube: KubeClient) -> None:
    make(kube, "there", a="1")

    found = kube.wait_for(
        CONFIGMAPS, "there", "default", lambda obj: obj and obj["data"]["a"], timeout_s=0.01
    )

    assert found == "1"


def test_an_object_that_is_not_there_is_none(kube: KubeClient) -> None:
    seen: list[Any] = []

    assert kube.wait_for(CONFIGMAPS, "absent", "default", seen.append, timeout_s=0.05) is None
    assert set(seen) == {None}


def test_each_change_is_shown(kube: KubeClient) -> None:
    seen: list[str] = []

    def change() -> None:
        make(kube, "changing", step="1")
        for step in ("2", "3"):
            kube.patch(CONFIGMAPS, "changing", {"data": {"step": step}}, "default")
        kube.delete(CONFIGMAPS, "changing", "default")

    def look(obj: Any) -> bool | None:
        seen.append(obj["data"]["step"] if obj else "absent")
        if len(seen) == 1:
            thread.start()
        return True if len(seen) == 5 else None

    thread = threading.Thread(target=change)
    assert kube.wait_for(CONFIGMAPS, "changing", "default", look, timeout_s=10)
    thread.join()
    assert seen == ["absent", "1", "2", "3", "absent"]


def test_other_objects_are_not_shown(kube: KubeClient) -> None:
    make(kube, "mine")
    names: list[str] = []

    def look(obj: Any) -> bool | None:
        names.append(obj["metadata"]["name"])
        if len(names) == 1:
            make(kube, "neighbour")
            kube.patch(CONFIGMAPS, "mine", {"data": {"a": "1"}}, "default")
        return True if len(names) == 2 else None

    assert kube.wait_for(CONFIGMAPS, "mine", "default", look, timeout_s=10)
    assert names == ["mine", "mine"]


def test_what_look_raises_comes_out(kube: KubeClient) -> None:
    def look(_obj: Any) -> None:
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        kube.wait_for(CONFIGMAPS, "absent", "default", look, timeout_s=10)


@pytest.mark.slow
def test_time_is_over_soon_after_the_time(kube: KubeClient) -> None:
    start = time.monotonic()

    assert kube.wait_for(CONFIGMAPS, "absent", "default", lambda _obj: None, timeout_s=0.6) is None
    assert 0.6 <= time.monotonic() - start < 1.8


@pytest.mark.slow
def test_a_server_that_goes_ends_the_wait_as_an_environment_problem() -> None:
    with running_server() as server:
        kube = server.client()
        looks: list[Any] = []

        def look(obj: Any) -> None:
            looks.append(obj)
            if len(looks) == 1:
                threading.Thread(target=server.run, args=(server.server.stop(),)).start()

        with pytest.raises(EnvironmentProblem, match="does not answer"):
            kube.wait_for(CONFIGMAPS, "absent", "default", look, timeout_s=20)
        kube.close()


def test_versions_that_are_no_longer_kept_are_listed_anew(server: Server) -> None:
    """The server keeps 4096 changes a kind: more of them while nobody reads end the watch."""
    kube = server.client()
    make(kube, "gone", step="0")
    seen: list[str] = []

    async def many() -> None:
        for step in range(1, 4200):
            await server.api.patch(CONFIGMAPS, "gone", {"data": {"step": str(step)}}, "default")

    def look(obj: Any) -> bool | None:
        seen.append(obj["data"]["step"])
        if len(seen) == 1:
            server.run(many())
        return True if seen[-1] == "4199" else None

    assert kube.wait_for(CONFIGMAPS, "gone", "default", look, timeout_s=30)
    kube.close()
