"""`call: checks.py::balance`: a Python function of the scenario's author."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_kanister._model.results import Verdict
from pytest_kanister._scenario.steps.arguments import TEXT, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind
from pytest_kanister.errors import KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_kanister._data.proof import Snapshot
    from pytest_kanister._data.stores import Bucket
    from pytest_kanister._data.workloads import Workload
    from pytest_kanister._scenario.reader import Reader
    from pytest_kanister._scenario.stage import Backup, Stage

__all__ = ["KIND", "Call", "Called"]


@dataclass(frozen=True)
class Call:
    """A function, and what it gets beside the run: `arguments` become keyword arguments."""

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Called:
    """What the function gets as its first argument.

    Attributes:
        workload: the database under test.
        restored: the one that the last restore went into; None: there was no restore yet.
        bucket: the run's part of the bucket.
        backups: by name.
        snapshots: by name.
        stage: commands in pods, objects of the cluster.
    """

    workload: Workload
    restored: Workload | None
    bucket: Bucket
    backups: Mapping[str, Backup]
    snapshots: Mapping[str, Snapshot]
    stage: Stage


def parse(reader: Reader) -> Call:
    """A text, or `{function: …, arguments: {…}}`."""
    if not isinstance(reader.data, dict):
        return Call(_function(reader))
    reader.mapping(required=("function",), optional=("arguments",))
    return Call(
        _function(reader.at("function")),
        reader.field("arguments", lambda part: part.mapping(optional=None), {}),
    )


def _function(reader: Reader) -> str:
    text = reader.text()
    if "::" not in text and ":" not in text:
        raise reader.error(
            f"{reader.label}: expected a function, found {text!r}",
            "name it as 'file.py::function' beside the scenario, or as 'package.module:function'",
        )
    return text


def run(context: Context, call: Call) -> Outcome:
    """A failed assertion or False is a difference; a text that it returns is the summary."""
    function = _load(context, call.function)
    context.now = None
    called = Called(
        workload=context.stage.workload,
        restored=context.restored.stage.workload if context.restored else None,
        bucket=context.stage.bucket,
        backups={name: taken.backup for name, taken in context.taken.items()},
        snapshots=dict(context.snapshots),
        stage=context.stage,
    )
    try:
        said = function(called, **call.arguments)
    except KanisterHarnessError:
        raise
    except AssertionError as error:
        return Outcome(
            f"{call.function}: {str(error).splitlines()[0] if str(error) else 'assertion failed'}",
            verdict=Verdict.DIFFERENT,
            detail=_told(error),
        )
    except Exception as error:
        raise context.error(f"{call.function} raised {_told(error)}") from error
    except BaseException as error:
        if not _is_pytest_fail(error):
            raise
        return Outcome(f"{call.function}: {error}", verdict=Verdict.DIFFERENT, detail=_told(error))
    return _outcome(context, call.function, said)


def _outcome(context: Context, name: str, said: object) -> Outcome:
    """What a function returns must not be passed over: `return a == b` is meant as a check."""
    if said is False:
        return Outcome(f"{name} returned False", verdict=Verdict.DIFFERENT)
    if said is None or said is True:
        return Outcome(f"{name} returned")
    if not isinstance(said, str):
        close = getattr(said, "close", None)  # a coroutine that nobody awaits would complain
        if inspect.iscoroutine(said) and close is not None:
            close()
        raise context.error(
            f"{name} returned a {type(said).__name__}, which says nothing of the data",
            "let it assert, or return a text, or True or False; an `async def` does not run here",
        )
    return Outcome(said or f"{name} returned")


_PLAIN = (ImportError, AttributeError, OSError, SyntaxError)
"""Errors that say by themselves what is wrong."""


def _load(context: Context, name: str) -> Callable[..., object]:
    file, double, function = name.partition("::")
    try:
        if double:
            module = _module(context.scenario.path.parent / file)
        else:
            dotted, _, function = name.partition(":")
            module = importlib.import_module(dotted)
        found = getattr(module, function)
    except Exception as error:  # the author's own code runs when it is imported
        said = str(error) if isinstance(error, _PLAIN) else f"{type(error).__name__}: {error}"
        raise context.error(f"the function {name!r} cannot be had: {said}") from None
    if not callable(found):
        raise context.error(f"{name!r} is no function")
    result: Callable[..., object] = found
    return result


def _module(path: Path) -> Any:
    """The file as a module of its own: two scenarios may have files of one name."""
    name = f"_pytest_kanister_call_{abs(hash(path))}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ImportError(f"there is no Python file {path.name!r} beside the scenario")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_pytest_fail(error: BaseException) -> bool:
    """`pytest.fail(…)` of the author's, by its name: pytest is not imported here, and calls it so.

    pytest-timeout ends a test by the same exception.
    """
    kind = type(error)
    if (kind.__module__, kind.__qualname__) != ("builtins", "Failed"):
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return not any(frame.filename.endswith("pytest_timeout.py") for frame in frames)


def _told(error: BaseException) -> str:
    """The error, and the lines of the author's own code that led to it."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    return "\n".join([f"{type(error).__name__}: {error}", *lines])


KIND = StepKind(
    "call",
    "Calls a Python function with the run as its argument; a failed assertion is a difference",
    {
        "oneOf": [
            {**TEXT, "pattern": ":"},
            object_of(
                {"function": {**TEXT, "pattern": ":"}, "arguments": {"type": "object"}},
                ("function",),
            ),
        ]
    },
    parse,
    run,
)
