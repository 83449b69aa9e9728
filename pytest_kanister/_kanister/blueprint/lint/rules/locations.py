"""Where a backup is kept: paths that two backups share, and deletions that reach too far.

Source of the rules: kando deletes every object whose key begins with the path; restic functions
ignore the Profile's prefix and LocationDelete applies it; times have the layout's precision.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import Call, calls
from pytest_kanister._kanister.blueprint.lint.shell.resolving import kind_of
from pytest_kanister._kanister.blueprint.lint.templates.reading import read_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Part, Word
    from pytest_kanister._kanister.blueprint.lint.templates.reading import Reference
    from pytest_kanister._kanister.blueprint.lint.view import PhaseView, View

_TIME = '{{ .Time | replace ":" "-" }}'
_GOOD = scripts()
_LAYOUT = re.compile(r"2006|01-02|15.?04")
_FRACTION = re.compile(r"[.,](0+|9+)")
_CLOCK = re.compile(r"15:04")
_WORKLOADS = ("StatefulSet", "Deployment", "DeploymentConfig", "PVC")
_RESTIC_PREFIXES = ("backupArtifactPrefix", "dataArtifactPrefix")
_RESTIC = ("BackupData", "BackupDataAll", "CopyVolumeData")
_RESTIC_BACKUP = """
backup:
  outputArtifacts:
    data:
      keyValue:
        id: "{{ .Phases.copy.Output.backupID }}"
        prefix: "PREFIX"
  phases:
  - func: BackupData
    name: copy
    objects:
      key:
        kind: Secret
        name: "{{ .StatefulSet.Name }}"
        namespace: "{{ .StatefulSet.Namespace }}"
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pod: "{{ index .StatefulSet.Pods 0 }}"
      container: db
      includePath: /data
      backupArtifactPrefix: "PREFIX"
      encryptionKey: "{{ .Phases.copy.Secrets.key.Data.key | toString }}"
restore:
  inputArtifactNames: [data]
  phases:
  - func: RestoreData
    name: put
    objects:
      key:
        kind: Secret
        name: "{{ .StatefulSet.Name }}"
        namespace: "{{ .StatefulSet.Namespace }}"
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      pod: "{{ index .StatefulSet.Pods 0 }}"
      backupArtifactPrefix: "{{ .ArtifactsIn.data.KeyValue.prefix }}"
      backupIdentifier: "{{ .ArtifactsIn.data.KeyValue.id }}"
      encryptionKey: "{{ .Phases.put.Secrets.key.Data.key | toString }}"
delete:
  inputArtifactNames: [data]
  phases:
  - func: DELETE
"""
_DELETE_DATA = """DeleteData
    name: forget
    objects:
      key:
        kind: Secret
        name: "{{ .StatefulSet.Name }}"
        namespace: "{{ .StatefulSet.Namespace }}"
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      backupArtifactPrefix: "{{ .ArtifactsIn.data.KeyValue.prefix }}"
      backupID: "{{ .ArtifactsIn.data.KeyValue.id }}"
      encryptionKey: "{{ .Phases.forget.Secrets.key.Data.key | toString }}"
"""
_LOCATION_DELETE = """LocationDelete
    name: forget
    args:
      artifact: "{{ .ArtifactsIn.data.KeyValue.prefix }}"
