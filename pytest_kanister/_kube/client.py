"""`KubeClient`: what the harness does with a cluster, in blocking calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pytest_kanister._base.polling import Deadline
from pytest_kanister._kube.carrying import reach_through
from pytest_kanister._kube.connection import Connection
from pytest_kanister._kube.execution import ExecResult, run_in_container
from pytest_kanister._kube.reaching import Address, reach_directly
from pytest_kanister._kube.streams import checked, counted
from pytest_kanister._kube.watching import wait_gone, watch_one
from pytest_kanister._model.resources import EVENTS, PODS, Resource, gvk_resource
from pytest_kanister.errors import AlreadyExists, EnvironmentProblem, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pytest_kanister._kube.guard import Guard
    from pytest_kanister._model.api import Object, PatchType
    from pytest_kanister._model.capabilities import Capabilities

__all__ = ["KubeClient"]

T = TypeVar("T")

_CONTENT_TYPES: dict[PatchType, str] = {
    "json": "application/json-patch+json",
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}

_PAGE = "500"
"""Objects a list answer may hold, as kubectl asks."""


class KubeClient:
    """One cluster.  Every method raises `errors.ApiError` for what the API refuses.

    Every method raises `EnvironmentProblem` when the API server does not answer.  Safe in
    threads; nothing is connected before the first call.

    Args:
        kubeconfig: file that names server, authority and credentials.
        capabilities: what the backend can do; decides how `reach` works.
        context: kubeconfig context; empty: the file's current one.
        guard: what we may touch on a cluster that others use; it raises `UsageProblem`.
        patience_s: how long a server that does not answer is asked again.
    """

    def __init__(
        self,
        kubeconfig: Path,
        capabilities: Capabilities,
        context: str = "",
        *,
        guard: Guard | None = None,
        patience_s: float = 0.0,
    ) -> None:
        self.kubeconfig = kubeconfig
        self.capabilities = capabilities
        self._guard = guard
        # A cluster of ours takes its folder along, our certificate files in it included.
        ours = capabilities.backend == "embedded"
        scratch = kubeconfig.absolute().parent / "client" if ours else None
        self._connection = Connection(kubeconfig, context, scratch, patience_s=patience_s)

    def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        return _object(self._connection.request("GET", resource.path(namespace, name)))

    def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Object]:
        """Objects in name order; `namespace` None means all."""
        query = {"limit": _PAGE}
        if label_selector:
            query["labelSelector"] = label_selector
        if field_selector:
            query["fieldSelector"] = field_selector
        items: list[Object] = []
        while True:
            page = self._connection.request("GET", resource.path(namespace), query=query)
            items += page.get("items") or ()
            token = page["metadata"].get("continue")
            if not token:
                break
            query["continue"] = token
        for item in items:  # a list's items carry neither
            item.setdefault("apiVersion", resource.api_version)
            item.setdefault("kind", resource.kind)
        return sorted(items, key=_order)

    def create(self, obj: Mapping[str, Any], namespace: str | None = None) -> Object:
        """Creates a manifest (apiVersion and kind decide where); `AlreadyExists`, `Invalid`."""
        resource = self._resource(obj)
        home = _namespace(resource, obj, namespace)
        path = resource.path(home)
        if self._guard is None:
            return _object(self._connection.request("POST", path, body=dict(obj)))
        return self._create_guarded(self._guard, resource, obj, home or "", path)

    def update(self, obj: Mapping[str, Any]) -> Object:
        """Replaces the object."""
        resource = self._resource(obj)
        self._require_ours("updating", resource, obj["metadata"]["name"], obj["metadata"])
        path = resource.path(_namespace(resource, obj, None), obj["metadata"]["name"])
        return _object(self._connection.request("PUT", path, body=dict(obj)))

    def patch(
        self,
        resource: Resource,
        name: str,
        patch: Mapping[str, Any] | Sequence[Any],
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
    ) -> Object:
        """Changes a part of the object."""
        self._require_ours("changing", resource, name, {"namespace": namespace})
        query = {"fieldManager": "pytest-kanister", "force": "true"}
        return _object(
            self._connection.request(
                "PATCH",
                resource.path(namespace, name),
                query=query if patch_type == "apply" else None,
                body=patch,
                content_type=_CONTENT_TYPES[patch_type],
            )
        )

    def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        wait_s: float | None = None,
        grace_period_s: int | None = None,
    ) -> None:
        """Deletes; no error when it is gone already.  `wait_s`: until it is no longer visible.

        Raises `EnvironmentProblem` when it is still visible after `wait_s`.
        """
        options: Object = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
        }
        if grace_period_s is not None:
            options["gracePeriodSeconds"] = grace_period_s
        try:
            found = self._require_ours("deleting", resource, name, {"namespace": namespace})
            if found is not None:
                options["preconditions"] = {"uid": found["metadata"]["uid"]}
            answer = self._connection.request(
                "DELETE", resource.path(namespace, name), body=options, repeatable=True
            )
        except NotFound:
            return
        if wait_s is None:
            return
        # The answer is the object that is going, or a Status that names the one that went.
        uid = answer.get("metadata", {}).get("uid") or answer.get("details", {}).get("uid", "")
        gone = wait_gone(self._connection, resource, name, namespace, uid, Deadline(wait_s))
        if not gone:
            place = f"{namespace}/{name}" if namespace else name
            raise EnvironmentProblem(
                f"{resource.kind} {place} is still there {wait_s:.0f} s after its deletion",
                remedies=["see what holds it: its finalizers, and what it contains"],
            )

    def wait_for(
        self,
        resource: Resource,
        name: str,
        namespace: str | None,
        look: Callable[[Object | None], T | None],
        *,
        timeout_s: float,
    ) -> T | None:
        """Watches one object until `look` returns something other than None.

        `look` gets the object, or None while it does not exist; first at once, then at each
        change.  It may raise.  Returns None on time-out.
        """
        return watch_one(self._connection, resource, name, namespace, look, Deadline(timeout_s))

    def events(self, namespace: str, kind: str, name: str) -> Sequence[Object]:
        """Events about one object, oldest first."""
        chosen = f"involvedObject.kind={kind},involvedObject.name={name}"
        return sorted(self.list(EVENTS, namespace, field_selector=chosen), key=_event_order)

    def logs(
        self, namespace: str, pod: str, *, container: str = "", tail_lines: int | None = None
    ) -> str:
        """A container's output so far."""
        query = {}
        if container:
            query["container"] = container
        if tail_lines is not None:
            query["tailLines"] = str(tail_lines)
        return self._connection.text(PODS.path(namespace, pod, "log"), query)

    def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: bytes = b"",
        timeout_s: float = 60.0,
    ) -> ExecResult:
        """Runs a command in a container to its end."""
        self._require_open(namespace, f"running a command in pod {namespace}/{pod}")
        return run_in_container(
            self._connection, namespace, pod, container, command, stdin, timeout_s
        )

    def exec_whole(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: bytes = b"",
        timeout_s: float = 60.0,
    ) -> ExecResult:
        """As `exec`, with an output that is known to be whole; needs `sh` and `dd` there.

        Raises `Unverified` when the count or the end of the output is missing or wrong.
        """
        argv, word = counted(command)
        done = self.exec(
            namespace, pod, argv, container=container, stdin=stdin, timeout_s=timeout_s
        )
        return ExecResult(*checked(done, word))

    def reach(
        self, namespace: str, service: str, port: int, *, timeout_s: float = 60.0
    ) -> AbstractContextManager[Address]:
        """An address for a Service's port, once it has a ready endpoint.

        `direct`: the address in the Endpoints object; else a port of ours, carried by the API.
        Raises `EnvironmentProblem` on time-out, `Unverified` when a carried connection broke and
        something went wrong for it.
        """
        way = self.capabilities.reach
        if way == "direct":
            return reach_directly(self._connection, namespace, service, port, timeout_s)
        self._require_open(namespace, f"reaching Service {namespace}/{service}")
        return reach_through(self._connection, way, namespace, service, port, timeout_s)

    def allowed(
        self,
        verb: str,
        group: str,
        resource: str,
        namespace: str = "",
        *,
        subresource: str = "",
        name: str = "",
    ) -> bool:
        """Whether we may, as the API server's authorizer says; `namespace` empty: everywhere."""
        attributes = {
            "verb": verb,
            "group": group,
            "resource": resource,
            "subresource": subresource,
            "namespace": namespace,
            "name": name,
        }
        review = self._connection.request(
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            body={
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {k: v for k, v in attributes.items() if v}},
            },
            repeatable=True,
        )
        return bool(review.get("status", {}).get("allowed"))

    def server_version(self) -> str:
        """Kubernetes' release as the API server says it: `v1.34.1`."""
        return str(self._connection.request("GET", "/version")["gitVersion"])

    def close(self) -> None:
        """Closes pooled connections; a later call opens new ones."""
        self._connection.close()

    def _create_guarded(
        self, guard: Guard, resource: Resource, obj: Mapping[str, Any], home: str, path: str
    ) -> Object:
        made = guard.marked(obj)
        name = made["metadata"]["name"]
        place = f"{home}/{name}" if home else name
        guard.require_makeable(resource, self.get, place, home)
        try:
            return _object(self._connection.request("POST", path, body=made, repeatable=True))
        except AlreadyExists:
            found = self.get(resource, name, home or None)
            if guard.is_answer_to(made, found):
                return found
            if resource.namespaced:
                guard.require_ours(resource, found, self.get, "joining")
            raise

    def _require_ours(
        self, verb: str, resource: Resource, name: str, where: Mapping[str, Any]
    ) -> Object | None:
        """The object as it is, if there are rules and it is ours to touch."""
        if self._guard is None:
            return None
        found = self.get(resource, name, where.get("namespace"))
        self._guard.require_ours(resource, found, self.get, verb)
        return found

    def _require_open(self, namespace: str, what: str) -> None:
        if self._guard is not None:
            self._guard.require_open(namespace, self.get, what)

    def _resource(self, obj: Mapping[str, Any]) -> Resource:
        api_version, kind = str(obj.get("apiVersion", "")), str(obj.get("kind", ""))
        return gvk_resource(api_version, kind) or self._discover(api_version, kind)

    def _discover(self, api_version: str, kind: str) -> Resource:
        group, _, version = api_version.rpartition("/")
        path = f"/apis/{api_version}" if group else f"/api/{version}"
        try:
            served = self._connection.request("GET", path).get("resources") or ()
        except NotFound:
            served = ()
        for entry in served:
            if entry["kind"] == kind and "/" not in entry["name"]:
                return Resource(group, version, entry["name"], kind, entry["namespaced"])
        raise NotFound(404, "NotFound", f'no matches for kind "{kind}" in version "{api_version}"')


def _object(answer: Any) -> Object:
    result: Object = answer
    return result


def _namespace(resource: Resource, obj: Mapping[str, Any], namespace: str | None) -> str | None:
    if not resource.namespaced:
        return None
    # kubectl's rule: the argument, then the manifest, then `default`.
    return namespace or obj["metadata"].get("namespace") or "default"


def _order(obj: Object) -> tuple[str, str]:
    metadata = obj["metadata"]
    return metadata.get("name", ""), metadata.get("namespace", "")


def _event_order(event: Object) -> tuple[str, int]:
    when = event.get("lastTimestamp") or event.get("eventTime")
    metadata = event["metadata"]
    version = metadata.get("resourceVersion", "")
    moment = when or metadata.get("creationTimestamp", "")
    return moment, int(version) if version.isdigit() else 0
