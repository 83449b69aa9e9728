"""One action's run: phases in order, then the deferPhase, artifacts and completion.

Longer than most modules, as every step reads and writes the same run and its status.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.operator.errkit import KanisterError, status_message
from pytest_kanister._kanister.operator.logging import log_labels
from pytest_kanister._kanister.operator.status import phase_dump, reconcile, set_percentage
from pytest_kanister._kanister.params import ParamsError, RenderError, render_artifacts
from pytest_kanister._model.resources import ACTIONSETS
from pytest_kanister.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pytest_kanister._kanister.operator.controller import Controller
    from pytest_kanister._kanister.operator.phases import Phase
    from pytest_kanister._kanister.params import TemplateParams
    from pytest_kanister._model.api import Object

__all__ = ["ActionRun"]

_PROGRESS_EVERY_S = 5.0
_FAILURES = (KanisterError, ParamsError, ApiError)


class ActionRun:
    """A launched action.

    Args:
        controller: whose it is.
        actionset: the ActionSet as it was at launch.
        index: which of its actions.
        blueprint: the Blueprint as fetched at launch: later edits have no effect.
        params: template parameters, which the phases add to.
        phases: main phases.
        deferred: the deferPhase.
    """

    def __init__(
        self,
        controller: Controller,
        actionset: Object,
        index: int,
        blueprint: Object,
        params: TemplateParams,
        phases: list[Phase],
        deferred: Phase | None,
    ) -> None:
        self._controller = controller
        self._actionset = actionset
        self._index = index
        self._blueprint = blueprint
        self._params = params
        self._phases = phases
        self._deferred = deferred
        self._name = actionset["spec"]["actions"][index].get("name") or ""
        self._action = blueprint["actions"][self._name]
        self._at_end = contextlib.AsyncExitStack()
        self._at: int | None = 0  # the phase that runs; None: the deferPhase
        self._ended = False  # all phases, the deferPhase too
        self._log = controller.log.with_fields(
            ActionSet=actionset["metadata"]["name"], Action=self._name, **log_labels(actionset)
        )

    async def run(self) -> None:
        """Runs everything; outcomes are in the ActionSet's status, nothing is raised but Crash."""
        async with self._at_end:
            try:
                await self._run()
            except asyncio.CancelledError:
                if not self._controller.ending and not self._ended:
                    self._deleted()
                raise

    async def _run(self) -> None:
        succeeded = True
        for position, phase in enumerate(self._phases):
            self._at = position
            succeeded = await self._run_phase(position, phase)
            if not succeeded:
                break
        self._at = None
        if self._deferred is not None and not await self._run_deferred(self._deferred):
            succeeded = False
        self._ended = True
        self._controller.metrics.count(success=succeeded)
        if succeeded and await self._render_artifacts():
            await self._complete()

    def _deleted(self) -> None:
        """The ActionSet was deleted while this ran: what the real process still does then.

        Its context has ended, so the function that runs ends, too, and the status of an object
        that is gone cannot be written.  The deferPhase is begun all the same, its args are
        rendered and checked; the first request of its function is refused.

        Raises:
            Crash: a null in the deferPhase's args.
        """
        name = self._actionset["metadata"]["name"]
        gone = KanisterError(f'{ACTIONSETS.qualified} "{name}" not found')
        deferred = self._deferred
        if self._at is not None:
            self._failed(f"Failed to update phase: {self._dump(self._at)}:", gone)
            if deferred is not None:
                self._event("Started deferPhase", f"Executing deferPhase {deferred.name}")
                with contextlib.suppress(*_FAILURES):
                    deferred.args(self._action, self._params)
        if deferred is not None:
            self._failed(f"Failed to update defer phase: {phase_dump(deferred.name)}:", gone)
        self._controller.metrics.count(success=False)

    async def _run_phase(self, position: int, phase: Phase) -> bool:
        self._event("Started Phase", f"Executing phase {phase.name}")
        output: dict[str, Any] | None = None
        failure: Exception | None = None
        doing = "Failed to init phase params"
        try:
            await self._params.start_phase(self._controller.api, phase.name, phase.references)
            doing = "Failed to execute phase"
            await self._change(lambda status: self._mark_running(status, position, phase))
            async with self._progress(position, phase):
                output = await self._execute(phase)
        except _FAILURES as error:
            failure = error
            message = status_message(error)
        if failure is None:
            saved = await self._save(
                position, lambda status: self._mark_complete(status, position, phase, output)
            )
            if not saved:
                return False
            self._params.end_phase(phase.name, output)
            self._event("Ended Phase", f"Completed phase {phase.name}")
            return True
        if await self._save(position, lambda status: self._mark_failed(status, position, message)):
            self._failed(f"{doing}: {self._dump(position)}:", failure)
        return False

    async def _run_deferred(self, phase: Phase) -> bool:
        """Runs the deferPhase: from pending straight to complete or failed.

        A failure's text replaces an earlier one, a success rescues nothing.
        """
        failure: Exception | None = None
        output: dict[str, Any] | None = None
        try:
            await self._change(lambda status: _set_running_phase(status, phase.name))
            self._event("Started deferPhase", f"Executing deferPhase {phase.name}")
            await self._params.start_phase(
                self._controller.api, phase.name, phase.references, deferred=True
            )
            output = await self._execute(phase)
        except _FAILURES as error:
            failure = error

        def mark(status: Object) -> None:
            state = status["actions"][self._index]["deferPhase"]
            if failure is None:
                state["state"] = "complete"
                _set_or_drop(state, "output", output)
                return
            state["state"] = "failed"
            status["state"] = "failed"
            status["error"] = {"message": str(failure)}

        if not await self._save(None, mark):
            return False
        if failure is not None:
            self._failed(f"Failed to execute defer phase: {phase_dump(phase.name)}:", failure)
            return False
        self._params.end_phase(phase.name, output, deferred=True)
        self._event("Ended deferPhase", f"Completed deferPhase {phase.name}")
        return True

    async def _execute(self, phase: Phase) -> dict[str, Any] | None:
        labels = self._actionset["metadata"].get("labels") or {}
        log = self._log.with_fields(Phase=phase.name)
        try:
            return await phase.run(
                self._controller, self._action, self._params, labels, log, self._at_end
            )
        except RenderError as error:
            # Kanister hides Go's position for missing keys; the log keeps it.
            log.error("Failed to render args", error.go_text, path=list(error.path))
            raise

    async def _render_artifacts(self) -> bool:
        failure: Exception | None = None
        artifacts: dict[str, Any] | None = None
        try:
            artifacts = render_artifacts(self._action.get("outputArtifacts"), self._params)
        except RenderError as error:
            self._log.error("Failed to render artifacts", error.go_text, path=list(error.path))
            failure = error

        def mark(status: Object) -> None:
            if failure is None:
                _set_or_drop(status["actions"][self._index], "artifacts", artifacts)
                return
            status["state"] = "failed"
            status["error"] = {"message": str(failure)}
            _set_running_phase(status, "")

        saved = await self._save(None, mark)
        if failure is not None:
            self._failed("Failed to render output artifacts", failure)
        return saved and failure is None

    async def _complete(self) -> None:
        mine = {phase.name for phase in self._phases}
        if self._deferred is not None:
            mine.add(self._deferred.name)

        def mark(status: Object) -> None:
            if status.get("progress", {}).get("runningPhase") in mine:
                _set_running_phase(status, "")
            states = [
                phase.get("state")
                for action in status["actions"]
                for phase in action.get("phases") or []
            ]
            if status["state"] != "failed" and all(state == "complete" for state in states):
                status["state"] = "complete"

        await self._save(None, mark)

    def _mark_running(self, status: Object, position: int, phase: Phase) -> None:
        _set_running_phase(status, phase.name)
        status["actions"][self._index]["phases"][position]["state"] = "running"

    def _mark_complete(
        self, status: Object, position: int, phase: Phase, output: dict[str, Any] | None
    ) -> None:
        state = status["actions"][self._index]["phases"][position]
        state["state"] = "complete"
        state["progress"] = phase.progress.to_status()
        _set_or_drop(state, "output", output)
        set_percentage(status)

    def _mark_failed(self, status: Object, position: int, message: str) -> None:
        _set_running_phase(status, "")
        status["state"] = "failed"
        status["error"] = {"message": message}
        status["actions"][self._index]["phases"][position]["state"] = "failed"

    @contextlib.asynccontextmanager
    async def _progress(self, position: int, phase: Phase) -> AsyncIterator[None]:
        """While the function runs, its progress is copied into the status now and then."""

        def mark(status: Object) -> None:
            state = status["actions"][self._index]["phases"][position]
            state["progress"] = phase.progress.to_status()
            set_percentage(status)

        async def copy() -> None:
            while True:
                await asyncio.sleep(_PROGRESS_EVERY_S)
                with contextlib.suppress(*_FAILURES):
                    await self._change(mark)

        task = asyncio.create_task(copy())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _change(self, change: Callable[[Object], None]) -> None:
        metadata = self._actionset["metadata"]
        await reconcile(
            self._controller.api,
            metadata["namespace"],
            metadata["name"],
            lambda actionset: change(actionset["status"]),
        )

    async def _save(self, position: int | None, change: Callable[[Object], None]) -> bool:
        """Writes an outcome; False when that cannot be done (the ActionSet is gone)."""
        try:
            await self._change(change)
        except _FAILURES as error:
            what = "status" if position is None else self._dump(position)
            self._failed(f"Failed to update phase: {what}:", error)
            return False
        return True

    def _event(self, reason: str, message: str) -> None:
        self._log.info(message)
        self._controller.recorder.normal(self._actionset, reason, message)

    def _failed(self, what: str, error: Exception) -> None:
        self._log.error(what, error)
        reason = f"ActionSetFailed Action: {self._name}"
        for obj in (self._actionset, self._blueprint):
            self._controller.recorder.warning(obj, reason, f"{what} {error}")

    def _dump(self, position: int) -> str:
        return phase_dump(self._phases[position].name)


def _set_running_phase(status: Object, name: str) -> None:
    _set_or_drop(status.setdefault("progress", {}), "runningPhase", name)


def _set_or_drop(record: Object, key: str, value: Any) -> None:
    """Go leaves empty values out."""
    if value:
        record[key] = value
    else:
        record.pop(key, None)