"""
_OWN_PREFIX = (
    "{{ .Profile.Location.Bucket }}/files/{{ .StatefulSet.Namespace }}/{{ .StatefulSet.Name }}"
)


def _restic(prefix: str = _OWN_PREFIX, delete: str = _DELETE_DATA) -> str:
    text = _RESTIC_BACKUP.replace("PREFIX", prefix).replace("DELETE\n", delete)
    return blueprint(text)


@rule(
    "KB601",
    "second-precision",
    "warning",
    summary="A time with a precision of one second names a backup.",
    why="Two backups within one second get the same name: the later one overwrites the earlier, "
    "and deleting one deletes both.",
    remedy='`{{ .Time | replace ":" "-" }}` has nanoseconds; or end the layout in `.000000000`.',
    bad=_GOOD.replace(
        _TIME,
        '{{ toDate "2006-01-02T15:04:05.999999999Z07:00" .Time | date "2006-01-02-150405" }}',
    ),
    good=_GOOD,
)
def second_precision(view: View) -> Iterator[Problem]:
    """Layouts of `date` of `.Time` without a fraction."""
    for action in view.actions:
        for phase, text in action.texts:
            template = action.template(phase, text)
            for printed in template.printed:
                if not any(ref.names == ("Time",) for ref in printed.references):
                    continue
                for call in printed.calls:
                    layout = call.literals[0] if call.literals else ""
                    if (
                        call.name == "date"
                        and _LAYOUT.search(layout)
                        and not _FRACTION.search(layout)
                    ):
                        place = text.place(call.start, call.end)
                        yield Problem(place, "two of these within one second have the same name")


@rule(
    "KB602",
    "colon-in-path",
    "note",
    summary="A time with colons is part of a path.",
    why="Object stores keep such keys, many tools do not: Windows has no such file name, and some "
    "clients take what is before a colon for a host.",
    remedy='Write `15-04-05`, or `replace ":" "-"`.',
    bad=_GOOD.replace(
        _TIME,
        '{{ toDate "2006-01-02T15:04:05.999999999Z07:00" .Time | date "2006-01-02T15:04:05.00" }}',
    ),
    good=_GOOD,
)
def colon_in_path(view: View) -> Iterator[Problem]:
    """Layouts of `date` with `15:04` where the printed text touches a slash."""
    for action in view.actions:
        for phase, text in action.texts:
            for printed in action.template(phase, text).printed:
                around = (
                    text.value[printed.start - 1 : printed.start]
                    + text.value[printed.end : printed.end + 1]
                )
                replaced = any(call.name == "replace" for call in printed.calls)
                for call in printed.calls:
                    colon = call.name == "date" and any(_CLOCK.search(x) for x in call.literals[:1])
                    if colon and "/" in around and not replaced:
                        place = text.place(call.start, call.end)
                        yield Problem(place, "the colons become part of a path")


@rule(
    "KB603",
    "shared-path",
    "warning",
    summary="Backups of different instances are kept under the same path.",
    why="The path says neither which workload it is nor in which namespace: two instances "
    "overwrite each other's backups, share a repository, or are deleted together.",
    remedy="Make namespace and name (or the uid) of the object part of it.",
    bad=_restic("{{ .Profile.Location.Bucket }}/files"),
    good=_restic(),
    needs_shell=True,
)
def shared_path(view: View) -> Iterator[Problem]:
    """Paths of `kando location push` and prefixes of the restic and RDS functions."""
    for action in view.actions:
        if not action.outputs:
            continue
        for phase in action.phases:
            for argument in _RESTIC_PREFIXES:
                value = phase.args.get(argument)
                if isinstance(value, str):
                    path = (*phase.path, "args", argument)
                    lacks = _lacks(phase, read_template(value).references)
                    if lacks:
                        yield Problem(view.text(path).whole, lacks)
        for call in calls(action, "kando"):
            if call.argv[1:3] != ["location", "push"] or call.has("--output-name", "-o"):
                continue
            word = call.word_of("--path", "-s")
            if word is not None:
                lacks = _lacks_in_script(call, word)
                if lacks:
                    yield call.problem_at(word, lacks)


def _lacks(phase: PhaseView, references: tuple[Reference, ...]) -> str:
    through = [_through_output(phase, ref) for ref in references]
    names = [ref for found in through for ref in found]
    return _missing([ref.names for ref in names])


def _through_output(phase: PhaseView, reference: Reference) -> list[Reference]:
    """An output stands for what the script of its phase gives it."""
    if reference.names[0] != "Phases" or "Output" not in reference.names[2:3]:
        return [reference]
    ran = next((p for p in phase.action.phases if p.name == reference.names[1]), None)
    for call in calls(ran.scripts if ran else (), "kando"):
        if call.argv[1:3] == ["output", reference.names[3]] and len(call.command.words) > 3:
            parts = call.flow.parts(call.command.words[3])
            return [
                r
                for p in parts
                if p.kind == "placeholder"
                for r in call.script.printed(p).references
            ]
    return [reference]


def _lacks_in_script(call: Call, word: Word) -> str:
    parts = list(call.flow.parts(word))
    if any(_is_open(call, part) for part in parts):
        return ""
    names = [
        ref.names
        for p in parts
        if p.kind == "placeholder"
        for ref in call.script.printed(p).references
    ]
    return _missing(names)


def _is_open(call: Call, part: Part) -> bool:
    """A variable or substitution of which nothing is known."""
    return part.kind in ("variable", "substitution") and not call.flow.text(
        type(call.command.words[0])((part,), part.start, part.end)
    ).replace("\0", "")


def _missing(names: list[tuple[str, ...]]) -> str:
    if any("uid" in one or "ArtifactsIn" in one or "Output" in one for one in names):
        return ""
    named = any(
        (one[0] in _WORKLOADS and one[-1] == "Name")
        or one[:3] in (("Object", "metadata", "name"), ("Object", "metadata", "labels"))
        or one[:2] in (("Object", "spec"), ("Object", "data"))
        for one in names
    )
    spaced = any(one[-1].lower() == "namespace" or one[0] == "Namespace" for one in names)
    if named and spaced:
        return ""
    if named:
        return "the path has no namespace: instances of one name in two namespaces share it"
    if spaced:
        return "the path has no name: all instances of the namespace share it"
    return "the path is the same for every instance"


@rule(
    "KB604",
    "delete-takes-all",
    "error",
    summary="Deleting one backup deletes a whole repository or folder of them.",
    why="LocationDelete removes every object whose key begins with the path: all other backups "
    "below it, and siblings whose names merely begin alike.",
    remedy="DeleteData and DeleteDataAll take one backup out of a repository; for objects use a "
    "path that only one backup has.",
    bad=_restic(delete=_LOCATION_DELETE),
    good=_restic(),
)
def delete_takes_all(view: View) -> Iterator[Problem]:
    """LocationDelete of something that is no backup's own."""
    for phase in view.phases:
        value = phase.args.get("artifact")
        if phase.func != "LocationDelete" or not isinstance(value, str):
            continue
        names = [ref.names for ref in _produced(view, value)]
        own = any(one[0] == "Time" or one[-1] in ("backupID", "backupTag") for one in names)
        opaque = any("Output" in one and one[-1] not in ("backupID", "backupTag") for one in names)
        if not own and not opaque:
            message = "the path is no single backup's: every other backup below it goes too"
            yield Problem(view.text((*phase.path, "args", "artifact")).whole, message)


