"""What `kanctl validate` and the webhook refuse, and what the API server drops without a word.

Source of the rules: Kanister checks functions and arguments of every phase, pod labels and that no
two phases share a name; the CRD's schema prunes unknown fields; nothing else is looked at before
an action runs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, rule, scripts
from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.blueprint.validation import argument_maps_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._base.positions import Path
    from pytest_kanister._kanister.blueprint.lint.model import Problem
    from pytest_kanister._kanister.blueprint.lint.view import PhaseView, View

_GOOD = scripts()
_FIELDS = {
    "action": names(
        "name kind configMapNames secretNames inputArtifactNames outputArtifacts phases deferPhase"
    ),
    "phase": frozenset({"func", "name", "objects", "args"}),
    "artifact": frozenset({"keyValue", "kopiaSnapshot"}),
    "Blueprint": frozenset({"apiVersion", "kind", "metadata", "actions", "status"}),
}
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_OPERATIONS = ("create", "delete", "patch")


def _one(old: str, new: str) -> str:
    """The good Blueprint with one thing changed."""
    if old not in _GOOD:
        raise ValueError(f"{old!r} is not in the example")
    return _GOOD.replace(old, new, 1)


def _phase_place(phase: PhaseView, key: str) -> Path:
    return (*phase.path, key) if key in phase.body else phase.path


@rule(
    "KB010",
    "unknown-function",
    "error",
    summary="A phase calls a function that Kanister does not have.",
    why="kanctl and the webhook refuse the Blueprint; without the webhook the action fails at "
    "launch. Names are case-sensitive, and some functions of old releases are gone.",
    remedy="Use one of Kanister's functions.",
    bad=_one("func: KubeTask", "func: Kubetask"),
    good=_GOOD,
)
def unknown_function(view: View) -> Iterator[Problem]:
    """Every `func`."""
    for phase in view.phases:
        if phase.func not in SIGNATURES:
            similar = [name for name in SIGNATURES if name.lower() == phase.func.lower()]
            hint = f"; it is written {similar[0]}" if similar else ""
            what = f"there is no function {phase.func!r}" if phase.func else "the phase has no func"
            yield view.problem(_phase_place(phase, "func"), what + hint)


@rule(
    "KB011",
    "argument-not-supported",
    "error",
    summary="A function is given an argument that it does not take.",
    why="kanctl, the webhook and the controller refuse it.",
    remedy="Take it out, or write it as the function does.",
    bad=_one("        image: ghcr", "        container: x\n        image: ghcr"),
    good=_GOOD,
)
def argument_not_supported(view: View) -> Iterator[Problem]:
    """Every argument's name."""
    for phase in view.phases:
        signature = SIGNATURES.get(phase.func)
        for name in phase.args if signature else ():
            if signature and name not in signature.arguments:
                message = f"{phase.func} takes no argument {name}"
                yield view.problem((*phase.path, "args", name), message)


@rule(
    "KB012",
    "required-argument-missing",
    "error",
    summary="A function lacks an argument that it needs.",
    why="kanctl, the webhook and the controller refuse it.",
    remedy="Give it; its value may be empty.",
    bad=_one("        image: ghcr.io/kanisterio/kanister-tools:0.116.0\n", ""),
    good=_GOOD,
)
def required_argument_missing(view: View) -> Iterator[Problem]:
    """Every required argument."""
    for phase in view.phases:
        signature = SIGNATURES.get(phase.func)
        for name in signature.required if signature else ():
            if name not in phase.args:
                message = f"{phase.func} needs the argument {name}"
                yield view.problem(_phase_place(phase, "args"), message)


