"""The Statuses that a real API server answers with, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cluster.standins import Cluster, deployment, pod, stateful_set, widget, widgets_crd

LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
HERE = "/api/v1/namespaces/here"
APPS = "/apis/apps/v1/namespaces/here"
WIDGETS = "/apis/example.org/v1/namespaces/here/widgets"


def changed(obj: Any, **parts: Any) -> Any:
    return {**obj, **parts}


def bad_pod(**spec: Any) -> Any:
    found = pod("x")
    found["spec"].update(spec)
    return found


def bad_container(**fields: Any) -> Any:
    found = pod("x")
    found["spec"]["containers"][0].update(fields)
    return found


def mismatched() -> Any:
    found = stateful_set("x")
    found["spec"]["selector"] = {"matchLabels": {"app": "y"}}
    return found


@pytest.fixture(scope="module")
def cluster(served: Cluster) -> Cluster:
    ns = {"metadata": {"name": "here"}}
    assert served.http("POST", "/api/v1/namespaces", ns).status == 201
    assert served.http("POST", f"{HERE}/configmaps", {"metadata": {"name": "cm"}}).status == 201
    assert served.http("POST", f"{APPS}/statefulsets", stateful_set("db")).status == 201
    frozen = {"metadata": {"name": "frozen"}, "immutable": True, "data": {"a": "1"}}
    assert served.http("POST", f"{HERE}/configmaps", frozen).status == 201
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert served.http("POST", path, widgets_crd()).status == 201
    assert served.http("POST", WIDGETS, widget("w")).status == 201
    return served


STALE = {"metadata": {"name": "cm", "resourceVersion": "1"}, "data": {"a": "b"}}
MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)

TABLE: list[tuple[str, str, Any, int, str, str]] = [
    # what does not exist
    ("GET", f"{HERE}/pods/x", None, 404, "NotFound", 'pods "x" not found'),
    ("GET", f"{APPS}/statefulsets/x", None, 404, "NotFound", 'statefulsets.apps "x" not found'),
    ("DELETE", f"{HERE}/secrets/x", None, 404, "NotFound", 'secrets "x" not found'),
    (
        "GET",
        "/apis/nope.io/v1/things",
        None,
        404,
        "NotFound",
        "the server could not find the requested resource (/apis/nope.io/v1/things)",
    ),
    (
        "GET",
        f"{HERE}/secrets/x/status",
        None,
        404,
        "NotFound",
        f"the server could not find the requested resource ({HERE}/secrets/x/status)",
    ),
    (
        "POST",
        "/api/v1/namespaces/gone/pods",
        pod("x"),
        404,
        "NotFound",
        'namespaces "gone" not found',
    ),
    # what exists already, or has changed
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": "here"}},
        409,
        "AlreadyExists",
        'namespaces "here" already exists',
    ),
    (
        "POST",
        f"{APPS}/statefulsets",
        stateful_set("db"),
        409,
        "AlreadyExists",
        'statefulsets.apps "db" already exists',
    ),
    (
        "PUT",
        f"{HERE}/configmaps/cm",
        STALE,
        409,
        "Conflict",
        f'Operation cannot be fulfilled on configmaps "cm": {MODIFIED}',
    ),
    (
        "PUT",
        f"{WIDGETS}/w",
        widget("w", size=4),
        422,
        "Invalid",
        'Widget.example.org "w" is invalid: metadata.resourceVersion: Invalid value: 0: must be '
        "specified for an update",
    ),
    # names
    (
        "POST",
        "/api/v1/namespaces",
        {"metadata": {"name": "Not_Good"}},
        422,
        "Invalid",
        f'Namespace "Not_Good" is invalid: metadata.name: Invalid value: "Not_Good": {LABEL_RULE}',
    ),
    (
        "POST",
        f"{HERE}/configmaps",
        {"metadata": {}},
        422,
        "Invalid",
        'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ),
    (
        "PUT",
        f"{HERE}/configmaps/cm",
        {"metadata": {"name": "other"}},
        400,
        "BadRequest",
        "the name of the object (other) does not match the name on the URL (cm)",
    ),
    (
        "POST",
        f"{HERE}/configmaps",
        {"metadata": {"name": "x", "namespace": "there"}},
        400,
        "BadRequest",
        "the namespace of the provided object (there) does not match the namespace sent on the "
        "request (here)",
    ),
    # bodies
    (
        "POST",
        f"{HERE}/pods",
        {"kind": "Secret", "metadata": {"name": "x"}},
        400,
        "BadRequest",
        "the kind in the data (Secret) does not match the expected kind (Pod)",
    ),
    (
        "POST",
        f"{HERE}/pods",
        bad_pod(containers="one"),
        400,
        "BadRequest",
        'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go '
        "struct field Pod.spec.containers of type []Container",
    ),
    (
        "POST",
        f"{HERE}/pods?fieldValidation=Strict",
        bad_pod(nope=1),
        400,
        "BadRequest",
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field '
        '"spec.nope"',
    ),
    (
        "POST",
        f"{HERE}/secrets",
        {"metadata": {"name": "x"}, "data": {"a": "not base64!"}},
        400,
        "BadRequest",
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data (data.a)',
    ),
    # rules
    (
        "POST",
        f"{HERE}/pods",
        bad_pod(containers=[]),
        422,
        "Invalid",
        'Pod "x" is invalid: spec.containers: Required value',
    ),
    (
        "POST",
        f"{HERE}/pods",
        bad_container(image=""),
        422,
        "Invalid",
        'Pod "x" is invalid: spec.containers[0].image: Required value',
    ),
    (
        "POST",
        f"{HERE}/pods",
        bad_pod(restartPolicy="Bogus"),
        422,
        "Invalid",
        'Pod "x" is invalid: spec.restartPolicy: Unsupported value: "Bogus": supported values: '
        '"Always", "Never", "OnFailure"',
    ),
    (
        "POST",
        f"{HERE}/pods",
        bad_container(volumeMounts=[{"name": "v", "mountPath": "/v"}]),
        422,
        "Invalid",
        'Pod "x" is invalid: spec.containers[0].volumeMounts[0].name: Not found: "v"',
    ),
    (
        "POST",
        f"{APPS}/statefulsets",
        mismatched(),
        422,
        "Invalid",
        'StatefulSet.apps "x" is invalid: spec.template.metadata.labels: Invalid value: '
        '{"app":"x"}: `selector` does not match template `labels`',
    ),
    (
        "POST",
        f"{HERE}/services",
        {"metadata": {"name": "x"}, "spec": {}},
        422,
        "Invalid",
        'Service "x" is invalid: spec.ports: Required value',
    ),
    (
        "POST",
        f"{HERE}/persistentvolumeclaims",
        {"metadata": {"name": "x"}, "spec": {"accessModes": ["ReadWriteOnce"]}},
        422,
        "Invalid",
        'PersistentVolumeClaim "x" is invalid: spec.resources[storage]: Required value',
    ),
    (
        "PUT",
        f"{HERE}/configmaps/frozen",
        {"metadata": {"name": "frozen"}, "immutable": True, "data": {"a": "2"}},
        422,
        "Invalid",
        'ConfigMap "frozen" is invalid: data: Forbidden: field is immutable when `immutable` is '
        "set",
    ),
    (
        "POST",
        WIDGETS,
        widget("x", size="big"),
        422,
        "Invalid",
        'Widget.example.org "x" is invalid: spec.size: Invalid value: "string": spec.size in body '
        'must be of type integer: "string"',
    ),
    (
        "POST",
        WIDGETS,
        widget("x", size=0, mode="odd"),
        422,
        "Invalid",
        'Widget.example.org "x" is invalid: [spec.size: Invalid value: 0: spec.size in body '
        "should be greater than or equal to 1, spec.mode: Unsupported value: "
        '"odd": supported values: "fast", "safe"]',
    ),
    # selectors and parameters
    (
        "GET",
        f"{HERE}/pods?labelSelector=a%20in%20(",
        None,
        400,
        "BadRequest",
        "unable to parse requirement: found 'a in (', expected a requirement (in 'a in (')",
    ),
    (
        "GET",
        f"{HERE}/pods?fieldSelector=spec.nope%3D1",
        None,
        400,
        "BadRequest",
        '"spec.nope" is not a known field selector: field label not supported: spec.nope '
        "(kind Pod)",
    ),
    (
        "GET",
        f"{HERE}/pods?continue=rubbish",
        None,
        400,
        "BadRequest",
        "continue key is not valid: the token does not come from this server",
    ),
    # what must not be done
    (
        "DELETE",
        "/api/v1/namespaces/default",
        None,
        403,
        "Forbidden",
        'namespaces "default" is forbidden: this namespace may not be deleted',
    ),
    (
        "POST",
        "/api/v1/nodes",
        {"metadata": {"name": "x"}},
        405,
        "MethodNotAllowed",
        'create is not supported on resources of kind "nodes"',
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "code", "reason", "message"),
    TABLE,
    ids=[f"{row[0]}-{row[3]}-{number}" for number, row in enumerate(TABLE)],
)
def test_refusals(
    cluster: Cluster, method: str, path: str, body: Any, code: int, reason: str, message: str
) -> None:
    answer = cluster.http(method, path, body)
    status = answer.json
    assert (status["message"], status["reason"]) == (message, reason)
    assert (answer.status, status["code"], status["status"]) == (code, code, "Failure")


def test_streams_that_are_not_modelled_are_refused_by_name(cluster: Cluster) -> None:
    assert cluster.http("POST", f"{HERE}/pods", pod("p")).status == 201
    for door in ("attach", "portforward"):
        status = cluster.http("POST", f"{HERE}/pods/p/{door}").json
        assert status["code"] == 501
        assert f"pods/{door}" in status["message"]
    status = cluster.http("POST", f"{HERE}/pods/p/exec?command=true").json
    assert (status["code"], "SPDY" in status["message"]) == (501, True)


def test_a_body_in_an_unknown_format(cluster: Cluster) -> None:
    answer = cluster.http("POST", f"{HERE}/pods", b"<pod/>", content_type="text/xml")
    assert (answer.status, answer.json["reason"]) == (415, "UnsupportedMediaType")
    answer = cluster.http("PATCH", f"{WIDGETS}/w", {}, content_type="application/json")
    assert answer.status == 415
    strategic = "application/strategic-merge-patch+json"
    answer = cluster.http("PATCH", f"{WIDGETS}/w", {}, content_type=strategic)
    assert answer.status == 415
    answer = cluster.http("POST", f"{HERE}/pods", b"{", content_type="application/json")
    assert (answer.status, answer.json["reason"]) == (400, "BadRequest")


def test_unknown_fields_are_told_and_dropped(cluster: Cluster) -> None:
    body = changed(pod("loose"), nope=1)
    answer = cluster.http("POST", f"{HERE}/pods", body)
    assert answer.status == 201
    assert "nope" not in answer.json
    assert answer.headers["Warning"] == '299 - "unknown field \\"nope\\""'


def test_a_deployment_refuses_a_changed_selector(cluster: Cluster) -> None:
    path = f"{APPS}/deployments"
    assert cluster.http("POST", path, deployment("d")).status == 201
    body = deployment("d")
    body["spec"]["selector"] = {"matchLabels": {"app": "e"}}
    body["spec"]["template"]["metadata"]["labels"] = {"app": "e"}
    answer = cluster.http("PUT", f"{path}/d", body)
    assert answer.json["message"] == (
        'Deployment.apps "d" is invalid: spec.selector: Invalid value: '
        '{"matchLabels":{"app":"e"}}: field is immutable'
    )