def _produced(view: View, value: str) -> Iterator[Reference]:
    """References of a text, artifacts replaced by what produces them."""
    for reference in read_template(value).references:
        if reference.names[0] == "ArtifactsIn" and len(reference.names) == 4:
            found = _artifact(view, reference.names[1], reference.names[3])
            if found is not None:
                yield from read_template(found).references
                continue
        yield reference


def _artifact(view: View, name: str, key: str) -> str | None:
    for action in view.actions:
        artifact: Any = action.outputs.get(name)
        values = artifact.get("keyValue") if isinstance(artifact, dict) else None
        if isinstance(values, dict) and isinstance(values.get(key), str):
            return str(values[key])
    return None


@rule(
    "KB605",
    "delete-unguarded",
    "warning",
    summary="A deletion by prefix takes whatever path it is given, an empty one too.",
    why="kando deletes every object that begins with the path, `aws s3 rm --recursive` too; an "
    "empty path, or an empty last part, means every backup there is.",
    remedy='Ask first: `[[ -n "${path}" ]]` (under errexit that stops the script).',
    bad=_GOOD.replace('[[ -n "${path}" ]]\n', ":\n"),
    good=_GOOD,
    needs_shell=True,
)
def delete_unguarded(view: View) -> Iterator[Problem]:
    """Deletions whose path comes from elsewhere and is not tested."""
    for call in calls(view, "kando", "aws"):
        if call.program == "kando":
            if call.argv[1:3] != ["location", "delete"] or call.has("--kopia-snapshot", "-k"):
                continue
            word = call.word_of("--path", "-s")
        else:
            if "rm" not in call.argv or "--recursive" not in call.argv:
                continue
            word = call.command.words[-1]
        if word is None:
            yield call.problem("no path: every object of the bucket goes")
        elif _from_elsewhere(call, word) and not _is_tested(call, word):
            yield call.problem_at(word, "nothing asks whether the path, or its last part, is empty")


