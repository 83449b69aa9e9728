"""Sabotage twins: each bundled scenario again, with a Blueprint that is broken where it looks.

A scenario that nothing can make fail shows nothing.  A sabotage edits the Blueprint's data, never
its text, so that it fits every Blueprint of the house; a kind whose Blueprint needs another one
has it in `OF_KIND`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pytest_kanister._harness.blueprints import find_blueprint

__all__ = ["TWINS", "Sabotage", "Twin", "twins_of", "write_twin"]

Actions = dict[str, Any]
Edit = Callable[[Actions], bool]
"""Changes a Blueprint's actions in place; False: there is nothing of this kind in them."""

_IDLE_IMAGE = "ghcr.io/kanisterio/kanister-tools:0.116.0"


@dataclass(frozen=True)
class Sabotage:
    """One way to break a Blueprint.

    Attributes:
        name: in the twin's own name.
        what: in words.
        found_by: the steps that must notice it, any of them.
        edits: the first one that fits is made.
    """

    name: str
    what: str
    found_by: tuple[str, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Twin:
    """A scenario's file and how its Blueprint is broken."""

    scenario: Path
    sabotage: Sabotage

    @property
    def name(self) -> str:
        """`accounts--restore-idle`."""
        return f"{self.scenario.name.partition('.')[0]}--{self.sabotage.name}"


def _scripts(action: Actions) -> Iterator[tuple[list[str], int]]:
    """Each phase's argument list of a program, and where its script stands in it."""
    for phase in action["phases"]:
        for key, words in phase.get("args", {}).items():
            if key.lower().endswith("command") and isinstance(words, list):
                yield words, len(words) - 1


def _replaced(action: str, old: str, new: str) -> Edit:
    def edit(actions: Actions) -> bool:
        found = False
        for words, at in _scripts(actions[action]):
            found = found or old in words[at]
            words[at] = words[at].replace(old, new)
        return found

    return edit


def _idle(action: str) -> Edit:
    """The action succeeds and does nothing."""

    def edit(actions: Actions) -> bool:
        args = {"image": _IDLE_IMAGE, "command": ["true"]}
        for phase in actions[action]["phases"]:
            if namespace := phase.get("args", {}).get("namespace"):
                args["namespace"] = namespace
        actions[action]["phases"] = [{"func": "KubeTask", "name": "idle", "args": args}]
        return True

    return edit


def _swallowing(action: str) -> Edit:
    """Whatever fails in a script, it ends well."""

    def edit(actions: Actions) -> bool:
        found = False
        for words, at in _scripts(actions[action]):
            found = True
            # A broken pipe is a failure too.
            script = words[at].replace("exit 1", "exit 0").rstrip()
            words[:] = ["bash", "-c", f"trap '' PIPE\n{script}\nexit 0\n"]
        return found

    return edit


def _one_path(actions: Actions) -> bool:
    """Every backup is written to the same place."""
    found = False
    for words, at in _scripts(actions["backup"]):
        head, time, rest = words[at].partition("{{ .Time")
        if time:
            found = True
            words[at] = f"{head}always{rest.partition('}}')[2]}"
    return found


def _consuming(actions: Actions) -> bool:
    """What was restored is deleted from the bucket."""
    for phase in copy.deepcopy(actions["delete"]["phases"]):
        # The restore's object is the workload, whose namespace stands elsewhere.
        text = yaml.safe_dump({**phase, "name": f"{phase['name']}After"})
        text = text.replace(".Namespace.Name", ".Object.metadata.namespace")
        actions["restore"]["phases"].append(yaml.safe_load(text))
    return True


_IDLE_RESTORE = Sabotage(
    "restore-idle", "the restore succeeds and does nothing", ("verify",), (_idle("restore"),)
)
_IDLE_DELETE = Sabotage(
    "delete-idle",
    "the delete succeeds and deletes nothing",
    ("delete", "verifyDeleted"),
    (_idle("delete"),),
)
_SWALLOWED = Sabotage(
    "failure-swallowed",
    "a restore that fails ends as if it had not",
    ("expectFailure",),
    (_swallowing("restore"), _idle("restore")),
)

TWINS: dict[str, tuple[Sabotage, ...]] = {
    "accounts": (_IDLE_RESTORE, _IDLE_DELETE),
    "tricky": (
        Sabotage(
            "code-left-out",
            "the dump leaves out routines and events, or the restore does nothing",
            ("verify",),
            (_replaced("backup", "--routines --events", ""), _idle("restore")),
        ),
    ),
    "older-of-two": (
        Sabotage(
            "one-path",
            "both backups go to one path, so the newer one is restored",
            ("backup", "verify"),
            (_one_path,),
        ),
    ),
    "restore-twice": (
        Sabotage("consumed", "the restore deletes what it restored", ("restore",), (_consuming,)),
    ),
    "dirty-server": (
        Sabotage(
            "later-kept",
            "the restore leaves what was made since the backup, or does nothing",
            ("verify",),
            (
                _replaced("restore", 'if ne (index .Options "keepLater") "true"', "if false"),
                _idle("restore"),
            ),
        ),
    ),
    "empty-server": (_IDLE_RESTORE,),
    "neighbour": (
        Sabotage(
            "delete-greedy",
            "the delete takes the neighbour along",
            ("delete", "restore"),
            (_replaced("delete", '--path "${path}"', '--path "${path%%/*}"'),),
        ),
    ),
    "artifact-missing": (_SWALLOWED,),
    "artifact-truncated": (_SWALLOWED,),
    "artifact-empty": (_SWALLOWED,),
}
"""By the scenario's name: the ten that each kind has."""

OF_KIND: dict[tuple[str, str], tuple[Sabotage, ...]] = {}
"""By workload kind and scenario, where the kind's Blueprint needs another sabotage."""


def twins_of(scenario: Path) -> list[Twin]:
    """The twins of a bundled scenario; its folder is its kind."""
    name = scenario.name.partition(".")[0]
    chosen = OF_KIND.get((scenario.parent.name, name), TWINS.get(name, ()))
    return [Twin(scenario, sabotage) for sabotage in chosen]


def write_twin(twin: Twin, folder: Path) -> Path:
    """Writes Blueprint and scenario of a twin; returns the scenario's file.

    Raises:
        ValueError: no edit fits the Blueprint.
    """
    data = yaml.safe_load(twin.scenario.read_text(encoding="utf-8"))
    original = find_blueprint(data["spec"]["blueprint"], twin.scenario.parent)
    blueprint = yaml.safe_load(original.read_text(encoding="utf-8"))
    before = copy.deepcopy(blueprint)
    if not any(edit(blueprint["actions"]) for edit in twin.sabotage.edits):
        raise ValueError(f"{twin.name}: nothing in {original.name} can be broken that way")
    assert blueprint != before, twin.name
    folder.mkdir(parents=True, exist_ok=True)
    broken = folder / f"{twin.name}.blueprint.yaml"
    broken.write_text(yaml.safe_dump(blueprint, sort_keys=False), encoding="utf-8")
    data["metadata"]["name"] = twin.name
    data["spec"]["blueprint"] = broken.name
    path = folder / f"{twin.name}.kanister.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path
