"""Artifacts: what one action leaves for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.templates.reading import Reference
    from pytest_kanister._kanister.blueprint.lint.texts import Text
    from pytest_kanister._kanister.blueprint.lint.view import ActionView, View

_GOOD = scripts()


def _made(view: View) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for action in view.actions:
        for name, artifact in action.outputs.items():
            found.setdefault(name, []).append(artifact if isinstance(artifact, dict) else {})
    return found


def _keys(artifact: dict[str, Any]) -> list[str]:
    values = artifact.get("keyValue")
    return list(values) if isinstance(values, dict) else []


def _read(view: View) -> Iterator[tuple[ActionView, Text, Reference]]:
    for action in view.actions:
        for phase, text in action.texts:
            for reference in action.template(phase, text).references:
                if reference.names[0] == "ArtifactsIn" and len(reference.names) > 1:
                    yield action, text, reference


@rule(
    "KB201",
    "artifact-not-produced",
    "error",
    summary="An action reads an artifact, or a key of one, that no action produces.",
    why="The restore fails on a missing key although the backup was complete.",
    remedy="Produce it in the backup's outputArtifacts, or read what is there.",
    bad=_GOOD.replace(".ArtifactsIn.dump.KeyValue.path", ".ArtifactsIn.dump.KeyValue.location", 1),
    good=_GOOD,
)
def artifact_not_produced(view: View) -> Iterator[Problem]:
    """`.ArtifactsIn` and inputArtifactNames; silent where no action produces anything."""
    made = _made(view)
    if not made:
        return
    for action in view.actions:
        for number, name in enumerate(action.inputs):
            if name not in made:
                path = (*action.path, "inputArtifactNames", number)
                yield view.problem(path, f"no action produces the artifact {name}")
    for _, text, reference in _read(view):
        name, rest = reference.names[1], reference.names[2:]
        place = text.place(reference.start, reference.end)
        if reference.tested:
            continue
        if name not in made:
            yield Problem(place, f"no action produces the artifact {name}")
        elif rest[:1] == ("KeyValue",) and len(rest) > 1:
            keys = {key for one in made[name] for key in _keys(one)}
            if rest[1] not in keys:
                there = ", ".join(sorted(keys)) or "none"
                yield Problem(place, f"artifact {name} has no key {rest[1]} (its keys: {there})")
        elif rest[:1] == ("KopiaSnapshot",) and not any("kopiaSnapshot" in a for a in made[name]):
            yield Problem(place, f"artifact {name} has no kopiaSnapshot")


@rule(
    "KB202",
    "artifact-not-consumed",
    "warning",
    summary="An action produces an artifact that no other action reads.",
    why="Either a restore or delete does not find its backup through the artifact, and goes by "
    "a fixed place instead, or the artifact is left over.",
    remedy="Read it in restore and delete, or take it out.",
    bad=_GOOD.replace(
        "    outputArtifacts:\n",
        "    outputArtifacts:\n      size:\n        keyValue: {bytes: '1'}\n",
    ),
    good=_GOOD,
)
def artifact_not_consumed(view: View) -> Iterator[Problem]:
    """Artifacts that nobody names; silent where there is but one action."""
    if len(view.actions) < 2:
        return
    read = {reference.names[1] for _, _, reference in _read(view)}
    whole = any(
        reference.names == ("ArtifactsIn",)
        for action in view.actions
        for phase, text in action.texts
        for reference in action.template(phase, text).references
    )
    for action in view.actions:
        for name in action.outputs:
            if name not in read and not whole:
                path = (*action.path, "outputArtifacts", name)
                yield view.problem(path, f"no action reads the artifact {name}")


@rule(
    "KB203",
    "defer-needs-output",
    "warning",
    summary="A deferPhase reads the output of a phase that may have failed.",
    why="The deferPhase runs after failures too; then the output is nil, the deferPhase fails, and "
    "its message replaces the one that says what really went wrong.",
    remedy="Use a name that is known beforehand, from the object or an option.",
    bad=_GOOD.replace(
        "    phases:\n    - func: KubeTask\n      name: dump\n",
        "    deferPhase:\n      func: KubeOps\n      name: tidy\n      args:\n"
        "        operation: delete\n        objectReference:\n          apiVersion: v1\n"
        "          resource: pods\n          name: '{{ .Phases.dump.Output.path }}'\n"
        "    phases:\n    - func: KubeTask\n      name: dump\n",
    ),
    good=_GOOD.replace(
        "    phases:\n    - func: KubeTask\n      name: dump\n",
        "    deferPhase:\n      func: KubeOps\n      name: tidy\n      args:\n"
        "        operation: delete\n        objectReference:\n          apiVersion: v1\n"
        "          resource: pods\n          name: '{{ .StatefulSet.Name }}-session'\n"
        "    phases:\n    - func: KubeTask\n      name: dump\n",
    ),
)
def defer_needs_output(view: View) -> Iterator[Problem]:
    """`.Phases.NAME.Output` in the arguments of a deferPhase."""
    for phase in view.phases:
        for text in phase.argument_texts if phase.is_deferred else ():
            for reference in phase.template(text).references:
                if (
                    reference.names[0] == "Phases"
                    and "Output" in reference.names[2:3]
                    and not reference.tested
                ):
                    name = reference.names[1]
                    message = (
                        f"where phase {name} failed there is no such output: the deferPhase "
                        "then fails and hides why"
                    )
                    yield Problem(text.place(reference.start, reference.end), message)
