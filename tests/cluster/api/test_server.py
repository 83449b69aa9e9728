"""The listening server itself: who may enter, what it leaves behind, how it ends."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import ssl
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from pytest_kanister._cluster.api import ApiServer, LocalApi
from pytest_kanister._cluster.registry import Store
from pytest_kanister.errors import EnvironmentProblem
from tests.cluster.standins import Cluster, QuickKubelet, pod, running_cluster


def test_nobody_enters_without_the_token(served: Cluster) -> None:
    for token in ("wrong", ""):
        answer = served.http("GET", "/api/v1/namespaces", token=token)
        assert (answer.status, answer.json["reason"]) == (401, "Unauthorized")
    assert served.http("GET", "/api/v1/namespaces").status == 200


def test_the_folder_is_private_and_survives(tmp_path: Path) -> None:
    folder = tmp_path / "cluster"
    with running_cluster(folder) as first:
        files = {path.name for path in folder.iterdir()}
        assert files == {"ca.pem", "ca.key", "server-127.0.0.1.pem", "token", "kubeconfig"}
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        ca, token = (folder / "ca.pem").read_bytes(), (folder / "token").read_text()
        text = first.server.kubeconfig.read_text()
        assert first.server.url in text
        assert "current-context: pytest-kanister" in text
        assert token not in repr(vars(first.server))
    with running_cluster(folder) as second:
        assert (folder / "ca.pem").read_bytes() == ca
        assert second.http("GET", "/readyz", token=token).body == b"ok"


def test_a_port_that_is_taken_is_told(served: Cluster, tmp_path: Path) -> None:
    port = int(served.server.url.rpartition(":")[2])

    async def second() -> None:
        api = LocalApi(Store(), QuickKubelet)
        server = ApiServer(api, folder=tmp_path, host="127.0.0.1", port=port)
        with pytest.raises(EnvironmentProblem, match=f"cannot listen on 127.0.0.1:{port}"):
            await server.start()

    asyncio.run(second())


def test_stopping_ends_watches(tmp_path: Path) -> None:
    ended = threading.Event()
    with running_cluster(tmp_path) as cluster:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        host, _, port = cluster.server.url.removeprefix("https://").partition(":")
        connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=20)
        token = (tmp_path / "token").read_text()
        headers = {"Authorization": f"Bearer {token}"}
        connection.request("GET", "/api/v1/pods?watch=true", headers=headers)
        response = connection.getresponse()
        assert response.status == 200

        def read() -> None:
            with suppress(http.client.HTTPException, OSError):
                response.read()
            ended.set()

        reader = threading.Thread(target=read)
        reader.start()
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert ended.wait(5)
    reader.join(5)
    connection.close()


def events(body: bytes) -> list[tuple[str, str]]:
    found = [json.loads(line) for line in body.splitlines()]
    return [(item["type"], item["object"]["metadata"].get("name", "")) for item in found]


@pytest.mark.slow
def test_a_watch_begins_with_what_is_there(served: Cluster) -> None:
    path = "/api/v1/namespaces/default/pods"
    assert served.http("POST", path, pod("there")).status == 201
    body = served.http("GET", f"{path}?watch=true&timeoutSeconds=1").body
    assert events(body) == [("ADDED", "there")]


@pytest.mark.slow
def test_initial_events_end_with_a_bookmark(served: Cluster) -> None:
    query = "watch=true&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true"
    path = "/api/v1/nodes"
    refused = served.http("GET", f"{path}?{query}")
    assert (refused.status, refused.json["reason"]) == (422, "Invalid")
    body = served.http("GET", f"{path}?{query}&resourceVersionMatch=NotOlderThan").body
    assert events(body) == [("ADDED", "pytest-kanister"), ("BOOKMARK", "")]
    assert b'"k8s.io/initial-events-end":"true"' in body


@pytest.mark.slow
def test_a_version_that_is_no_longer_kept_is_an_event(served: Cluster) -> None:
    path = "/api/v1/namespaces/default/configmaps"
    assert served.http("POST", path, {"metadata": {"name": "busy"}}).status == 201

    async def churn() -> None:
        from pytest_kanister._model.resources import CONFIGMAPS

        for number in range(4200):
            change = {"data": {"n": str(number)}}
            await served.api.patch(CONFIGMAPS, "busy", change, "default")

    served.run(churn())
    answer = served.http("GET", f"{path}?watch=true&resourceVersion=2")
    assert answer.status == 200
    event = json.loads(answer.body)
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert re.fullmatch(r"too old resource version: 2 \(\d+\)", event["object"]["message"])


@pytest.mark.slow
def test_tables_tell_columns_once_in_a_watch(served: Cluster) -> None:
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    path = "/api/v1/namespaces?watch=true&timeoutSeconds=1"
    lines = served.http("GET", path, accept=accept).body.splitlines()
    tables = [json.loads(line)["object"] for line in lines]
    assert [bool(table["columnDefinitions"]) for table in tables] == [True, False, False]
    assert tables[0]["rows"][0]["cells"][:2] == ["default", "Active"]


def test_an_answer_in_a_form_that_we_do_not_have(served: Cluster) -> None:
    answer = served.http("GET", "/api/v1/pods", accept="application/vnd.kubernetes.protobuf")
    assert (answer.status, answer.json["reason"]) == (406, "NotAcceptable")
    answer = served.http("GET", "/api/v1/namespaces/default", accept="application/yaml")
    assert b"kind: Namespace" in answer.body


def test_discovery_follows_the_crds(served: Cluster) -> None:
    from tests.cluster.standins import widgets_crd

    before = served.http("GET", "/openapi/v3").json["paths"]
    assert "apis/example.org/v1" not in before
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert served.http("POST", path, widgets_crd()).status == 201
    groups = [item["name"] for item in served.http("GET", "/apis").json["groups"]]
    assert "example.org" in groups
    resources = served.http("GET", "/apis/example.org/v1").json["resources"]
    assert resources[0]["shortNames"] == ["wd"]
    document = served.http("GET", "/openapi/v3/apis/example.org/v1").json
    schema = document["components"]["schemas"]["org.example.v1.Widget"]
    assert schema["properties"]["spec"]["properties"]["size"]["minimum"] == 1
    after = served.http("GET", "/openapi/v3").json["paths"]
    assert set(after) == set(before) | {"apis/example.org/v1"}
