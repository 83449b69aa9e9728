"""Templates by data flow: which parameter is there when a template is rendered.

Source of the rules: `objects` are rendered once, before any phase; arguments just before their
phase; artifacts at the end; a missing key is an error by field and nothing by `index`; kinds set
one workload parameter each (Kanister's documentation of templates and its controller).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import calls
from pytest_kanister._kanister.blueprint.lint.templates.parameters import (
    CHECKED_KINDS,
    ROOTS,
    known,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.templates.reading import Reference, Template
    from pytest_kanister._kanister.blueprint.lint.texts import Text
    from pytest_kanister._kanister.blueprint.lint.view import ActionView, PhaseView, View

_GOOD = scripts()
_PATH = '{{ .Time | replace ":" "-" }}'
_OUTPUT = "{{ .Phases.dump.Output.path }}"
_NAMESPACE = '        namespace: "{{ .StatefulSet.Namespace }}"'
_SECRET_NAME = '          name: "{{ .StatefulSet.Name }}"'
_PASSWORD = 'index .Phases.dump.Secrets.login.Data "the-password" | toString'
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_OUTPUTS = {
    "KubeOps": "apiVersion group resource kind name namespace",
    "ScaleWorkload": "originalReplicaCount",
    "BackupData": "backupID backupTag fileCount size phySize version",
    "BackupDataAll": "BackupAllInfo version",
    "CopyVolumeData": "backupID backupRoot backupArtifactLocation backupTag fileCount size "
    "phySize version",
    "DeleteData": "spaceFreed",
    "DeleteDataAll": "spaceFreed",
    "BackupDataStats": "mode fileCount size version",
    "CheckRepository": "passwordIncorrect repoUnavailable version",
    "CreateCSISnapshot": "name pvc namespace restoreSize snapshotContent",
    "CreateCSISnapshotStatic": "name namespace restoreSize snapshotContent",
    "CreateRDSSnapshot": "snapshotID instanceID securityGroupID allocatedStorage dbSubnetGroup",
    "ExportRDSSnapshotToLocation": "backupID snapshotID instanceID securityGroupID",
    "RestoreCSISnapshot": "",
    "DeleteCSISnapshot": "",
    "DeleteCSISnapshotContent": "",
    "DeleteRDSSnapshot": "",
    "LocationDelete": "",
    "Wait": "",
    "WaitV2": "",
}
_SCRIPTED = frozenset({"KubeTask", "KubeExec", "KubeExecAll", "PrepareData", "MultiContainerRun"})
_RUNNERS = frozenset({"sh", "bash", "python", "python3", "perl", "ruby", "source", "."})


def _with(old: str, new: str, text: str = _GOOD) -> str:
    if old not in text:
        raise ValueError(f"{old!r} is not in the example")
    return text.replace(old, new, 1)


def _templates(view: View) -> Iterator[tuple[ActionView, PhaseView | None, Text, Template]]:
    for action in view.actions:
        for phase, text in action.texts:
            if "{{" in text.value:
                yield action, phase, text, action.template(phase, text)


def _references(
    view: View,
) -> Iterator[tuple[ActionView, PhaseView | None, Text, Reference]]:
    """What Kanister's parameters are read for; WaitV2's conditions read the object itself."""
    for action, phase, text, template in _templates(view):
        if not _is_condition(phase, text):
            for reference in template.references:
                yield action, phase, text, reference


def _is_condition(phase: PhaseView | None, text: Text) -> bool:
    return phase is not None and phase.func in ("Wait", "WaitV2") and text.path[-1] == "condition"


def _problem(text: Text, reference: Reference, message: str) -> Problem:
    return Problem(text.place(reference.start, reference.end), message)


@rule(
    "KB101",
    "template-syntax",
    "error",
    summary="A template does not parse.",
    why="The action fails when it is rendered; nothing looks at templates before. Kanister has "
    "the functions of sprig 2.22 only.",
    remedy="Mend it; where YAML and the template both want quotes, use the other kind outside.",
    bad=_with(_OUTPUT, "{{ .Phases.dump.Output.path | mustUpper }}"),
    good=_GOOD,
)
def template_syntax(view: View) -> Iterator[Problem]:
    """Go's own words."""
    for _, phase, text, template in _templates(view):
        if template.error and not (_is_condition(phase, text) and phase and phase.func == "WaitV2"):
            line = max(template.error_line, 1)
            offset = sum(len(part) + 1 for part in text.value.split("\n")[: line - 1])
            found = text.value.find("{{", offset)
            words = template.error.split(": ", 2)[-1].removeprefix(f"config:{line}: ")
            yield Problem(text.place(max(found, 0), max(found, 0) + 2), words)


