"""`Harness`: the public face of one run.

Long, as it is one public class whose methods are mostly their own documentation.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_kanister._harness.background import Later
from pytest_kanister._harness.examine import refusal
from pytest_kanister._harness.existing import existing_workload, split_options
from pytest_kanister._harness.namespaces import claim_namespace, release_namespace
from pytest_kanister._harness.redaction import redact_error, secrets_of
from pytest_kanister._harness.trace import Trace
from pytest_kanister._harness.workloads import located, workload_class
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import KanisterHarnessError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from pytest_kanister._data.stores import Bucket
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._harness.session import Session
    from pytest_kanister._harness.stage import WorkloadStage
    from pytest_kanister._harness.steps import Steps
    from pytest_kanister._model.capabilities import Capabilities
    from pytest_kanister._model.references import Target
    from pytest_kanister._model.results import StepResult
    from pytest_kanister._scenario.model import Scenario, WorkloadSpec
    from pytest_kanister._scenario.stage import Backup, Stage

__all__ = ["Harness"]


class Harness:
    """A cluster with Kanister and an S3 store in it, and workloads to take through the circle.

    ::

        with Harness(Settings()) as harness:
            mysql = harness.workload("mysql")
            mysql.seed("accounts")
            backup = harness.backup(mysql, blueprint="mysql-blueprint.yaml")

    Nothing starts before `begin` or the first use.  Use from one thread.

    Args:
        settings: what the run was asked to do; None: the defaults.
        progress: called with one line for each thing a person might wait for.
    """

    def __init__(
        self, settings: Settings | None = None, *, progress: Callable[[str], None] | None = None
    ) -> None:
        self.settings = settings or Settings()
        self._trace = Trace(self.settings.trace)
        self._on_progress = progress or (lambda line: None)
        self._session: Session | None = None
        self._stages: list[WorkloadStage] = []
        self._backups: dict[str, WorkloadStage] = {}
        self._ahead: dict[str, Later[WorkloadStage]] = {}

    def __enter__(self) -> Harness:
        self.begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def progress(self, line: str) -> None:
        """Tells whoever listens, and the trace, what is going on."""
        line = self.redact(line)
        self._trace.note("progress", line)
        self._on_progress(line)

    def step_done(self, step: StepResult) -> None:
        """Leaves a finished step in the trace; its caller shows it."""
        self._trace.note(
            "step",
            f"{step.step}: {step.summary}",
            step=step.step,
            verdict=step.verdict.value,
            seconds=round(step.seconds, 4),
        )

    def begin(self) -> None:
        """Starts cluster and store in the background; a second call does nothing."""
        self._open()

    def workload(
        self,
        kind: str,
        *,
        name: str = "",
        namespace: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> Workload:
        """A fresh database in a namespace of its own, as soon as it answers.

        Args:
            kind: `mysql`, or a word of the entry-point group `pytest_kanister.workloads`.
            name: of its StatefulSet, Service and Secret; empty: `<kind>-store`.
            namespace: the one wished for; another name when somebody has it already.
            options: the workload's own; `existing: True` for one that is there, in `namespace`,
                and `destructive: "allowed"` for what overwrites its data (its label must agree).

        Raises:
            UsageProblem: unknown kind or option.
            EnvironmentProblem: cluster, store or database could not be had.
        """
        return self.open_stage(kind, name=name, namespace=namespace, options=options or {}).workload

    def open_stage(
        self,
        kind: str,
        *,
        name: str = "",
        namespace: str = "",
        options: Mapping[str, Any],
        beside: Path | None = None,
    ) -> WorkloadStage:
        """As `workload`, with everything around it; `beside`: where its Blueprints lie."""
        options = located(kind, options, beside)
        ahead = self._ahead.pop(_key(kind, name, namespace, options), None)
        stage = ahead.result() if ahead else self._set_up(kind, name, namespace, options)
        stage.beside = beside
        stage.opener = self._open_further
        self._stages.append(stage)
        return stage

    def require(self, scenario: Scenario) -> None:
        """Refuses a scenario that the cluster cannot run; starts the cluster when nothing did.

        Raises:
            EnvironmentProblem: what the scenario requires, and what there is.
        """
        if not (scenario.requires or scenario.store):
            return
        session = self._open()
        capabilities = session.capabilities
        problem = refusal(
            scenario,
            store=self.settings.store,
            backend=capabilities.backend,
            isolation=capabilities.isolation,
            kanister=capabilities.kanister,
            kubernetes=session.kube.result().server_version(),
        )
        if problem is not None:
            raise problem

    def prepare(
        self,
        kind: str,
        *,
        name: str = "",
        namespace: str = "",
        options: Mapping[str, Any],
        beside: Path | None = None,
    ) -> None:
        """Begins in the background what an `open_stage` with the same words will want next."""
        options = located(kind, options, beside)
        key = _key(kind, name, namespace, options)
        if self._open().capabilities.namespaces or options.get("existing"):
            return  # there may be no room for two at a time
        if key not in self._ahead:
            self.progress(f"the next {kind} is started ahead")
            self._ahead[key] = Later(
                lambda: self._set_up(kind, name, namespace, options), "next workload"
            )

    def close_stage(self, stage: Stage) -> None:
        """Takes the workload and its namespace down, unless the run keeps everything."""
        for own in [own for own in self._stages if own is stage]:
            self._stages.remove(own)
            if not self.settings.keep:
                own.close()

    def close_workload(self, workload: Workload) -> None:
        """As `close_stage`, for a workload from `workload`."""
        self.close_stage(self._stage_of(workload))

    def backup(
        self, workload: Workload, blueprint: str | Path, *, beside: Path | None = None
    ) -> Backup:
        """Runs the Blueprint's action `backup` with the workload as its object, to its end.

        Args:
            workload: from `workload`.
            blueprint: a file; relative ones are looked up in `beside`, then among the bundled.
            beside: a folder; None: beside the test, else the working directory.

        Raises:
            ActionSetFailed, ActionSetTimeout: Kanister's outcome.
            EnvironmentProblem: cluster, image or pod is at fault.
        """
        stage = self._stage_of(workload)
        backup = stage.backup(blueprint, beside=beside)
        self._backups[backup.actionset] = stage
        return backup

    def restore(self, backup: Backup) -> str:
        """Runs the action `restore`, made from the backup, to its end.

        Returns:
            The ActionSet's name.
        """
        return self._stage_for(backup).restore(backup)

    def delete(self, backup: Backup, target: Target | None = None) -> str:
        """Runs the action `delete`, made from the backup, to its end.

        Args:
            backup: from `backup`.
            target: the ActionSet's object; None: the namespace when the action's templates read
                `.Namespace`, else the object that was backed up.

        Returns:
            The ActionSet's name.
        """
        return self._stage_for(backup).delete(backup, target=target)

    def steps(
        self, workload: Workload, blueprint: str | Path, *, beside: Path | None = None
    ) -> Steps:
        """The steps of scenario files for a test in Python, with the same checks.

        Args:
            workload: from `workload`.
            blueprint: as for `backup`.
            beside: folder of relative files; None: beside the test, else the working directory.
        """
        from pytest_kanister._harness.steps import Steps

        stage = self._stage_of(workload)
        return Steps(stage, blueprint, beside or stage.beside or Path.cwd(), self.step_done)

    @property
    def kubeconfig(self) -> Path:
        """How kubectl and other clients talk to the cluster; starts it when nothing did."""
        return self._open().kube.result().kubeconfig

    @property
    def capabilities(self) -> Capabilities:
        """What the cluster can do, and what it does not model; starts it when nothing did."""
        return self._open().capabilities

    @property
    def bucket(self) -> Bucket:
        """What the newest workload's backups put into the bucket, and nothing of its neighbours."""
        if not self._stages:
            raise UsageProblem(
                "bucket: there is no workload yet, so nothing has a part of it; make one first"
            )
        return self._stages[-1].bucket

    def ran(self) -> dict[str, str]:
        """What really ran so far, by role; empty when nothing was started."""
        if self._session is None:
            return {}
        return self._stages[-1].ran() if self._stages else self._session.ran()

    @property
    def losses(self) -> tuple[str, ...]:
        """What this machine or cluster could not give, one sentence each."""
        return self._session.capabilities.losses if self._session else ()

    def evidence(self) -> dict[str, str]:
        """What may explain a failure, of every workload that stands, by file name.

        ActionSets, events, pods' output, the bucket's listing; without secrets.  Empty when there
        is no workload.

        Raises:
            KanisterHarnessError: the cluster does not answer.
        """
        if len(self._stages) == 1:
            return self._stages[0].evidence()
        return {
            f"{stage.workload.namespace}/{name}": text
            for stage in self._stages
            for name, text in stage.evidence().items()
        }

    def export_logs(self, folder: Path) -> None:
        """What the cluster's nodes wrote, as it is, below the folder; nothing without nodes.

        Raises:
            EnvironmentProblem: they cannot be had.
        """
        if self._session is not None:
            self._session.export_logs(folder)

    def redact(self, text: str) -> str:
        """The text without any secret of what was set up."""
        return self._session.redactor(text) if self._session is not None else text

    def close(self) -> None:
        """Ends what was started; a second call does nothing."""
        session, self._session = self._session, None
        self._stages.clear()
        self._backups.clear()
        self._ahead.clear()
        if session is not None:
            session.close()
            self._trace.note("progress", "cluster ended")
        self._trace.close()

    def _open(self) -> Session:
        if self._session is None:
            from pytest_kanister._harness.session import Session

            self._session = Session(self.settings, self.progress)
        return self._session

    def _set_up(
        self,
        kind: str,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
        source: Workload | None = None,
    ) -> WorkloadStage:
        """A stage whose workload answers; touches nothing of ours, so that a thread may do it.

        `source`: whose credentials it gets; None: its own.
        """
        from pytest_kanister._harness.stage import WorkloadStage

        make = workload_class(kind)
        session = self._open()
        kube = session.kube.result()
        own, existing = split_options(options)
        claimed = namespace if existing else claim_namespace(kube, namespace or f"{kind}-app")
        if not claimed:
            raise UsageProblem(
                f"workload {kind}: an existing one needs its namespace; give `namespace`"
            )
        try:
            workload = make(
                kube, self.settings, name=name or f"{kind}-store", namespace=claimed, options=own
            )
            if existing is None:
                if source is not None and hasattr(workload, "take_credentials"):
                    workload.take_credentials(source)
                workload.deploy()
            else:
                workload = existing_workload(kube, workload, existing)
            stage = WorkloadStage(session, workload, existing=existing is not None)
            stage.options = own
            stage.wait_ready()
        except BaseException as error:
            if isinstance(error, KanisterHarnessError):
                with contextlib.suppress(KanisterHarnessError):
                    session.redactor.add(secrets_of(kube, [claimed]))
                redact_error(error, session.redactor)
            if not self.settings.keep and existing is None:
                # What failed is to be told, not that the cleaning failed as well.
                with contextlib.suppress(KanisterHarnessError):
                    release_namespace(kube, claimed)
            raise
        return stage

    def _open_further(self, spec: WorkloadSpec, source: Workload) -> WorkloadStage:
        beside = next((own.beside for own in self._stages if own.workload is source), None)
        options = located(spec.kind, spec.options, beside)
        return self._set_up(spec.kind, spec.name, spec.namespace, options, source)

    def _stage_of(self, workload: Workload) -> WorkloadStage:
        for stage in self._stages:
            if stage.workload is workload:
                return stage
        raise UsageProblem(
            f"this {workload.kind} is not one that `workload` of this harness has made"
        )

    def _stage_for(self, backup: Backup) -> WorkloadStage:
        if backup.actionset not in self._backups:
            raise UsageProblem(f"backup {backup.actionset} was not taken by this harness")
        return self._backups[backup.actionset]


def _key(kind: str, name: str, namespace: str, options: Mapping[str, Any]) -> str:
    return repr((kind, name, namespace, sorted(options.items())))