@rule(
    "KB013",
    "duplicate-phase-name",
    "error",
    summary="Two phases bear the same name, in one action or in two.",
    why="Since 0.80.0 kanctl and the webhook refuse the Blueprint. In one action the later phase's "
    "arguments would run for both.",
    remedy="Give every phase of the Blueprint, deferred ones too, a name of its own.",
    bad=_one("      name: load", "      name: dump").replace("Phases.load", "Phases.dump"),
    good=_GOOD,
)
def duplicate_phase_name(view: View) -> Iterator[Problem]:
    """Names of all phases of all actions."""
    seen: dict[str, PhaseView] = {}
    for phase in view.phases:
        earlier = seen.setdefault(phase.name, phase)
        if earlier is not phase:
            line = earlier.place().line
            message = f"the name {phase.name!r} is taken by the phase in line {line}"
            yield view.problem(_phase_place(phase, "name"), message)


@rule(
    "KB014",
    "pod-labels",
    "error",
    summary="podLabels or podAnnotations that no pod may have.",
    why="kanctl and the webhook refuse them: a label's value must be valid as it is written, so "
    "a template in it is refused too.",
    remedy="Use plain label values; a template may stand in an annotation.",
    bad=_one(
        "        image: ghcr",
        "        podLabels: {app: '{{ .StatefulSet.Name }}'}\n        image: ghcr",
    ),
    good=_one("        image: ghcr", "        podLabels: {app: backup}\n        image: ghcr"),
)
def pod_labels(view: View) -> Iterator[Problem]:
    """Labels and annotations of functions that make pods."""
    for phase in view.phases:
        signature = SIGNATURES.get(phase.func)
        if signature and signature.creates_pods:
            for name, message in argument_maps_problems(phase.args):
                yield view.problem((*phase.path, "args", name), message)


@rule(
    "KB015",
    "unknown-field",
    "error",
    summary="A field that the Blueprint's schema does not know.",
    why="The API server drops it without a word, so it has no effect.",
    remedy="Look at its spelling and at its indentation.",
    bad=_one("    inputArtifactNames:", "    inputArtifacts:"),
    good=_GOOD,
)
def unknown_field(view: View) -> Iterator[Problem]:
    """Fields of the Blueprint, its actions, phases and artifacts."""
    yield from _unknown(view, (), view.data, "Blueprint")
    for action in view.actions:
        yield from _unknown(view, action.path, action.body, "action")
        for phase in action.phases:
            yield from _unknown(view, phase.path, phase.body, "phase")
        for name, artifact in action.outputs.items():
            path = (*action.path, "outputArtifacts", name)
            yield from _unknown(view, path, artifact, "artifact")


def _unknown(view: View, path: Path, body: Any, what: str) -> Iterator[Problem]:
    for key in body if isinstance(body, dict) else ():
        if key not in _FIELDS[what]:
            article = "an" if what[0] in "aeio" else "a"
            yield view.problem((*path, key), f"{article} {what} has no field {key}: it is dropped")


@rule(
    "KB016",
    "phase-without-name",
    "warning",
    summary="A phase has no name, or one that templates cannot write.",
    why="Two nameless phases count as duplicates; `.Phases.a-b` is a template error; status and "
    "events show nothing.",
    remedy="Name it with letters, digits and underscores.",
    bad=_one("      name: remove", "      name: remove-it"),
    good=_GOOD,
)
def phase_without_name(view: View) -> Iterator[Problem]:
    """Names of all phases."""
    for phase in view.phases:
        if not phase.name:
            what = "the deferPhase" if phase.is_deferred else "the phase"
            yield view.problem(phase.path, f"{what} has no name")
        elif not _IDENTIFIER.fullmatch(phase.name):
            message = f"templates cannot write .Phases.{phase.name}: only letters, digits and _"
            yield view.problem((*phase.path, "name"), message)


@rule(
    "KB017",
    "action-without-phases",
    "error",
    summary="An action has no phase.",
    why="It does nothing and is reported complete; where its launch fails the controller crashes.",
    remedy="Give it phases or take it out.",
    bad=_GOOD + "  verify:\n    phases: []\n",
    good=_GOOD,
)
def action_without_phases(view: View) -> Iterator[Problem]:
    """All actions."""
    for action in view.actions:
        if not action.phases or all(phase.is_deferred for phase in action.phases):
            yield view.problem(action.path, f"the action {action.name} has no phase")