@rule(
    "KB102",
    "unknown-parameter",
    "error",
    summary="A template reads a parameter or a field that does not exist.",
    why='The action fails: "can\'t evaluate field X in type param.TemplateParams".',
    remedy="See Kanister's template parameters; names are case-sensitive.",
    bad=_with(_NAMESPACE, _NAMESPACE.replace("StatefulSet", "Statefulset")),
    good=_GOOD,
)
def unknown_parameter(view: View) -> Iterator[Problem]:
    """Names against the parameters' Go types."""
    for _, _, text, reference in _references(view):
        wrong = known(reference.names)
        if wrong:
            where = "." + ".".join(reference.names[: reference.names.index(wrong)])
            similar = [name for name in ROOTS if name.lower() == wrong.lower() != ""]
            hint = f"; it is written .{similar[0]}" if similar and where == "." else ""
            what = f"there is no parameter .{wrong}" if where == "." else f"{where} has no {wrong}"
            yield _problem(text, reference, what + hint)


@rule(
    "KB103",
    "wrong-root-for-kind",
    "error",
    summary="A template reads the parameters of another kind of object than the action's.",
    why="An action has one object; only the parameter of its kind is set. Reading the others "
    "fails with a nil pointer.",
    remedy="Read one kind's parameter in an action, or `.Object`, which is always there.",
    bad=_with(_NAMESPACE, _NAMESPACE.replace("StatefulSet", "Deployment")),
    good=_GOOD,
)
def wrong_root_for_kind(view: View) -> Iterator[Problem]:
    """The kind that the action names, else the one that it reads first."""
    for action in view.actions:
        named = str(action.body.get("kind") or "")
        expected = CHECKED_KINDS.get(named.lower(), "")
        why = f"the action's kind is {named}"
        for owner, _, text, reference in _references(view):
            root = reference.names[0]
            if owner is not action or root not in CHECKED_KINDS.values() or reference.tested:
                continue
            if named and not expected:
                yield _problem(text, reference, f".{root} is not set: {why}")
            elif not expected:
                expected = root
                line = text.position(reference.start)[0]
                why = f"line {line} reads .{root}, and an action has one object"
            elif root != expected:
                yield _problem(text, reference, f".{root} is not set: {why}")


@rule(
    "KB104",
    "phases-in-objects",
    "error",
    summary="A reference in `objects` reads what a phase leaves behind.",
    why="`objects` of all phases are rendered when the action is launched, before any phase has "
    "run: the key is not there and the action fails.",
    remedy="Take the name from the object, an artifact or an option; Secrets that an earlier phase "
    "makes are found if their name is known at launch.",
    bad=_with(_SECRET_NAME, _SECRET_NAME.replace(".StatefulSet.Name", ".Phases.dump.Output.name")),
    good=_GOOD,
)
def phases_in_objects(view: View) -> Iterator[Problem]:
    """`.Phases` and `.DeferPhase` below `objects`."""
    for _, phase, text, reference in _references(view):
        if (
            phase
            and "objects" in text.path[: len(phase.path) + 1]
            and reference.names[0] in ("Phases", "DeferPhase")
        ):
            message = f"{reference.text} does not exist yet: objects are rendered at launch"
            yield _problem(text, reference, message)


@rule(
    "KB105",
    "output-before-it-ran",
    "error",
    summary="A template reads a phase that has not run yet, or that is not of this action.",
    why="Arguments are rendered just before their phase: later phases are unknown then, and a "
    "phase's own output is empty. Other actions' phases never are known; a deferPhase's own "
    "Secrets are at `.DeferPhase`.",
    remedy="Read earlier phases of the same action; hand values on to other actions as artifacts.",
    bad=_with(_PATH, "{{ .Phases.load.Output.path }}"),
    good=_GOOD,
)
def output_before_it_ran(view: View) -> Iterator[Problem]:
    """`.Phases.NAME` against the order of the phases."""
    for action, phase, text, reference in _references(view):
        if phase and "objects" in text.path[: len(phase.path) + 1]:
            continue
        if reference.names[0] == "DeferPhase" and phase and not phase.is_deferred:
            yield _problem(text, reference, "the deferPhase runs after this phase")
        if reference.names[0] != "Phases" or len(reference.names) < 2:
            continue
        name = reference.names[1]
        ran = next((p for p in action.phases if p.name == name and not p.is_deferred), None)
        if ran is None:
            deferred = any(p.name == name for p in action.phases)
            hint = "; what the deferPhase has is at .DeferPhase" if deferred else ""
            yield _problem(text, reference, f"no phase {name} in action {action.name}{hint}")
        elif phase and not phase.is_deferred and ran.number > phase.number:
            yield _problem(text, reference, f"phase {name} runs after this one")
        elif ran is phase and "Output" in reference.names[2:3]:
            yield _problem(text, reference, "a phase's own output is not there while it begins")


