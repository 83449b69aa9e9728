"""ActionSets as they come, change and go."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING

from pytest_kanister._kanister.gotemplate import World
from pytest_kanister._kanister.operator.action import ActionRun
from pytest_kanister._kanister.operator.errkit import Crash, KanisterError
from pytest_kanister._kanister.operator.phases import resolve_phases
from pytest_kanister._kanister.operator.status import action_status, reconcile
from pytest_kanister._kanister.operator.validation import validate_actionset
from pytest_kanister._kanister.params import ParamsError, RenderError, build
from pytest_kanister._model.resources import ACTIONSETS, BLUEPRINTS
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from pytest_kanister._kanister.operator.controller import Controller
    from pytest_kanister._model.api import Object

__all__ = ["Intake"]

_FAILURES = (KanisterError, ParamsError, ApiError)
_GETTING = "Could not get blueprint:"


class _Refused(Exception):
    """An ActionSet that cannot be initialised: error.message, event reason, the Blueprint.

    `doing` stands before the message in the event.
    """

    def __init__(
        self, message: str, reason: str, blueprint: Object | None = None, doing: str = _GETTING
    ) -> None:
        super().__init__(message)
        self.doing = doing
        self.reason = reason
        self.blueprint = blueprint


class Intake:
    """Runs each new ActionSet in tasks of its own.

    Args:
        controller: whose ActionSets they are.
        crashed: resolved with the panic's text when something kills the real process; its
            exception is the EnvironmentProblem that took the cluster away.
    """

    def __init__(self, controller: Controller, crashed: asyncio.Future[str]) -> None:
        self._controller = controller
        self._crashed = crashed
        self._tasks: dict[str, set[asyncio.Task[None]]] = {}

    def on_change(self, change: str, actionset: Object) -> None:
        """ADDED, MODIFIED, DELETED as the watch tells them.

        Deletion cancels what runs: commands end and job pods are deleted (see `ActionRun`).
        """
        name = actionset["metadata"]["name"]
        if change == "ADDED":
            self._start(name, lambda: self._add(actionset))
        elif change == "MODIFIED":
            self._start(f"{name} (update)", lambda: self._update(actionset))
        elif change == "DELETED":
            self._controller.log.info("Deleted ActionSet", ActionSet=name)
            for task in self._tasks.get(name, ()):
                task.cancel()

    async def stop(self) -> None:
        """Ends everything that runs, and waits until it has ended."""
        tasks = [task for group in self._tasks.values() for task in group]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def guarded() -> None:
            try:
                await work()
            except Crash as crash:
                if not self._crashed.done():
                    self._crashed.set_result(str(crash))
            except _FAILURES as error:
                self._controller.log.error("ActionSet callback failed", error, ActionSet=name)
            except EnvironmentProblem as error:
                # Without its cluster a controller is at its end, as one that crashed.
                if not self._crashed.done():
                    self._crashed.set_exception(error)
            except Exception as error:
                # Ours, not Kanister's: never leave an ActionSet hanging without a word.
                if not self._crashed.done():
                    self._crashed.set_result(
                        f"bug in pytest-kanister's operator: {error!r}\n{traceback.format_exc()}"
                    )

        task = asyncio.create_task(guarded())
        group = self._tasks.setdefault(name, set())
        group.add(task)
        task.add_done_callback(lambda done: self._forget(name, done))

    def _forget(self, name: str, task: asyncio.Task[None]) -> None:
        group = self._tasks.get(name, set())
        group.discard(task)
        if not group:
            self._tasks.pop(name, None)

    async def _add(self, actionset: Object) -> None:
        """An ActionSet that does not validate is logged only: it never gets a status."""
        api, metadata = self._controller.api, actionset["metadata"]
        name, namespace = metadata["name"], metadata["namespace"]
        actionset = await api.get(ACTIONSETS, name, namespace)
        validate_actionset(actionset)
        if actionset.get("status") is None:
            await self._initialise(actionset)
            actionset = await api.get(ACTIONSETS, name, namespace)
            validate_actionset(actionset)
        # Whatever runs already belongs to a process that is gone: it stays as it is, for ever.
        if (actionset.get("status") or {}).get("state") == "pending":
            await self._launch(actionset)

    async def _initialise(self, actionset: Object) -> None:
        try:
            actions = [
                await self._initial_action(actionset, action)
                for action in actionset["spec"].get("actions") or []
            ]
        except _Refused as refused:
            actionset["status"] = {
                "state": "failed",
                "error": {"message": str(refused)},
                "progress": {},
            }
            told = f"{refused.doing} {refused}"
            self._warn(actionset, refused.blueprint, refused.reason, told)
        else:
            actionset["status"] = {
                "state": "pending",
                "actions": actions,
                "error": {"message": ""},
                "progress": {},
            }
        await self._controller.api.update(ACTIONSETS, actionset)

    async def _initial_action(self, actionset: Object, action: Object) -> Object:
        blueprint_name, name = action.get("blueprint") or "", action.get("name") or ""
        if not blueprint_name:
            raise _Refused("Blueprint is not specified for action", "Blueprint not specified")
        try:
            blueprint = await self._blueprint(actionset, blueprint_name)
        except KanisterError as error:
            raise _Refused(str(error), "Error") from error
        found = (blueprint.get("actions") or {}).get(name)
        if found is None:
            kind = (action.get("object") or {}).get("kind") or ""
            raise _Refused(
                f"Action {name} for object kind {kind} not found in blueprint {blueprint_name}",
                f"ActionSetFailed Action: {name}",
                blueprint,
                "Could not get initial action:",
            )
        return action_status(action, found)

    async def _blueprint(self, actionset: Object, name: str) -> Object:
        try:
            return await self._controller.api.get(
                BLUEPRINTS, name, actionset["metadata"]["namespace"]
            )
        except ApiError as error:
            raise KanisterError("Failed to query blueprint", cause=error) from error

    async def _launch(self, actionset: Object) -> None:
        """Launches the actions in order; they then run beside each other."""
        name = actionset["metadata"]["name"]
        actionset["status"]["state"] = "running"
        actionset = await self._controller.api.update(ACTIONSETS, actionset)
        for index, action in enumerate(actionset["spec"].get("actions") or []):
            blueprint: Object | None = None
            try:
                blueprint = await self._blueprint(actionset, action.get("blueprint") or "")
                run = await self._prepare(actionset, index, action, blueprint)
            except _FAILURES as error:
                await self._launch_failed(actionset, index, blueprint, error)
                return
            self._start(name, run.run)

    async def _prepare(
        self, actionset: Object, index: int, action: Object, blueprint: Object
    ) -> ActionRun:
        name = action.get("name") or ""
        found = (blueprint.get("actions") or {}).get(name)
        if found is None:
            raise KanisterError(f"Action {{{name}}} not found in action map")
        self._controller.log.info(
            f"Executing action {name}", ActionSet=actionset["metadata"]["name"]
        )
        self._controller.recorder.normal(actionset, "Started Action", f"Executing action {name}")
        world = World(environ=self._controller.env)
        try:
            params = await build(self._controller.api, action, world=world)
            phases, deferred = resolve_phases(found, action.get("preferredVersion") or "", params)
        except _FAILURES:
            self._controller.metrics.count(success=False)
            raise
        return ActionRun(self._controller, actionset, index, blueprint, params, phases, deferred)

    async def _launch_failed(
        self, actionset: Object, index: int, blueprint: Object | None, error: Exception
    ) -> None:
        if isinstance(error, RenderError):
            self._controller.log.error("Failed to render objects", error.go_text, path=error.path)
        metadata = actionset["metadata"]
        action = actionset["spec"]["actions"][index].get("name") or ""
        status = actionset["status"]
        status["state"] = "failed"
        status["error"] = {"message": str(error)}
        if blueprint is not None:
            # Kanister blames the first phase, whichever was at fault; without any it panics.
            phases = status["actions"][index].get("phases") or []
            if not phases:
                raise Crash("runtime error: index out of range [0] with length 0")
            phases[0]["state"] = "failed"
            reason = f"ActionSetFailed Action: {action}"
            message = f"Failed to launch Action {metadata['name']}: {error}"
        else:
            reason, message = "Error", f"{_GETTING} {error}"
        self._warn(actionset, blueprint, reason, message)
        # The object of launch time is written: if an earlier action has changed the status
        # meanwhile, this conflicts and is lost.
        await self._controller.api.update(ACTIONSETS, actionset)

    async def _update(self, actionset: Object) -> None:
        recorder, log = self._controller.recorder, self._controller.log
        metadata = actionset["metadata"]
        try:
            validate_actionset(actionset)
        except KanisterError as error:
            recorder.warning(actionset, "Error", f"Callback onUpdateActionSet() failed: {error}")
            raise
        status = actionset.get("status") or {}
        state = status.get("state")
        if state == "complete":
            message = f"Updated ActionSet '{metadata['name']}' Status->complete"
            log.info(message, ActionSet=metadata["name"])
            recorder.normal(actionset, "Update Complete", message)
        elif state == "running" and not status.get("actions"):

            def complete(current: Object) -> None:
                current["status"]["state"] = "complete"

            await reconcile(self._controller.api, metadata["namespace"], metadata["name"], complete)

    def _warn(self, actionset: Object, blueprint: Object | None, reason: str, message: str) -> None:
        self._controller.log.error(reason, message, ActionSet=actionset["metadata"]["name"])
        for obj in (actionset, blueprint):
            if obj is not None:
                self._controller.recorder.warning(obj, reason, message)
