"""Which kinds are served: the built-in ones and those that CRDs add while running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._cluster.registry.problems import no_such_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._cluster.registry.strategy import Strategy
    from pytest_kanister._model.api import Object
    from pytest_kanister._model.resources import Resource

__all__ = ["READ_ONLY", "Kind", "Kinds"]

_VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
READ_ONLY = ("get", "list", "watch")


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind in one version.

    Attributes:
        resource: its place in the API.
        strategy: its rules.
        short_names: what kubectl users type (`po`).
        categories: `all` makes it part of `kubectl get all`.
        subresources: `status`, `scale`, and the streams of pods.
        storage: where its objects live; versions and views of one kind share it.
        serve: stored object → this version's form; None when stored so.
        store: the reverse.
        custom: whether a CRD defines it.
    """

    resource: Resource
    strategy: Strategy
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: frozenset[str] = frozenset()
    verbs: tuple[str, ...] = _VERBS
    storage: str = ""
    serve: Callable[[Object], Object] | None = None
    store: Callable[[Object], Object] | None = None
    singular_name: str = ""
    list_name: str = ""
    custom: bool = False

    @property
    def singular(self) -> str:
        """`pod`."""
        return self.singular_name or self.resource.kind.lower()

    @property
    def list_kind(self) -> str:
        """`PodList`."""
        return self.list_name or f"{self.resource.kind}List"

    @property
    def storage_key(self) -> str:
        """`pods`, `statefulsets.apps`."""
        return self.storage or self.resource.qualified


class Kinds:
    """All kinds by group, version and plural.

    Attributes:
        revision: grows with every change, so that discovery documents can be cached.
    """

    def __init__(self, builtin: tuple[Kind, ...]) -> None:
        self.revision = 0
        self._by_path: dict[tuple[str, str, str], Kind] = {}
        for kind in builtin:
            self.add(kind)

    def add(self, kind: Kind) -> None:
        """Serves a kind; one that is there is replaced."""
        resource = kind.resource
        self._by_path[resource.group, resource.version, resource.plural] = kind
        self.revision += 1

    def remove(self, group: str, plural: str) -> None:
        """Serves no version of a kind any longer."""
        for path in [path for path in self._by_path if (path[0], path[2]) == (group, plural)]:
            del self._by_path[path]
        self.revision += 1

    def find(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind under a path, or None."""
        return self._by_path.get((group, version, plural))

    def of(self, resource: Resource) -> Kind:
        """The kind of a `Resource`; `NotFound` when it is not served."""
        kind = self._by_path.get((resource.group, resource.version, resource.plural))
        if kind is None:
            raise no_such_path(resource.path())
        return kind

    def all(self) -> list[Kind]:
        """Every kind, in order of being added."""
        return list(self._by_path.values())
