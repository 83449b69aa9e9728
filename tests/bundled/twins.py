"""Sabotage twins: each bundled scenario again, with a Blueprint that is broken where it looks.

A scenario that nothing can make fail shows nothing.  A sabotage edits the Blueprint's data, never
its text, so that it fits every Blueprint of the house; a kind whose Blueprint needs another one
has it in `OF_KIND`.
"""

from __future__ import annotations

import copy
import re
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


# Functions that do the work themselves: no script can hide that they failed.
_OF_KANISTER = ("RestoreData", "RestoreDataAll", "CopyVolumeData")


@dataclass(frozen=True)
class Sabotage:
    """One way to break a Blueprint.

    Attributes:
        name: in the twin's own name.
        found_by: the steps that must notice it, any of them.
        edits: each with what it does, in words; the first one that fits is made.
    """

    name: str
    found_by: tuple[str, ...]
    edits: tuple[tuple[str, Edit], ...]


@dataclass(frozen=True)
class Twin:
    """A scenario that must fail.

    Attributes:
        scenario: the file.
        sabotage: how its Blueprint is broken.
        what: that, in words.
        blueprint: the broken one.
    """

    scenario: Path
    sabotage: Sabotage
    what: str
    blueprint: dict[str, Any]

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


def _without(action: str, func: str) -> Edit:
    """The action without the phases of one function."""

    def edit(actions: Actions) -> bool:
        phases = actions[action]["phases"]
        kept = [phase for phase in phases if phase["func"] != func]
        actions[action]["phases"] = kept
        return len(kept) < len(phases)

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
    """Whatever fails in a script, it ends well; only where all that is done is in scripts."""

    def edit(actions: Actions) -> bool:
        found = False
        if any(phase["func"] in _OF_KANISTER for phase in actions[action]["phases"]):
            return False
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


def _one_repository(actions: Actions) -> bool:
    """Every backup by restic is written to the same repository."""
    backup = actions["backup"]
    text = yaml.safe_dump(backup, width=10_000)
    changed = re.sub(r"\{\{ \.Time [^}]*\}\}", "always", text)
    actions["backup"] = yaml.safe_load(changed)
    return changed != text


def _greedy_location_delete(actions: Actions) -> bool:
    """What stands beside the backup's folder goes with it."""
    found = False
    for phase in actions["delete"]["phases"]:
        if phase["func"] == "LocationDelete":
            found = True
            artifact = phase["args"]["artifact"].replace("}}", "| dir }}")
            phase["args"]["artifact"] = artifact
    return found


def _consuming(actions: Actions) -> bool:
    """What was restored is deleted from the bucket."""
    for phase in copy.deepcopy(actions["delete"]["phases"]):
        # The restore's object is the workload, whose namespace stands elsewhere.
        text = yaml.safe_dump({**phase, "name": f"{phase['name']}After"})
        text = text.replace(".Namespace.Name", ".Object.metadata.namespace")
        actions["restore"]["phases"].append(yaml.safe_load(text))
    return True


_IDLE = ("the restore succeeds and does nothing", _idle("restore"))
_IDLE_RESTORE = Sabotage("restore-idle", ("verify",), (_IDLE,))
_IDLE_DELETE = Sabotage(
    "delete-idle",
    ("delete", "verifyDeleted"),
    (("the delete succeeds and deletes nothing", _idle("delete")),),
)
_SWALLOWED = Sabotage(
    "failure-swallowed",
    ("expectFailure",),
    (("a restore that fails ends as if it had not", _swallowing("restore")), _IDLE),
)
_BUT_LATER = "'template0', current_database(), 'later')"
_KEEP_LATER = 'if ne (index .Options "keepLater") "true"'

