"""One phase: its function, its objects, its args, its run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.errkit import Crash, KanisterError
from pytest_kanister._kanister.operator.functions import function
from pytest_kanister._kanister.operator.functions.call import Call, Progress
from pytest_kanister._kanister.params import NullArgument, TemplateParams, render_text
from pytest_kanister._kanister.params.rendering import render_args

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AsyncExitStack

    from pytest_kanister._kanister.operator.controller import Controller
    from pytest_kanister._kanister.operator.logging import Log
    from pytest_kanister._model.api import Object

__all__ = ["Phase", "resolve_phases"]

_SEMVER = re.compile(
    r"v?(\d+)(\.\d+)?(\.\d+)?(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-.]+)?"
)


@dataclass
class Phase:
    """A phase of a launched action.

    Attributes:
        name: its name.
        func: its function's name.
        references: its `objects`, rendered.
        progress: what the function reports.
    """

    name: str
    func: str
    references: dict[str, Object]
    progress: Progress

    async def run(
        self,
        controller: Controller,
        action: Object,
        params: TemplateParams,
        labels: Mapping[str, str],
        log: Log,
        at_end: AsyncExitStack,
    ) -> dict[str, Any] | None:
        """Renders the args, checks them, runs the function; returns its output.

        Args:
            controller: whose phase it is.
            action: the Blueprint's action as fetched at launch.
            params: the template parameters.
            labels: the ActionSet's labels.
            log: where to log.
            at_end: what is done when the action has ended.

        Raises:
            KanisterError: args or function fail.
            ParamsError: a template fails.
            Crash: a null in args.
        """
        args = self.args(action, params)
        call = Call(controller, self.func, args, params, labels, log, at_end)
        self.progress.report("0")
        try:
            return await function(self.func)(call)
        finally:
            self.progress.report("100")

    def args(self, action: Object, params: TemplateParams) -> dict[str, Any]:
        """The last args of all phases with this name, each checked against this function.

        Kanister finds a phase's args by name, in the phases and the deferPhase: namesakes are
        not told apart.

        Raises:
            KanisterError: an argument is missing or unknown.
            ParamsError: a template fails.
            Crash: a null in args.
        """
        deferred = action.get("deferPhase")
        candidates = [*(action.get("phases") or []), *([deferred] if deferred else [])]
        args: dict[str, Any] = {}
        for candidate in candidates:
            if (candidate.get("name") or "") != self.name:
                continue
            args = candidate.get("args") or {}
            written = SIGNATURES.get(candidate.get("func") or "")
            if written is None or not written.renders_itself:
                try:
                    args = render_args(args, params)
                except NullArgument as error:
                    raise Crash(str(error)) from error
            self._check(args)
        return args

    def _check(self, args: Mapping[str, Any]) -> None:
        signature = SIGNATURES[self.func]
        for name in signature.required:
            if name not in args:
                raise KanisterError(
                    f"Required args missing for function {self.func}",
                    cause=KanisterError(f"Required arg missing: {name}"),
                )
        for name in args:
            if name not in signature.arguments:
                raise KanisterError(
                    f"Checking supported args for function {self.func}.",
                    cause=KanisterError(f"argument {name} is not supported"),
                )


def resolve_phases(
    action: Object, version: str, params: TemplateParams
) -> tuple[list[Phase], Phase | None]:
    """The phases and the deferPhase, functions found and `objects` rendered.

    Raises:
        KanisterError: version unreadable or function unknown.
        ParamsError: a reference's template fails.
    """
    _check_version(version)
    phases = [_resolve(phase, params) for phase in action.get("phases") or []]
    deferred = action.get("deferPhase")
    return phases, None if deferred is None else _resolve(deferred, params)


def _resolve(phase: Object, params: TemplateParams) -> Phase:
    func = phase.get("func") or ""
    if func not in SIGNATURES:
        raise KanisterError(f"Requested function {{{func}}} has not been registered")
    references = {
        name: {
            field: render_text(text or "", params, ("objects", name, field))
            for field, text in reference.items()
        }
        for name, reference in (phase.get("objects") or {}).items()
    }
    return Phase(phase.get("name") or "", func, references, Progress())


def _check_version(version: str) -> None:
    """Every function is registered as v0.0.0 only, to which other versions fall back silently."""
    if version and not _SEMVER.fullmatch(version):
        raise KanisterError(
            "Failed to get function version",
            cause=KanisterError(
                f"Failed to parse function version {{{version}}}",
                cause=KanisterError("Invalid Semantic Version"),
            ),
        )