@rule(
    "KB018",
    "null-argument",
    "error",
    summary="An argument, or something in it, is null.",
    why="Kanister's renderer dereferences it: the controller's process panics.",
    remedy="Write an empty text, or take the key out.",
    bad=_one("        image: ghcr", "        podOverride: {nodeName: }\n        image: ghcr"),
    good=_GOOD,
)
def null_argument(view: View) -> Iterator[Problem]:
    """Everything below `args`."""
    for phase in view.phases:
        for path in _nulls((*phase.path, "args"), phase.args):
            yield view.problem(path, "null: the controller crashes when it renders this")


def _nulls(path: Path, tree: Any) -> Iterator[Path]:
    if tree is None:
        yield path
    elif isinstance(tree, dict):
        for key, inner in tree.items():
            yield from _nulls((*path, key), inner)
    elif isinstance(tree, list):
        for number, inner in enumerate(tree):
            yield from _nulls((*path, number), inner)


@rule(
    "KB019",
    "argument-value",
    "error",
    summary="An argument's value, or the choice of arguments, is one that the function refuses.",
    why="The action fails when it reaches the phase; nothing looks at values before.",
    remedy="See the function's documentation.",
    bad=blueprint("""
        restore:
          phases:
          - func: KubeOps
            name: make
            args: {operation: apply, spec: "kind: Pod"}
        """),
    good=blueprint("""
        restore:
          phases:
          - func: KubeOps
            name: make
            args: {operation: create, spec: "kind: Pod", namespace: "{{ .PVC.Namespace }}"}
        """),
)
def argument_value(view: View) -> Iterator[Problem]:
    """What the functions themselves check when they run."""
    for phase in view.phases:
        for key, message in _values(phase):
            yield view.problem((*phase.path, "args", *([key] if key else [])), message)


def _values(phase: PhaseView) -> Iterator[tuple[str, str]]:
    args = phase.args
    match phase.func:
        case "KubeOps":
            yield from _kube_ops(args)
        case "ScaleWorkload":
            replicas = args.get("replicas")
            if isinstance(replicas, float) or (
                isinstance(replicas, str) and "{{" not in replicas and not replicas.isdecimal()
            ):
                yield "replicas", f"replicas: expected a number of pods, found {replicas!r}"
        case "RestoreData":
            yield from _exactly_one(args, "pod", "volumes")
            yield from _exactly_one(args, "backupTag", "backupIdentifier")
        case "DeleteData":
            yield from _exactly_one(args, "backupTag", "backupID")
        case "Wait" | "WaitV2":
            conditions = args.get("conditions")
            if isinstance(conditions, dict) and not {"anyOf", "allOf"} & set(conditions):
                yield "conditions", "conditions: neither anyOf nor allOf, so it waits in vain"


def _kube_ops(args: dict[str, Any]) -> Iterator[tuple[str, str]]:
    operation = args.get("operation")
    if not isinstance(operation, str) or "{{" in operation:
        return
    if operation not in _OPERATIONS:
        yield "operation", f"operation: expected {', '.join(_OPERATIONS)}, found {operation!r}"
    elif operation == "create" and not args.get("spec"):
        yield "operation", "create needs a spec"
    elif operation in ("delete", "patch"):
        reference = args.get("objectReference")
        keys = reference if isinstance(reference, dict) else {}
        missing = [key for key in ("apiVersion", "resource", "name") if not keys.get(key)]
        if missing:
            yield "operation", f"{operation} needs an objectReference with {', '.join(missing)}"


def _exactly_one(args: dict[str, Any], first: str, second: str) -> Iterator[tuple[str, str]]:
    given = [name for name in (first, second) if name in args]
    if len(given) != 1:
        found = "both" if given else "neither"
        yield (given[1] if given else ""), f"exactly one of {first} and {second}; found {found}"