TWINS: dict[str, tuple[Sabotage, ...]] = {
    "accounts": (_IDLE_RESTORE, _IDLE_DELETE),
    "tricky": (
        Sabotage(
            "left-out",
            ("verify",),
            (
                (
                    "the dump leaves out routines and events",
                    _replaced("backup", "--routines --events", ""),
                ),
                _IDLE,
            ),
        ),
    ),
    "older-of-two": (
        Sabotage(
            "one-path",
            ("backup", "verify"),
            (("both backups go to one path, so the newer one is restored", _one_path), _IDLE),
        ),
    ),
    "restore-twice": (
        Sabotage("consumed", ("restore",), (("the restore deletes what it restored", _consuming),)),
    ),
    "dirty-server": (
        Sabotage(
            "later-kept",
            ("verify",),
            (
                (
                    "the restore leaves what was made since the backup",
                    _replaced("restore", _KEEP_LATER, "if false"),
                ),
                (
                    "the restore leaves a database that was made since the backup",
                    _replaced("restore", "'template0', current_database())", _BUT_LATER),
                ),
                (
                    "the restore leaves the keys that came since the backup",
                    _replaced("backup", "{command('FLUSHALL')}", "{}"),
                ),
                (
                    "the restore leaves the files that came since the backup",
                    _without("restore", "PrepareData"),
                ),
            ),
        ),
    ),
    "empty-server": (_IDLE_RESTORE,),
    "neighbour": (
        Sabotage(
            "delete-greedy",
            ("delete", "restore", "verifyDeleted"),
            (
                (
                    "the delete takes the neighbour along",
                    _replaced("delete", '--path "${path}"', '--path "${path%%/*}"'),
                ),
                ("the delete succeeds and deletes nothing", _idle("delete")),
            ),
        ),
    ),
    "artifact-missing": (_SWALLOWED,),
    "artifact-truncated": (_SWALLOWED,),
    "artifact-empty": (_SWALLOWED,),
}
"""By the scenario's name: the ten that each kind has."""

OF_KIND: dict[tuple[str, str], tuple[Sabotage, ...]] = {
    ("command", "sqlite"): (_IDLE_RESTORE,),
    # Its known loss excuses whatever is in the table: the step `sql` looks at the rest.
    ("files", "holes"): (Sabotage("restore-idle", ("verify", "sql"), (_IDLE,)),),
    # Ids tell the backups of one repository apart: it is deleting one that shows.
    ("files", "older-of-two"): (
        Sabotage(
            "one-path",
            ("backup", "delete"),
            (("both backups go to one repository, which goes with either", _one_repository),),
        ),
    ),
    ("files", "neighbour"): (
        Sabotage(
            "delete-greedy",
            ("delete", "restore"),
            (("the delete takes the neighbour along", _greedy_location_delete),),
        ),
    ),
}
"""By workload kind and scenario, where the kind's Blueprint needs another sabotage."""


def twins_of(scenario: Path) -> list[Twin]:
    """The twins of a bundled scenario; its folder is its kind.

    Raises:
        ValueError: a sabotage has no edit that fits the Blueprint.
    """
    name = scenario.name.partition(".")[0]
    chosen = OF_KIND.get((scenario.parent.name, name), TWINS.get(name, ()))
    return [_twin(scenario, sabotage) for sabotage in chosen]


def _twin(scenario: Path, sabotage: Sabotage) -> Twin:
    data = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    path = find_blueprint(data["spec"]["blueprint"], scenario.parent)
    original = yaml.safe_load(path.read_text(encoding="utf-8"))
    for what, edit in sabotage.edits:
        blueprint = copy.deepcopy(original)
        if edit(blueprint["actions"]) and blueprint != original:
            return Twin(scenario, sabotage, what, blueprint)
    raise ValueError(f"{scenario}: nothing in {path.name} can be broken by {sabotage.name}")


def write_twin(twin: Twin, folder: Path) -> Path:
    """Writes Blueprint and scenario of a twin; returns the scenario's file."""
    data = yaml.safe_load(twin.scenario.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    broken = folder / f"{twin.name}.blueprint.yaml"
    broken.write_text(yaml.safe_dump(twin.blueprint, sort_keys=False), encoding="utf-8")
    data["metadata"]["name"] = twin.name
    data["spec"]["blueprint"] = broken.name
    path = folder / f"{twin.name}.kanister.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path
