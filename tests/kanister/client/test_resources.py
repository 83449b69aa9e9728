import base64
import re

import pytest

from pytest_kanister._kanister.blueprint import Blueprint, read_blueprint
from pytest_kanister._kanister.client import create_blueprint, create_profile
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import BLUEPRINTS, PROFILES, SECRETS
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import Invalid

LOCATION = {"type": "s3Compliant", "bucket": "backups", "endpoint": "http://127.77.0.2:8333"}


def test_a_profile_and_its_secret(kube: KubeClient) -> None:
    target = create_profile(
        kube,
        namespace="default",
        location=LOCATION,
        access_key=Secret("id"),
        secret_key=Secret("s3cr3t"),
        labels={"ours": "yes"},
    )

    assert re.fullmatch(r"s3-profile-[a-z0-9]{5}", target.name)
    assert target.namespace == "default"
    profile = kube.get(PROFILES, target.name, "default")
    assert profile["location"] == {**LOCATION, "prefix": "", "region": ""}
    assert profile["skipSSLVerify"] is False
    assert profile["metadata"]["labels"] == {"ours": "yes"}
    pair = profile["credential"]["keyPair"]
    assert profile["credential"]["type"] == "keyPair"
    assert re.fullmatch(r"s3-secret-[a-z0-9]{6}", pair["secret"]["name"])
    secret = kube.get(SECRETS, pair["secret"]["name"], pair["secret"]["namespace"])
    assert secret["type"] == "Opaque"
    data = {key: base64.b64decode(value) for key, value in secret["data"].items()}
    assert data[pair["idField"]] == b"id"
    assert data[pair["secretField"]] == b"s3cr3t"


def test_a_profile_that_is_refused_leaves_no_secret(kube: KubeClient) -> None:
    before = len(kube.list(SECRETS, "default"))

    with pytest.raises(Invalid):
        create_profile(
            kube,
            namespace="default",
            location=LOCATION,
            access_key=Secret("id"),
            secret_key=Secret("key"),
            name="Not A Name",
        )

    assert len(kube.list(SECRETS, "default")) == before


def test_a_blueprint_is_made_once_and_follows_its_file(
    kube: KubeClient, blueprint: Blueprint
) -> None:
    assert create_blueprint(kube, blueprint) == "example"
    first = kube.get(BLUEPRINTS, "example", "kanister")
    assert first["actions"] == blueprint.data["actions"]

    create_blueprint(kube, blueprint)
    assert kube.get(BLUEPRINTS, "example", "kanister") == first, "the same content: no write"

    blueprint.path.write_text(blueprint.path.read_text().replace('"true"', '"false"'))
    create_blueprint(kube, read_blueprint(blueprint.path))
    phase = kube.get(BLUEPRINTS, "example", "kanister")["actions"]["backup"]["phases"][0]
    assert phase["args"]["command"] == ["sh", "-c", "false"]