@rule(
    "KB106",
    "output-not-set",
    "error",
    summary="A template reads an output that its phase does not set.",
    why='The action fails after the work was done: "KEY" not found. A backup\'s artifact is then '
    "never rendered, so what was uploaded cannot be deleted.",
    remedy="Set it with `kando output KEY VALUE`, or read what the function sets.",
    bad=_with(_OUTPUT, "{{ .Phases.dump.Output.location }}"),
    good=_GOOD,
    needs_shell=True,
)
def output_not_set(view: View) -> Iterator[Problem]:
    """`.Phases.NAME.Output.KEY` against the function's outputs and the script's `kando output`."""
    for action, _, text, reference in _references(view):
        names = reference.names
        if names[0] == "DeferPhase":
            phases, key = [p for p in action.phases if p.is_deferred], names[2:3]
        else:
            phases, key = [p for p in action.phases if [p.name] == [*names[1:2]]], names[3:4]
        if "Output" not in names[1:3] or not key or not phases:
            continue
        outputs = _outputs(phases[0])
        if outputs is not None and key[0] not in outputs:
            there = ", ".join(sorted(outputs)) or "nothing"
            message = f"phase {phases[0].name or 'deferPhase'} sets no {key[0]}; it sets {there}"
            yield _problem(text, reference, message)


def _outputs(phase: PhaseView) -> set[str] | None:
    """Keys that a phase sets; None: cannot be told."""
    if phase.func in _OUTPUTS:
        return set(_OUTPUTS[phase.func].split())
    if phase.func not in _SCRIPTED or not phase.scripts:
        return None
    found: set[str] = set()
    for call in calls(phase.scripts):
        if call.program == "kando" and call.argv[1:2] == ["output"]:
            words = [word for word in call.argv[2:] if word != "--"]
            if not words or "\0" in words[0]:
                return None
            found.add(words[0])
        elif call.program == "kando":
            name = call.value("--output-name", "-o")
            if name:
                found.add(name)
            if "push" in call.argv[1:3]:
                found.add("kandoOutput")
        elif call.program in _RUNNERS or call.program.endswith((".sh", ".py")):
            return None  # another script may set any
        elif "###Phase-output###" in " ".join(call.argv):
            return None
    return found


@rule(
    "KB107",
    "date-of-string",
    "error",
    summary="`date` is given a text instead of a time.",
    why="sprig's `date` takes anything that is no time for *now*: the result is the moment of "
    "rendering, another one each time, and not the action's time.",
    remedy='Convert first: `toDate "2006-01-02T15:04:05.999999999Z07:00" .Time | date "…"`.',
    bad=_with(_PATH, '{{ .Time | date "2006-01-02T15-04-05.000000000" }}'),
    good=_with(
        _PATH,
        '{{ toDate "2006-01-02T15:04:05.999999999Z07:00" .Time'
        ' | date "2006-01-02T15-04-05.000000000" }}',
    ),
)
def date_of_string(view: View) -> Iterator[Problem]:
    """The type of the last argument of `date` and its kin."""
    for _, _, text, template in _templates(view):
        for call in template.calls:
            if (
                call.name in ("date", "dateInZone", "date_in_zone", "htmlDate")
                and call.last_type == "string"
            ):
                message = f"{call.name} of a text gives the time of rendering: use toDate first"
                yield Problem(text.place(call.start, call.end), message)