def _from_elsewhere(call: Call, word: Word) -> bool:
    """Whether a part of it may be empty: an artifact, an output, what a command printed."""
    for part in call.flow.parts(word):
        if part.kind == "placeholder":
            if kind_of(call.script.printed(part)) in ("artifact", "output", "free", "other"):
                return True
        elif part.kind != "text":
            return True
    return False


def _is_tested(call: Call, word: Word) -> bool:
    tested = {
        part.text
        for command in call.script.program.commands
        if command.name in ("[", "[[", "test")
        for asked in command.words
        for part in asked.parts
        if part.kind == "variable"
    }
    used = {part.text for part in word.parts if part.kind == "variable"}
    checked = any(part.operator.startswith((":?", "?")) for part in word.parts)
    made_of = {
        part.text
        for name in used
        for assignment in call.flow.assignments(name)
        for value in assignment.words
        for part in value.parts
        if part.kind == "variable"
    }
    return bool(used & tested) or checked or bool(made_of and made_of <= tested)


@rule(
    "KB606",
    "prefix-of-profile-ignored",
    "warning",
    summary="A Blueprint writes with restic and deletes with LocationDelete.",
    why="restic functions ignore the Profile's prefix, LocationDelete puts it in front: with a "
    "prefix in the Profile it looks elsewhere, deletes nothing, and succeeds.",
    remedy="Delete with DeleteData or DeleteDataAll.",
    bad=_restic(delete=_LOCATION_DELETE),
    good=_restic(),
)
def prefix_of_profile_ignored(view: View) -> Iterator[Problem]:
    """LocationDelete of an artifact beside a restic backup whose prefix it is."""
    prefixes = {
        str(phase.args.get(name))
        for phase in view.phases
        if phase.func in _RESTIC
        for name in _RESTIC_PREFIXES
        if name in phase.args
    }
    for phase in view.phases:
        value = phase.args.get("artifact")
        if phase.func != "LocationDelete" or not isinstance(value, str):
            continue
        if _resolved(view, value) in {_plain(prefix) for prefix in prefixes}:
            message = "restic wrote there without the Profile's prefix, this looks behind it"
            yield Problem(phase.place("func"), message)


def _resolved(view: View, value: str) -> str:
    found = [ref for ref in read_template(value).references if ref.names[0] == "ArtifactsIn"]
    if len(found) == 1 and len(found[0].names) == 4:
        return _plain(_artifact(view, found[0].names[1], found[0].names[3]) or value)
    return _plain(value)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


@rule(
    "KB607",
    "well-known-key",
    "warning",
    summary="A restic repository is encrypted with Kanister's default key.",
    why="The default is the digest of a constant that stands in Kanister's source: whoever reads "
    "the bucket reads the backups.",
    remedy="Give `encryptionKey` from a Secret, in all actions alike.",
    bad=_restic().replace(
        '        encryptionKey: "{{ .Phases.copy.Secrets.key.Data.key | toString }}"\n', ""
    ),
    good=_restic(),
)
def well_known_key(view: View) -> Iterator[Problem]:
    """Functions that write to a repository, without the argument."""
    for phase in view.phases:
        if phase.func in _RESTIC and "encryptionKey" not in phase.args:
            yield Problem(phase.place("func"), f"{phase.func} encrypts with a key that is public")
