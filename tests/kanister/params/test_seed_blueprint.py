"""The tutorial's Blueprint against real objects: exactly the commands Kanister would run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_kanister._kanister.params import build, render_args, render_artifacts, render_text
from pytest_kanister._model.resources import PROFILES, SECRETS, STATEFULSETS

ROOT = Path(__file__).parents[3]
BLUEPRINT = ROOT.parent / "shared" / "seed" / "mysql-blueprint.yaml"
OWN_BLUEPRINT = ROOT / "fixtures" / "blueprints" / "mysql-blueprint.yaml"
needs_seed = pytest.mark.skipif(
    not BLUEPRINT.is_file(), reason="../shared/seed is not beside this checkout"
)
NOW_NS = 1_787_349_660_123_456_780
PROFILE_JSON = (
    '{"Location":{"type":"s3Compliant","bucket":"kan-bucket","endpoint":"http://127.1.2.3:8333",'
    '"prefix":"","region":"eu-west-2"},"Credential":{"Type":"keyPair","KeyPair":{"ID":"AK",'
    '"Secret":"S\\u003cK\\u003e\\u0026"},"Secret":null,"KopiaServerSecret":null},'
    '"SkipSSLVerify":false}'
)
Run = Callable[..., Any]


async def _world(api: Any) -> None:
    labels = {"app.kubernetes.io/instance": "mysql-store"}
    await api.create(
        SECRETS,
        {
            "metadata": {"name": "mysql-store"},
            "stringData": {"mysql-root-password": "pass-word", "mysql-password": ""},
        },
        "app",
    )
    await api.create(
        STATEFULSETS,
        {
            "metadata": {"name": "mysql-store", "labels": labels},
            "spec": {
                "serviceName": "mysql-store",
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "mysql", "image": "mysql:8"}]},
                },
            },
        },
        "app",
    )
    await api.create(
        SECRETS,
        {
            "metadata": {"name": "s3-secret"},
            "stringData": {"aws_access_key_id": "AK", "aws_secret_access_key": "S<K>&"},
        },
        "app",
    )
    await api.create(
        PROFILES,
        {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "Profile",
            "metadata": {"name": "s3-profile"},
            "location": {
                "type": "s3Compliant",
                "bucket": "kan-bucket",
                "endpoint": "http://127.1.2.3:8333",
                "prefix": "",
                "region": "eu-west-2",
            },
            "credential": {
                "type": "keyPair",
                "keyPair": {
                    "idField": "aws_access_key_id",
                    "secretField": "aws_secret_access_key",
                    "secret": {"name": "s3-secret", "namespace": "app"},
                },
            },
            "skipSSLVerify": False,
        },
        "app",
    )


def _action(name: str, blueprint: Path = BLUEPRINT) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(blueprint.read_text())["actions"][name]
    return loaded


async def _rendered(
    api: Any, name: str, target: dict[str, Any], blueprint: Path = BLUEPRINT, **more: Any
) -> dict[str, Any]:
    """The first phase's args of one of the Blueprint's actions."""
    await _world(api)
    spec = {"object": target, "profile": {"name": "s3-profile", "namespace": "app"}, **more}
    params = await build(api, spec, now_ns=lambda: NOW_NS)
    phase = _action(name, blueprint)["phases"][0]
    references = {
        key: {field: render_text(text, params) for field, text in reference.items()}
        for key, reference in phase.get("objects", {}).items()
    }
    await params.start_phase(api, phase["name"], references)
    rendered: dict[str, Any] = render_args(phase["args"], params)
    return rendered


STATEFULSET = {"kind": "statefulset", "name": "mysql-store", "namespace": "app"}


@needs_seed
def test_backup(with_api: Run) -> None:
    args = with_api(lambda api: _rendered(api, "backup", STATEFULSET))
    assert args["namespace"] == "app"
    path = "/mysql-backups/app/mysql-store/2026-08-21T22-01-00/dump.sql.gz"
    script = args["command"][-1]
    assert script.splitlines()[0] == f's3_path="{path}"'
    assert script.splitlines()[1] == 'root_password="pass-word"'
    assert f"--profile '{PROFILE_JSON}' --path ${{s3_path}} -" in script
    assert " -h mysql-store " in script
    assert "{{" not in script
    # Nothing but the actions has changed.
    unrendered = _action("backup")["phases"][0]["args"]["command"][-1]
    assert script.count("\n") == unrendered.count("\n")
    assert script.splitlines()[3] == unrendered.splitlines()[3]


@needs_seed
def test_restore(with_api: Run) -> None:
    artifacts = {"mysqlCloudDump": {"keyValue": {"s3path": "/mysql-backups/x.gz"}}}
    args = with_api(lambda api: _rendered(api, "restore", STATEFULSET, artifacts=artifacts))
    assert args["command"][-1] == (
        's3_path="/mysql-backups/x.gz"\n'
        'root_password="pass-word"\n'
        f"kando location pull --profile '{PROFILE_JSON}' --path ${{s3_path}} - | gunzip | "
        "mysql -u root --password=${root_password} -h mysql-store\n"
    )


@needs_seed
def test_delete_reads_the_namespace(with_api: Run) -> None:
    artifacts = {"mysqlCloudDump": {"keyValue": {"s3path": "p"}}}
    target = {"kind": "Namespace", "name": "app", "namespace": "app"}
    args = with_api(lambda api: _rendered(api, "delete", target, artifacts=artifacts))
    assert args["namespace"] == "app"
    assert args["command"][-1] == (
        f"s3_path=\"p\"\nkando location delete --profile '{PROFILE_JSON}' --path ${{s3_path}}\n"
    )


@needs_seed
def test_artifacts(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        await _world(api)
        params = await build(api, {"object": STATEFULSET})
        await params.start_phase(api, "dumpToObjectStore", {})
        params.end_phase("dumpToObjectStore", {"s3path": "/x"})
        assert render_artifacts(_action("backup")["outputArtifacts"], params) == {
            "mysqlCloudDump": {"keyValue": {"s3path": "/x"}}
        }

    with_api(scenario)


def test_own_blueprint_renders(with_api: Run) -> None:
    artifacts = {"mysqlCloudDump": {"keyValue": {"s3path": "/mysql-backups/x.gz"}}}
    targets = {
        "backup": STATEFULSET,
        "restore": STATEFULSET,
        "delete": {"kind": "namespace", "name": "app", "namespace": "app"},
    }
    for name, target in targets.items():

        async def scenario(api: Any, name: str = name, target: Any = target) -> Any:
            return await _rendered(api, name, target, OWN_BLUEPRINT, artifacts=artifacts)

        args = with_api(scenario)
        assert args["namespace"] == "app"
        assert f"\n{PROFILE_JSON}\n" in args["command"][-1]
        assert "{{" not in args["command"][-1]


def test_profile_json_is_json() -> None:
    assert json.loads(PROFILE_JSON)["Credential"]["KeyPair"]["Secret"] == "S<K>&"
