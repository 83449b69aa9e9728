"""`Workload`: what a database must offer to be taken through the circle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.settings import Settings

__all__ = ["Workload"]


class Workload(Protocol):
    """One deployed database.  Not thread-safe; every call blocks until its effect is there.

    The constructor is `(kube, settings, *, name, namespace, options)` where `options` is the
    scenario's `workload` mapping without kind, name and namespace; it touches nothing yet and
    raises `UsageProblem` for an option it does not know.

    A class may also have `take_credentials(source)`, called before `deploy` where a backup of
    `source` will be restored into this one: a backup may bring its server's accounts, so whoever
    recovers from a disaster gives the new server the old one's Secret.

    A class may also have `needs_own_bucket: ClassVar[bool]`: its backups go to a bucket of their
    own, not below a prefix of the run's, as some of Kanister's functions know no prefix.
    """

    kind: ClassVar[str]
    """Word in a scenario's `workload.kind`."""

    name: str
    namespace: str

    def __init__(
        self,
        kube: KubeClient,
        settings: Settings,
        *,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
    ) -> None: ...

    @property
    def not_covered(self) -> tuple[str, ...]:
        """What a snapshot does not look at; one phrase each, printed with the result.

        Usually a class attribute.
        """
        ...

    def deploy(self) -> None:
        """Creates the manifests (labels, Service and Secret keys that public Blueprints read).

        Returns as soon as the API has them; `wait_ready` waits.  The namespace exists.
        """
        ...

    def wait_ready(self) -> None:
        """Until the database answers a query as its administrator.

        Raises `EnvironmentProblem` early when its pod cannot start (unknown image …).
        """
        ...

    def remove(self) -> None:
        """Deletes what `deploy` made, volumes included; a second call does nothing."""
        ...

    @property
    def target(self) -> Target:
        """The ActionSet's object."""
        ...

    @property
    def secrets(self) -> Mapping[str, Target]:
        """Secrets that Blueprints of this kind expect in the ActionSet, by reference name."""
        ...

    def datasets(self) -> Sequence[str]:
        """Names that `seed` knows."""
        ...

    def seed(self, dataset: str | Path) -> int:
        """Loads a named dataset, or a file of statements; returns the number of rows."""
        ...

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs statements as administrator; rows of the last one that has any."""
        ...

    def damage(self, **how: Any) -> str:
        """Destroys data as told (`drop="db"` …); returns what was done, in words.

        Raises `UsageProblem` for a damage it does not know.
        """
        ...

    def snapshot(self) -> Snapshot:
        """Everything that must come back, taken inside one consistent transaction."""
        ...

    def version(self) -> str:
        """What really runs: `MySQL 9.7.4 (for mysql:8.0)`."""
        ...
