"""What templates see, and the words in which they fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.params import (
    NullArgument,
    ParamsError,
    RenderError,
    TemplateParams,
    build,
    locate_template_error,
    render_args,
    render_text,
)
from pytest_kanister._model.resources import (
    CONFIGMAPS,
    DEPLOYMENTS,
    PODS,
    PROFILES,
    REPLICASETS,
    SECRETS,
    STATEFULSETS,
)

Run = Callable[..., Any]


def _params(**plain: Any) -> TemplateParams:
    return TemplateParams({"Time": "2026-08-21T22:01:00.123456789Z", **plain})


PHASE = {
    "Secrets": {"s": {"Data": {"pw": b"ab"}}},
    "ConfigMaps": {},
    "Output": {"n": {"$go": "int", "value": 3}},
}


@pytest.mark.parametrize(
    ("template", "plain", "expected"),
    [
        ('{{ index .Options "x" }}', {}, ""),
        (
            '{{ index .Object.metadata.labels "a/b" }}',
            {"Object": {"metadata": {"labels": {}}}},
            "<no value>",
        ),
        ("{{ .Phases.p.Secrets.s.Data.pw }}", {"Phases": {"p": PHASE}}, "[97 98]"),
        ('{{ index .Phases.p.Secrets.s.Data "pw" | toString }}', {"Phases": {"p": PHASE}}, "ab"),
        ("{{ toJson .Profile }}", {}, "null"),
        ("{{ .Time }}", {}, "2026-08-21T22:01:00.123456789Z"),
        ("{{ if eq .Phases.p.Output.n 3 }}int{{ end }}", {"Phases": {"p": PHASE}}, "int"),
        ("no action", {}, "no action"),
    ],
)
def test_quick_table(template: str, plain: dict[str, Any], expected: str) -> None:
    assert render_text(template, _params(**plain)) == expected


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ .Options.x }}", 'Failed to render template: "x" not found'),
        ("{{ .Phases.later.Output.k }}", 'Failed to render template: "later" not found'),
        (
            "{{ .StatefulSet.Name }}",
            'template: config:1:15: executing "config" at <.StatefulSet.Name>: '
            "nil pointer evaluating *param.StatefulSetParams.Name",
        ),
        (
            "{{ .Foo }}",
            'template: config:1:3: executing "config" at <.Foo>: '
            "can't evaluate field Foo in type param.TemplateParams",
        ),
        ("{{ fromJson .Time }}", 'template: config:1: function "fromJson" not defined'),
    ],
)
def test_error_texts(template: str, message: str) -> None:
    with pytest.raises(RenderError) as caught:
        render_args({"command": ["x", template]}, _params())
    assert str(caught.value) == message
    assert caught.value.path == ("command", 1)
    assert "config:1" in caught.value.go_text


def test_keys_and_scalars() -> None:
    args = {"{{ .Time | trunc 4 }}": [1, True, 2.5, "{{ 3 }}"]}
    assert render_args(args, _params()) == {"2026": [1, True, 2.5, "3"]}


def test_null_crashes() -> None:
    with pytest.raises(NullArgument, match=r"null at podOverride\.nodeName"):
        render_args({"podOverride": {"nodeName": None}}, _params())


async def _statefulset(api: Any) -> None:
    labels = {"app": "db"}
    container = {
        "name": "main",
        "image": "db",
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "shared", "mountPath": "/shared"},
        ],
    }
    volume = {"name": "shared", "persistentVolumeClaim": {"claimName": "common"}}
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    workload = await api.create(
        STATEFULSETS,
        {
            "metadata": {"name": "db"},
            "spec": {
                "serviceName": "db",
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [container], "volumes": [volume]},
                },
                "volumeClaimTemplates": [claim],
            },
        },
        "app",
    )
    for name, phase, owned in (
        ("db-0", "Running", True),
        ("db-1", "Pending", True),
        ("db-x", "Running", False),
    ):
        await _pod(api, name, phase, workload if owned else None)


async def _pod(api: Any, name: str, phase: str, owner: Any) -> None:
    metadata: dict[str, Any] = {"name": name}
    if owner is not None:
        metadata["ownerReferences"] = [
            {
                "apiVersion": "apps/v1",
                "kind": owner.get("kind", "StatefulSet"),
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
            }
        ]
    pod = await api.create(
        PODS,
        {"metadata": metadata, "spec": {"containers": [{"name": "main", "image": "db"}]}},
        "app",
    )
    pod["status"] = {
        "phase": phase,
        "containerStatuses": [
            {"name": "main", "image": "db", "imageID": "", "ready": True, "restartCount": 0}
        ],
    }
    await api.update(PODS, pod, subresource="status")


def test_statefulset(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        await _statefulset(api)
        target = {"kind": "StatefulSet", "name": "db", "namespace": "app"}
        params = await build(api, {"object": target})
        text = "{{ toJson .StatefulSet }}|{{ .Object.kind }}|{{ .Object.spec.replicas }}"
        workload, kind, replicas = render_text(text, params).split("|")
        assert json.loads(workload) == {
            "Name": "db",
            "Namespace": "app",
            "Pods": ["db-0"],
            "Containers": [["main"]],
            "PersistentVolumeClaims": {"db-0": {"data-db-0": "/data", "common-db-0": "/shared"}},
        }
        assert (kind, replicas) == ("StatefulSet", "1")

    with_api(scenario)


def test_deployment_reads_pods_of_its_current_replicaset(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        labels = {"app": "web"}
        template = {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "main", "image": "web"}]},
        }
        revision = {"deployment.kubernetes.io/revision": "2"}
        spec = {"selector": {"matchLabels": labels}, "template": template}
        deployment = await api.create(
            DEPLOYMENTS, {"metadata": {"name": "web", "annotations": revision}, "spec": spec}, "app"
        )
        target = {"kind": "deployment", "name": "web", "namespace": "app"}
        with pytest.raises(ParamsError, match=r"^Could not find a ReplicaSet for Deployment"):
            await build(api, {"object": target})
        for number in ("1", "2"):
            owner = {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": "web",
                "uid": deployment["metadata"]["uid"],
            }
            replicaset = await api.create(
                REPLICASETS,
                {
                    "metadata": {
                        "name": f"web-{number}",
                        "annotations": {"deployment.kubernetes.io/revision": number},
                        "ownerReferences": [owner],
                        "labels": labels,
                    },
                    "spec": spec,
                },
                "app",
            )
            await _pod(api, f"web-{number}-pod", "Running", {**replicaset, "kind": "ReplicaSet"})
        params = await build(api, {"object": target})
        assert render_text("{{ .Deployment.Pods }}", params) == "[web-2-pod]"

    with_api(scenario)


def test_namespace_takes_its_name_from_the_namespace_field(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        target = {"kind": "namespace", "name": "app", "namespace": ""}
        params = await build(api, {"object": target})
        text = "<{{ .Namespace.Name }}> {{ .Object.metadata.name }}"
        assert render_text(text, params) == "<> app"

    with_api(scenario)


def test_raw_object_of_any_kind(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        await api.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"k": "v"}}, "app")
        target = {
            "apiVersion": "v1",
            "resource": "secrets",
            "kind": "",
            "name": "s",
            "namespace": "app",
        }
        params = await build(api, {"object": target})
        assert render_text("{{ .Object.data.k }}", params) == base64.b64encode(b"v").decode()
        gone = {**target, "name": "gone"}
        with pytest.raises(ParamsError) as caught:
            await build(api, {"object": gone})
        assert str(caught.value) == (
            "could not fetch object name: gone, namespace: app, group: , version: v1, "
            'resource: secrets: secrets "gone" not found'
        )

    with_api(scenario)


def test_references_of_the_action(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        await api.create(SECRETS, {"metadata": {"name": "s"}, "stringData": {"k": "v"}}, "app")
        await api.create(CONFIGMAPS, {"metadata": {"name": "c"}, "data": {"b": "bucket"}}, "app")
        action = {
            "object": {"kind": "namespace", "name": "app", "namespace": "app"},
            "secrets": {"one": {"name": "s", "namespace": "app"}},
            "configMaps": {"two": {"name": "c", "namespace": "app"}},
        }
        params = await build(api, action)
        secret = "{{ .Secrets.one.Data.k | toString }} {{ .Secrets.one.Name }}"
        text = secret + " {{ .ConfigMaps.two.Data.b }}"
        assert render_text(text, params) == "v s bucket"
        action["secrets"] = {"one": {"name": "s", "namespace": ""}}
        with pytest.raises(ParamsError, match="the server could not find the requested resource"):
            await build(api, action)

    with_api(scenario)


def test_typed_secret_in_profile_json(with_api: Run) -> None:
    async def scenario(api: Any) -> None:
        await api.create(
            SECRETS,
            {
                "metadata": {"name": "s3"},
                "type": "secrets.kanister.io/aws",
                "stringData": {"aws_access_key_id": "id", "aws_secret_access_key": "key"},
            },
            "app",
        )
        await api.create(
            PROFILES,
            {
                "apiVersion": "cr.kanister.io/v1alpha1",
                "kind": "Profile",
                "metadata": {"name": "p"},
                "location": {"type": "s3Compliant", "bucket": "b"},
                "credential": {"type": "secret", "secret": {"name": "s3", "namespace": "app"}},
            },
            "app",
        )
        action = {
            "object": {"kind": "namespace", "name": "app", "namespace": "app"},
            "profile": {"name": "p", "namespace": "app"},
        }
        text = render_text("{{ toJson .Profile }}", await build(api, action))
        credential = json.loads(text)["Credential"]
        assert list(credential) == ["Type", "KeyPair", "Secret", "KopiaServerSecret"]
        assert next(iter(credential["Secret"])) == "metadata"
        assert credential["Secret"]["metadata"]["name"] == "s3"
        assert credential["Secret"]["metadata"]["creationTimestamp"].endswith("Z")
        assert credential["Secret"]["data"] == {
            "aws_access_key_id": "aWQ=",
            "aws_secret_access_key": "a2V5",
        }
        assert credential["Secret"]["type"] == "secrets.kanister.io/aws"
        assert not {"kind", "apiVersion"} & credential["Secret"].keys()

    with_api(scenario)


ARGS = {
    "image": "i",
    "command": [
        "bash",
        "-c",
        'a\n  b="{{ index .Object.metadata.labels "x" }}"\n'
        "c {{ .Phases.p.Output.k }}\n{{ .Deployment.Name }}",
        "{{ nope .x }}",
    ],
}


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ('null: Failed to render template: "k" not found', (("command", 2), 3, 22)),
        (
            'null: template: config:4:14: executing "config" at <.Deployment.Name>: '
            "nil pointer evaluating *param.DeploymentParams.Name",
            (("command", 2), 4, 15),
        ),
        ('null: template: config:1: function "nope" not defined', (("command", 3), 1, 1)),
        ('Failed to render template: "absent" not found', None),
        ("pods are out", None),
    ],
)
def test_locating(message: str, place: Any) -> None:
    assert locate_template_error(ARGS, message) == place