@rule(
    "KB108",
    "index-of-missing-key",
    "warning",
    summary="`index` reads a key that may be missing where a field would fail loudly.",
    why="`index` gives an empty value for a missing key (`<no value>` or `<nil>` for parts of "
    "`.Object`), and the action goes on with an empty password or name; `.Data.key` fails and "
    "says which key is not there.",
    remedy="Write `.Options.key` or `.Data.key`. For keys with `-` or `.` in them `index` is the "
    "only way, and is not reported; where the key may be missing, ask with `if`.",
    bad=_with(_PASSWORD, 'index .Phases.dump.Secrets.login.Data "password" | toString'),
    good=_with(_PASSWORD, ".Phases.dump.Secrets.login.Data.password | toString"),
)
def index_of_missing_key(view: View) -> Iterator[Problem]:
    """Keys of `index` that a field could name as well."""
    for _, _, text, reference in _references(view):
        key = reference.names[-1]
        if (
            reference.indexed == 1
            and not reference.tested
            and _IDENTIFIER.fullmatch(key)
            and reference.names[0] in ROOTS
            and _is_map(reference.names[:-1])
        ):
            base = "." + reference.names[-2]
            nothing = "`<nil>`" if reference.names[0] == "Object" else "an empty text"
            message = f"where {key} is missing this is {nothing}; `{base}.{key}` would fail"
            yield _problem(text, reference, message)


def _is_map(names: tuple[str, ...]) -> bool:
    return names[-1] in ("Data", "Options", "KeyValue", "Output") or names[0] == "Object"


@rule(
    "KB109",
    "object-not-referenced",
    "error",
    summary="A template reads a Secret or ConfigMap that its phase does not fetch.",
    why="A phase has the Secrets and ConfigMaps that its `objects` name, and no others: the "
    "action fails with a missing key.",
    remedy="Name it in the phase's `objects`.",
    bad=_with("Secrets.login", "Secrets.account"),
    good=_GOOD,
)
def object_not_referenced(view: View) -> Iterator[Problem]:
    """`.Phases.NAME.Secrets.REF` against `objects`."""
    for action, _, text, reference in _references(view):
        names = reference.names
        if names[0] == "DeferPhase":
            phases, rest = [p for p in action.phases if p.is_deferred], names[1:]
        else:
            phases, rest = [p for p in action.phases if [p.name] == [*names[1:2]]], names[2:]
        if len(rest) < 2 or rest[0] not in ("Secrets", "ConfigMaps") or not phases:
            continue
        kind = {"Secrets": "secret", "ConfigMaps": "configmap"}[rest[0]]
        fetched = [
            name
            for name, ref in phases[0].objects.items()
            if isinstance(ref, dict) and str(ref.get("kind", "")).lower() == kind
        ]
        if rest[1] not in fetched:
            there = ", ".join(fetched) or "none"
            message = f"phase {phases[0].name} fetches no {kind} {rest[1]} (its objects: {there})"
            yield _problem(text, reference, message)


@rule(
    "KB110",
    "bytes-as-numbers",
    "error",
    summary="A Secret's value is printed without `toString`.",
    why="It is a list of bytes and is printed as `[112 97 115 …]`.",
    remedy="Append `| toString`.",
    bad=_with(_PASSWORD, 'index .Phases.dump.Secrets.login.Data "the-password"'),
    good=_GOOD,
)
def bytes_as_numbers(view: View) -> Iterator[Problem]:
    """Data of Secrets that nothing converts."""
    for action in view.actions:
        for phase, text in action.texts:
            template = action.template(phase, text)
            for printed in template.printed:
                for reference in printed.references:
                    left = [name for name in reference.converted if name != "index"]
                    if type_of(reference.names) == "bytes" and not left:
                        message = f"{reference.text} is printed as numbers: append `| toString`"
                        yield _problem(text, reference, message)


@rule(
    "KB111",
    "undeclared-input",
    "note",
    summary="An action reads an artifact, Secret or ConfigMap that it does not declare.",
    why="Kanister does not enforce the lists, but people and tools read there what to hand to the "
    "action; what is missing shows as a template error only when it runs.",
    remedy="Name it in inputArtifactNames, secretNames or configMapNames.",
    bad=_with("    inputArtifactNames: [dump]\n", ""),
    good=_GOOD,
)
def undeclared_input(view: View) -> Iterator[Problem]:
    """`.ArtifactsIn`, `.Secrets` and `.ConfigMaps` against the action's lists."""
    lists = {
        "ArtifactsIn": "inputArtifactNames",
        "Secrets": "secretNames",
        "ConfigMaps": "configMapNames",
    }
    said = set()
    for action, _, text, reference in _references(view):
        names = reference.names
        if names[0] not in lists or len(names) < 2 or reference.tested:
            continue
        declared = action.body.get(lists[names[0]])
        if names[1] not in (declared if isinstance(declared, list) else []):
            key = (action.name, *names[:2])
            if key not in said:
                said.add(key)
                message = f"{lists[names[0]]} of action {action.name} does not name {names[1]}"
                yield _problem(text, reference, message)
