"""`LocalApi`: the API for those who live in the cluster's own process."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.api.options import DeleteOptions, ListOptions, WriteOptions
from pytest_kanister._cluster.api.verbs import Verbs
from pytest_kanister._cluster.api.watching import watch_changes
from pytest_kanister._cluster.registry import problems
from pytest_kanister._cluster.registry.objects import copy_json, meta
from pytest_kanister._model.api import WatchEvent
from pytest_kanister._model.resources import PODS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from pytest_kanister._cluster.contracts import Admit, PodHost
    from pytest_kanister._cluster.registry.kinds import Kind
    from pytest_kanister._cluster.registry.store import Store
    from pytest_kanister._model.api import Object, PatchType
    from pytest_kanister._model.resources import Resource

__all__ = ["LocalApi", "container_of"]


class LocalApi:
    """`_model.api.Api` in-process: same rules as over HTTP, as both use `Verbs`.

    Args:
        store: the cluster's state.
        pod_host: gives the kubelet when logs or exec need it; a function, as the kubelet itself
            is made with this API.
        admit: what stands for the admission webhooks: looks at each object that is created or
            replaced, and raises what the API answers when it is refused.
    """

    def __init__(
        self, store: Store, pod_host: Callable[[], PodHost], admit: Admit | None = None
    ) -> None:
        self.store = store
        self.pod_host = pod_host
        self.verbs = Verbs(store, admit)

    def _kind(self, resource: Resource, subresource: str = "") -> Kind:
        kind = self.store.kinds.of(resource)
        if subresource and subresource not in kind.subresources:
            raise problems.no_such_path(resource.path("", "{name}", subresource))
        return kind

    @staticmethod
    def _home(resource: Resource, namespace: str | None) -> str:
        if not resource.namespaced:
            return ""
        if not namespace:
            raise problems.bad_request(
                f"an empty namespace may not be set for {resource.plural}: name one"
            )
        return namespace

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Object:
        """The object, or `NotFound`."""
        found = self.verbs.get(self._kind(resource), self._home(resource, namespace), name)
        return _private(found)

    async def list(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> Object:
        """The List object; items of built-in kinds bear no kind, as over HTTP."""
        kind = self._kind(resource)
        options = ListOptions(label_selector, field_selector)
        found = self.verbs.list(kind, namespace if resource.namespaced else None, options)
        return _private(found)

    async def create(self, resource: Resource, obj: Object, namespace: str | None = None) -> Object:
        """Creates; the namespace may stand in the object alone."""
        kind = self._kind(resource)
        home = self._home(resource, namespace or (obj.get("metadata") or {}).get("namespace"))
        return _private(self.verbs.create(kind, home, copy_json(obj)))

    async def update(self, resource: Resource, obj: Object, *, subresource: str = "") -> Object:
        """Replaces what the object's own metadata name."""
        kind = self._kind(resource, subresource)
        obj = copy_json(obj)
        metadata = meta(obj)
        home = self._home(resource, metadata.get("namespace"))
        name = str(metadata.get("name") or "")
        return _private(self.verbs.update(kind, home, name, obj, subresource))

    async def patch(
        self,
        resource: Resource,
        name: str,
        patch: Mapping[str, Any] | Sequence[Any],
        namespace: str | None = None,
        *,
        patch_type: PatchType = "merge",
        subresource: str = "",
    ) -> Object:
        """Changes a part; an apply's manager is `pytest-kanister` and wins conflicts."""
        kind = self._kind(resource, subresource)
        options = WriteOptions(field_manager="pytest-kanister", force=True)
        home = self._home(resource, namespace)
        body = copy_json(patch)
        found, _ = self.verbs.patch(kind, home, name, body, patch_type, subresource, options)
        return _private(found)

    async def delete(
        self,
        resource: Resource,
        name: str,
        namespace: str | None = None,
        *,
        grace_period_s: int | None = None,
        propagation: str = "",
        uid: str = "",
    ) -> Object:
        """Asks for deletion; the answer is the object's last state."""
        kind = self._kind(resource)
        options = DeleteOptions(grace_period_s, propagation, uid)
        found, _ = self.verbs.delete(kind, self._home(resource, namespace), name, options)
        return _private(found)

    async def watch(
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        resource_version: str = "",
        label_selector: str = "",
        field_selector: str = "",
    ) -> AsyncIterator[WatchEvent]:
        """Changes for ever; each event's object is the receiver's own."""
        kind = self._kind(resource)
        changes = watch_changes(
            self.store,
            kind,
            namespace if resource.namespaced else None,
            resource_version=resource_version,
            label_selector=label_selector,
            field_selector=field_selector,
        )
        async with aclosing(changes) as stream:  # type: ignore[type-var]  # an async generator
            async for change in stream:
                obj = kind.serve(change.object) if kind.serve else change.object
                yield WatchEvent(change.type, copy_json(obj))

    async def exec(
        self,
        namespace: str,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: AsyncIterator[bytes] | None = None,
        on_stdout: Callable[[bytes], None],
        on_stderr: Callable[[bytes], None],
    ) -> int:
        """Runs a command in a pod; `NotFound` for the pod, `BadRequest` for the container."""
        found = self.verbs.get(self._kind(PODS), namespace, pod)

        async def stdout(chunk: bytes) -> None:
            on_stdout(chunk)

        async def stderr(chunk: bytes) -> None:
            on_stderr(chunk)

        return await self.pod_host().exec(
            namespace,
            pod,
            container_of(found, container),
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
        )

    async def logs(
        self, namespace: str, pod: str, *, container: str = "", follow: bool = False
    ) -> AsyncIterator[bytes]:
        """A container's output."""
        found = self.verbs.get(self._kind(PODS), namespace, pod)
        name = container_of(found, container)
        async for chunk in self.pod_host().logs(namespace, pod, name, follow=follow):
            yield chunk


def _private(obj: Object) -> Object:
    copied: Object = copy_json(obj)
    return copied


def container_of(pod: Object, asked: str) -> str:
    """The container that is meant.

    Raises:
        BadRequest: it is not in the pod, or none was named and there are several.
    """
    name = pod["metadata"]["name"]
    spec = pod["spec"]
    here = [str(item["name"]) for item in spec.get("containers") or ()]
    all_names = here + [str(item["name"]) for item in spec.get("initContainers") or ()]
    if not asked:
        default = (pod["metadata"].get("annotations") or {}).get(
            "kubectl.kubernetes.io/default-container"
        )
        if default in here or len(here) == 1:
            return default if default in here else here[0]
        raise problems.bad_request(
            f"a container name must be specified for pod {name}, choose one of: [{' '.join(here)}]"
        )
    if asked not in all_names:
        raise problems.bad_request(f"container {asked} is not valid for pod {name}")
    return asked
