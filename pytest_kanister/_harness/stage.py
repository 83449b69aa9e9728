"""One workload's life: its namespace, its Profile, its part of the bucket, its ActionSets.

Long, as it is all that a `Stage` offers; the work itself lies in the modules beside it.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.stores.audit import Neighbours, claims, hit_beside, leaked
from pytest_kanister._data.stores.ledger import Ledger
from pytest_kanister._harness.actions import Actions
from pytest_kanister._harness.background import Later
from pytest_kanister._harness.blueprints import find_blueprint
from pytest_kanister._harness.evidence import first_pod, gather
from pytest_kanister._harness.namespaces import release_namespace
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.client import (
    create_actionset,
    create_profile,
    derive_actionset,
)
from pytest_kanister._kube.lookup import apply_manifest, find_object
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import SECRETS
from pytest_kanister._scenario.precision import second_precision
from pytest_kanister._scenario.stage import Backup
from pytest_kanister.errors import (
    ActionSetError,
    EnvironmentProblem,
    HarnessBug,
    RoundTripMismatch,
    UsageProblem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pytest_kanister._data.stores import Bucket
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness.session import Session
    from pytest_kanister._kube import ExecResult
    from pytest_kanister._model.api import Object
    from pytest_kanister._scenario.model import Inputs, WorkloadSpec
    from pytest_kanister._scenario.stage import Stage

__all__ = ["WorkloadStage"]


class WorkloadStage:
    """A `Stage` on a running session.

    Args:
        session: cluster and store.
        workload: deployed; it need not answer yet.
        beside: folder in which relative Blueprints are looked up first.
        existing: whether the workload was there before us.

    Attributes:
        opener: sets a further stage up, with a workload's credentials; whoever opened this one
            provides it.
        options: the workload's own; whoever set the stage up says them.
    """

    def __init__(
        self,
        session: Session,
        workload: Workload,
        beside: Path | None = None,
        *,
        existing: bool = False,
    ) -> None:
        self._session = session
        self._workload = workload
        self._existing = existing
        self._bucket: Bucket | None = None
        # A namespace's name is free again when it is gone; what its backups left is still there.
        unique = f"{workload.namespace}-{secrets.token_hex(3)}"
        # Kanister's restic functions know no prefix, so what they store needs a bucket of its own.
        needs_own = getattr(workload, "needs_own_bucket", False)
        self._own_bucket = unique[-63:].lstrip("-") if needs_own else ""
        below = [session.prefix] if session.prefix else []
        self._prefix = "" if needs_own else "/".join([*below, workload.namespace, unique[-6:]])
        self._profile = Later(self._make_profile, "profile")
        self._version = ""
        self._actions = Actions(session, workload.namespace, self._profile)
        self._backups: list[Backup] = []
        self._fresh: list[WorkloadStage] = []
        self.beside = beside
        self.opener: Callable[[WorkloadSpec, Workload], WorkloadStage] | None = None
        self.options: Mapping[str, Any] = {}

    @property
    def workload(self) -> Workload:
        """The database under test."""
        return self._workload

    @property
    def bucket(self) -> Bucket:
        """The objects below this stage's prefix, or in its own bucket."""
        if self._bucket is None:
            if self._own_bucket:
                self._bucket = self._session.ready_store.result().bucket(self._own_bucket)
            else:
                self._bucket = self._session.bucket.result().within(f"{self._prefix}/")
        return self._bucket

    @property
    def losses(self) -> tuple[str, ...]:
        """What this machine or cluster could not give."""
        return self._session.capabilities.losses

    def wait_ready(self) -> None:
        """Until database and store answer and the Profile is there."""
        self._workload.wait_ready()
        self._version = self._workload.version()
        self._profile.result()
        self._actions.look_at(self._workload)
        self._session.progress(f"database answers: {self._version}")

    def _make_profile(self) -> Target:
        """The Profile in the workload's namespace, as soon as there is a store to name."""
        session = self._session
        store = session.ready_store.result()
        return create_profile(
            session.kube.result(),
            namespace=self._workload.namespace,
            location=store.profile(self.bucket.name, self._prefix),
            access_key=store.access_key,
            secret_key=store.secret_key,
        )

    def backup(
        self,
        blueprint: str | Path,
        *,
        beside: Path | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> Backup:
        """Runs the Blueprint's action `backup` on the workload to its end.

        Args:
            blueprint: a file, looked up in `beside`, in the stage's folder, among the bundled.
            beside: a folder.
            inputs: options, podOverride, Secrets and ConfigMaps for the ActionSet.
            timeout_s: how long it may take; None: as the settings say.

        Raises:
            UsageProblem: no such file.
            ScenarioError: the Blueprint breaks the rules.
            ActionSetFailed, ActionSetTimeout: Kanister's outcome.
            EnvironmentProblem: cluster, image or pod is at fault, not the Blueprint.
        """
        path = find_blueprint(blueprint, beside or self.beside)
        parsed = read_blueprint(path)
        kube = self._session.kube.result()
        name = self._actions.install(parsed)
        before = Ledger.of(self.bucket)
        begin = time.monotonic()
        actionset = create_actionset(
            kube,
            action="backup",
            blueprint=name,
            target=self._workload.target,
            profile=self._profile.result(),
            namespace=self._actions.namespace,
            **self._actions.given(inputs, self._workload.secrets),
        )
        try:
            status = self._actions.wait(actionset, name, timeout_s)["status"]
        except ActionSetError as error:
            if lines := leaked(before, Ledger.complete(self.bucket)):
                left = "\n".join(["it left in the bucket, where nothing deletes it:", *lines])
                error.evidence = f"{error.evidence.rstrip()}\n{left}".lstrip()
            raise
        change = Ledger.of(self.bucket).since(before)
        backup = Backup(
            actionset=actionset,
            namespace=self._actions.namespace,
            blueprint=name,
            path=path,
            target=self._workload.target,
            objects=(*change.added, *(new for _, new in change.changed)),
            artifacts=_artifacts(status),
            seconds=time.monotonic() - begin,
        )
        self._backups.append(backup)
        return backup

    def restore(
        self,
        backup: Backup,
        *,
        into: Stage | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Runs `restore` from the backup to its end; returns the ActionSet's name.

        `into`: the stage whose workload is the ActionSet's object; None: the one backed up.

        Raises:
            UsageProblem: it would overwrite a workload that is not ours to overwrite.
        """
        workload = (into or self).workload
        require_writable = getattr(workload, "require_writable", None)
        if require_writable is not None:
            require_writable("restoring")
        name = derive_actionset(
            self._session.kube.result(),
            backup.actionset,
            action="restore",
            target=workload.target if into is not None else None,
            namespace=self._actions.namespace,
            **self._actions.given(inputs, workload.secrets if into is not None else {}),
        )
        self._actions.wait(name, backup.blueprint, timeout_s)
        for stage in self._fresh:
            if stage is into:
                stage.log_in_as(self)
        return name

    def log_in_as(self, source: WorkloadStage) -> None:
        """Takes over another workload's Secrets when a restore has brought its accounts along.

        A dump of a whole server holds its administrator's password, too; who restores one into
        another server has to put that into the other's Secret, and so do we.
        """
        try:
            self._workload.version()
        except (UsageProblem, EnvironmentProblem):
            kube, theirs = self._session.kube.result(), source.workload.secrets
            for name, secret in self._workload.secrets.items():
                if name in theirs:
                    data = kube.get(SECRETS, theirs[name].name, theirs[name].namespace)["data"]
                    kube.patch(SECRETS, secret.name, {"data": data}, secret.namespace)
            self._workload = type(self._workload)(
                kube,
                self._session.settings,
                name=self._workload.name,
                namespace=self._workload.namespace,
                options=self.options,
            )
            self._workload.version()
            self._session.progress(
                f"{self._workload.namespace}/{self._workload.name} has its source's accounts now: "
                "its Secret got the source's passwords"
            )

    def delete(
        self,
        backup: Backup,
        *,
        target: Target | None = None,
        inputs: Inputs | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Runs `delete` from the backup to its end; returns the ActionSet's name.

        The ActionSet's object is what the action's templates read: the namespace when they say
        `.Namespace`, else the object that was backed up; `target` says otherwise.

        Raises:
            RoundTripMismatch: it removed or altered what another backup, or a neighbour that was
                put beside this one for that purpose, has there.
        """
        if target is None and self._reads_namespace(backup, "delete"):
            namespace = self._workload.namespace
            target = Target("namespace", namespace, namespace)
        own = {stored.key for stored in backup.objects}
        made = claims(backup.artifacts, self.bucket.name, self._prefix)
        others = {o.key for other in self._backups if other is not backup for o in other.objects}
        neighbours = Neighbours(self.bucket, own, made)
        try:
            neighbours.plant()
            before = Ledger.of(self.bucket)
            name = derive_actionset(
                self._session.kube.result(),
                backup.actionset,
                action="delete",
                target=target,
                namespace=self._actions.namespace,
                **self._actions.given(inputs, {}),
            )
            self._actions.wait(name, backup.blueprint, timeout_s)
            change = Ledger.of(self.bucket).since(before)
        finally:
            neighbours.remove()
        # In a repository that several backups share, what is one's alone is the tool's affair:
        # it may pack the rest anew.
        shared = others and change.added
        covered = {key for key in before.objects if any(claim.covers(key) for claim in made)}
        hit = hit_beside(change, own | (covered if shared else covered - (others - own)))
        if hit:
            raise RoundTripMismatch(
                f"ActionSet {name} (delete) hit what is not its own in bucket {self.bucket.name}",
                "\n".join(hit),
            )
        return name

    def fresh(self, spec: WorkloadSpec) -> WorkloadStage:
        """A stage with another workload of this session; it goes when this one goes.

        Its server's credentials are those of this one's: a backup may bring them along.
        """
        if self.opener is None:
            raise HarnessBug("this stage was not opened by a harness")
        stage = self.opener(spec, self._workload)
        self._fresh.append(stage)
        return stage

    def precision(self, blueprint: str | Path, *, beside: Path | None = None) -> str:
        """By what the Blueprint tells two backups apart, when that changes once a second."""
        parsed = read_blueprint(find_blueprint(blueprint, beside or self.beside))
        return second_precision(parsed.action("backup"))

    def apply(self, manifests: Sequence[Object]) -> list[str]:
        """Creates or replaces objects; those without a namespace go into the workload's."""
        kube, namespace = self._session.kube.result(), self._workload.namespace
        applied = [apply_manifest(kube, manifest, namespace) for manifest in manifests]
        self._actions.learn_secrets()
        return [f"{found['kind']} {found['metadata']['name']}" for found in applied]

    def look(self, api_version: str, kind: str, name: str, namespace: str) -> Object | None:
        """An object, in the workload's namespace unless another is named; None: not there."""
        kube = self._session.kube.result()
        return find_object(kube, api_version, kind, name, namespace or self._workload.namespace)

    def exec(
        self,
        command: Sequence[str],
        *,
        pod: str = "",
        container: str = "",
        stdin: bytes = b"",
        timeout_s: float = 60.0,
    ) -> ExecResult:
        """Runs a command in a pod of the namespace; empty: the workload's first one."""
        kube, namespace = self._session.kube.result(), self._workload.namespace
        return kube.exec(
            namespace,
            pod or first_pod(kube, self._workload),
            command,
            container=container,
            stdin=stdin,
            timeout_s=timeout_s,
        )

    def redact(self, text: str) -> str:
        """The text without any secret of this session."""
        return self._session.redactor(text)

    def evidence(self) -> dict[str, str]:
        """Everything that may explain a failure, by file name, without secrets."""
        self._actions.learn_secrets()
        found = gather(
            self._session.kube.result(),
            actionsets=[(self._actions.namespace, name) for name in self._actions.names],
            namespaces=[self._workload.namespace, *(s.workload.namespace for s in self._fresh)],
            servers=(self._session.store_namespace, self._actions.namespace),
            bucket=self.bucket,
            pod_logs=self._session.pod_logs(),
        )
        return {name: self.redact(text) for name, text in found.items()}

    def ran(self) -> dict[str, str]:
        """What really ran, by role, and what the snapshots do not look at."""
        unseen = "; ".join(self._workload.not_covered)
        return {"database": self._version, "unseen": unseen, **self._session.ran()}

    def close(self) -> None:
        """Takes the namespace down, without waiting for it; what is not ours stays."""
        for stage in self._fresh:
            stage.close()
        if self._existing:
            return
        if not release_namespace(self._session.kube.result(), self._workload.namespace):
            self._workload.remove()

    def _reads_namespace(self, backup: Backup, action: str) -> bool:
        actions = self._actions.blueprints[backup.blueprint].data["actions"]
        return bool(_NAMESPACE.search(str(actions.get(action, ""))))


_NAMESPACE = re.compile(r"\{\{[^}]*\.Namespace\.")


def _artifacts(status: Mapping[str, object]) -> Mapping[str, object]:
    actions = status.get("actions") or [{}]
    first: Mapping[str, Mapping[str, object]] = actions[0]  # type: ignore[index]
    return first.get("artifacts") or {}
