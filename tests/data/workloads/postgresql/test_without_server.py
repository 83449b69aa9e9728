"""What needs no server: manifests, options, a driver that is not there."""

from __future__ import annotations

import sys
from typing import Any, cast

import pytest

from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.postgresql import PostgreSQL
from pytest_kanister._data.workloads.postgresql.connection import quoted
from pytest_kanister._data.workloads.postgresql.manifests import manifests
from pytest_kanister._data.workloads.postgresql.types import codec
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.references import Target
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem, UsageProblem

NO_CLUSTER = cast(KubeClient, None)


def workload(**options: Any) -> PostgreSQL:
    return PostgreSQL(NO_CLUSTER, Settings(), name="store", namespace="shop", options=options)


@pytest.mark.parametrize(
    ("image", "mount", "environment"),
    [
        ("postgres:18", "/var/lib/postgresql/data", {"POSTGRES_PASSWORD", "PGDATA"}),
        ("bitnamilegacy/postgresql:17", "/bitnami/postgresql", {"POSTGRES_PASSWORD"}),
    ],
)
def test_manifests_have_what_public_blueprints_read(
    image: str, mount: str, environment: set[str]
) -> None:
    made = manifests("store", "shop", image=image, storage="1Gi", password="pw")
    assert [(obj["kind"], obj["metadata"]["name"]) for obj in made] == [
        ("Secret", "store-postgresql"),
        ("Service", "store-postgresql-hl"),
        ("Service", "store-postgresql"),
        ("StatefulSet", "store-postgresql"),
    ]
    secret, _, service, stateful_set = made
    assert secret["stringData"] == {"postgres-password": "pw", "postgresql-password": "pw"}
    assert service["spec"]["ports"][0]["port"] == 5432
    for obj in made:
        assert obj["metadata"]["namespace"] == "shop"
        assert obj["metadata"]["labels"]["app.kubernetes.io/instance"] == "store"
    template = stateful_set["spec"]["template"]
    selector = stateful_set["spec"]["selector"]["matchLabels"]
    assert selector.items() <= template["metadata"]["labels"].items()
    assert service["spec"]["selector"] == selector
    (container,) = template["spec"]["containers"]
    assert [volume["mountPath"] for volume in container["volumeMounts"]] == [mount]
    assert {entry["name"] for entry in container["env"]} == environment
    # The password reaches the pod by reference only.
    assert "'pw'" not in str(stateful_set)


def test_target_and_secrets() -> None:
    postgresql: Workload = workload()
    assert postgresql.target == Target("statefulset", "store-postgresql", "shop")
    assert postgresql.secrets == {"postgresql": Target("secret", "store-postgresql", "shop")}
    assert set(postgresql.datasets()) >= {"accounts", "tricky", "many-tables"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"imgae": "postgres:8"}, "it has the options image, storage, found 'imgae'"),
        ({"image": 8}, "image: expected a text, found 8"),
        ({"image": ""}, "image: expected a text, found ''"),
    ],
)
def test_options_that_cannot_be_used(options: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageProblem, match=text):
        workload(**options)


def test_an_unknown_dataset_names_the_known_ones() -> None:
    with pytest.raises(UsageProblem, match=r"accounts.*found 'acounts'"):
        workload().seed("acounts")


def test_a_missing_driver_is_an_error_that_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(EnvironmentProblem, match="needs psycopg") as caught:
        workload().deploy()  # before it touches the cluster: there is none here
    assert "pip install 'pytest-kanister[postgresql]'" in str(caught.value)


def test_names_are_quoted() -> None:
    assert quoted('a"b', "select") == '"a""b"."select"'


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("UTF8", "utf-8"), ("LATIN9", "iso8859-15"), ("WIN1252", "cp1252"), ("EUC_JP", "euc_jp")],
)
def test_encodings_have_a_codec(encoding: str, name: str) -> None:
    assert codec(encoding) == name
    b"a".decode(codec(encoding))
