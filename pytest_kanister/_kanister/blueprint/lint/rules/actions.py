"""Actions as a whole: what is not there, what waits in vain, what destroys too early."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import Call, calls
from pytest_kanister._kanister.blueprint.lint.templates.reading import read_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._base.positions import Path
    from pytest_kanister._kanister.blueprint.lint.view import ActionView, PhaseView, View

_GOOD = scripts()
_JSONPATH = re.compile(r"\{\s*\$[^}]*\}")
_PREPARE = """
restore:
  phases:
  - func: PrepareData
    name: put
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      failOnError: true
      command: [bash, -o, errexit, -o, pipefail, -c, restore-it]
"""
_WAIT = """
restore:
  phases:
  - func: Wait
    name: ready
    args:
      timeout: 5m
      conditions:
        anyOf:
        - condition: '{{ if eq "{ $.status.phase }" "Running" }}true{{ else }}false{{ end }}'
          objectReference:
            apiVersion: v1
            resource: pods
            name: "{{ .StatefulSet.Name }}-0"
            namespace: "{{ .StatefulSet.Namespace }}"
"""
_SCALE = """
restore:
  phases:
  - func: ScaleWorkload
    name: down
    args: {replicas: 0}
  - func: ScaleWorkload
    name: up
    args: {replicas: "{{ .Phases.down.Output.originalReplicaCount }}"}
"""
_RESTORE_CSI = """
backup:
  outputArtifacts:
    snapshot:
      keyValue:
        name: "{{ .Phases.snap.Output.name }}"
        size: "{{ .Phases.snap.Output.restoreSize }}"
  phases:
  - func: CreateCSISnapshot
    name: snap
    args:
      pvc: "{{ .PVC.Name }}"
      namespace: "{{ .PVC.Namespace }}"
      snapshotClass: "{{ .Options.snapshotClass }}"
restore:
  inputArtifactNames: [snapshot]
  phases:
  - func: WaitV2
    name: usable
    args:
      timeout: 5m
      conditions:
        allOf:
        - condition: "{{ $.status.readyToUse }}"
          objectReference:
            apiVersion: v1
            group: snapshot.storage.k8s.io
            resource: volumesnapshots
            name: "{{ .ArtifactsIn.snapshot.KeyValue.name }}"
            namespace: "{{ .PVC.Namespace }}"
  - func: KubeOps
    name: drop
    args:
      operation: delete
      objectReference:
        apiVersion: v1
        resource: persistentvolumeclaims
        name: "{{ .PVC.Name }}"
        namespace: "{{ .PVC.Namespace }}"
  - func: RestoreCSISnapshot
    name: put
    args:
      name: "{{ .ArtifactsIn.snapshot.KeyValue.name }}"
      pvc: "{{ .PVC.Name }}"
      namespace: "{{ .PVC.Namespace }}"
      storageClass: "{{ .Options.storageClass }}"
      restoreSize: "{{ .ArtifactsIn.snapshot.KeyValue.size }}"
delete:
  inputArtifactNames: [snapshot]
  phases:
  - func: DeleteCSISnapshot
    name: forget
    args: {name: "{{ .ArtifactsIn.snapshot.KeyValue.name }}", namespace: "{{ .Namespace.Name }}"}
"""
_ON_ALL = """
backup:
  phases:
  - func: KubeExecAll
    name: write
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pods: "{{ range .StatefulSet.Pods }} {{ . }}{{ end }}"
      containers: db
      command: [bash, -o, errexit, -c, "snapshot-to /scratch/snapshot"]
  - func: KubeExecAll
    name: clean
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pods: "{{ range .StatefulSet.Pods }} {{ . }}{{ end }}"
      containers: db
      command: [bash, -o, errexit, -c, "rm -rf /scratch/snapshot"]
restore:
  phases:
  - func: KubeExec
    name: nothing
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pod: "{{ index .StatefulSet.Pods 0 }}"
      command: [bash, -o, errexit, -c, load-it]
delete:
  phases:
  - func: KubeExec
    name: none
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pod: "{{ index .StatefulSet.Pods 0 }}"
      command: [bash, -o, errexit, -c, forget-it]
"""


def _without(action: str, text: str = _GOOD) -> str:
    start = text.index(f"  {action}:\n")
    following = re.search(r"^  \w+:\n", text[start + 3 :], re.MULTILINE)
    end = start + 3 + following.start() if following else len(text)
    return text[:start] + text[end:]


def _backs_up(view: View) -> ActionView | None:
    return view.action("backup")


@rule(
    "KB801",
    "no-restore",
    "error",
    summary="There is a backup and no restore.",
    why="What cannot be restored is no backup.",
    remedy="Write the action `restore`, and prove it.",
    bad=_without("restore"),
    good=_GOOD,
)
def no_restore(view: View) -> Iterator[Problem]:
    """An action backup beside none that restores."""
    backup = _backs_up(view)
    if backup and not any("restore" in action.name.lower() for action in view.actions):
        yield view.problem(backup.path, "no action restores what this one backs up")


@rule(
    "KB802",
    "no-delete",
    "warning",
    summary="There is a backup and no delete.",
    why="Backups pile up, and what retention removes in the cluster stays in the bucket.",
    remedy="Write the action `delete`.",
    bad=_without("delete"),
    good=_GOOD,
)
def no_delete(view: View) -> Iterator[Problem]:
    """An action backup beside none that deletes."""
    backup = _backs_up(view)
    if backup and not any("delete" in action.name.lower() for action in view.actions):
        yield view.problem(backup.path, "no action deletes what this one leaves in the store")


@rule(
    "KB803",
    "prepare-data-ignores-status",
    "error",
    summary="PrepareData without `failOnError`.",
    why="By default Kanister ignores the exit status of its command: a restore that failed is "
    "complete, and the database is started on what it left.",
    remedy="Add `failOnError: true` (Kanister 0.115.0 or newer; older releases have KubeTask).",
    bad=blueprint(_PREPARE.replace("      failOnError: true\n", "")),
    good=blueprint(_PREPARE),
)
def prepare_data_ignores_status(view: View) -> Iterator[Problem]:
    """The argument missing or false."""
    for phase in view.phases:
        if phase.func == "PrepareData" and str(phase.args.get("failOnError", "")).lower() in (
            "",
            "false",
        ):
            yield Problem(phase.place("func"), "its command may fail and the phase succeeds")


@rule(
    "KB804",
    "replicas-hard-coded",
    "warning",
    summary="A workload is scaled to nothing and back to a fixed number.",
    why="Whatever it had before, it has that number afterwards.",
    remedy="`{{ .Phases.NAME.Output.originalReplicaCount }}` of the phase that scaled it down.",
    bad=blueprint(_SCALE.replace('"{{ .Phases.down.Output.originalReplicaCount }}"', "1")),
    good=blueprint(_SCALE),
)
def replicas_hard_coded(view: View) -> Iterator[Problem]:
    """A number above 0 behind a scaling to 0 in the same action."""
    for action in view.actions:
        scaled = False
        for phase in action.phases:
            if phase.func != "ScaleWorkload":
                continue
            replicas = str(phase.args.get("replicas", ""))
            if replicas == "0":
                scaled = True
            elif scaled and replicas.isdecimal():
                message = f"scaled to {replicas} afterwards, however many there were before"
                yield view.problem((*phase.path, "args", "replicas"), message)


@rule(
    "KB805",
    "wait-is-constant",
    "error",
    summary="A Wait's condition does not look at the object.",
    why="It is true at once, or never: only `{ $.path }` in braces is replaced by the object's "
    "value (Wait); a bare `$.path` in quotes is just text.",
    remedy="Write `{ $.status.phase }` (Wait) or `$.status.phase` outside quotes (WaitV2).",
    bad=blueprint(_WAIT.replace("{ $.status.phase }", "$.status.phase")),
    good=blueprint(_WAIT),
)
def wait_is_constant(view: View) -> Iterator[Problem]:
    """Conditions without a path."""
    for phase in view.phases:
        for path, condition in _conditions(phase):
            text = view.text(path)
            if phase.func == "Wait":
                looks = bool(_JSONPATH.search(_without_variables(condition)))
            else:
                looks = bool(phase.template(text).references) or _reads_dot(condition)
            if not looks:
                yield Problem(text.whole, "the condition does not look at the object")


def _conditions(phase: PhaseView) -> Iterator[tuple[Path, str]]:
    conditions: Any = phase.args.get("conditions")
    if phase.func not in ("Wait", "WaitV2") or not isinstance(conditions, dict):
        return
    for key in ("anyOf", "allOf"):
        listed = conditions.get(key)
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            condition = one.get("condition") if isinstance(one, dict) else None
            if isinstance(condition, str):
                yield (*phase.path, "args", "conditions", key, number, "condition"), condition


def _without_variables(condition: str) -> str:
    """`{{ $x := …` begins with a brace and a dollar, too."""
    return condition.replace("{{", "")


def _reads_dot(condition: str) -> bool:
    return re.search(r"\{\{[^}\"]*(\$?\.[A-Za-z])", condition) is not None


@rule(
    "KB806",
    "destroys-before-it-knows",
    "error",
    summary="A restore deletes the live data before it knows that the backup can be used.",
    why="Where the snapshot is gone or not ready, the data are lost and nothing replaces them.",
    remedy="Look first: wait until the snapshot is `readyToUse`, or restore beside and swap.",
    bad=blueprint(
        re.sub(r"  - func: WaitV2\n.*?(?=  - func: KubeOps)", "", _RESTORE_CSI, flags=re.DOTALL)
    ),
    good=blueprint(_RESTORE_CSI),
    needs_shell=True,
)
def destroys_before_it_knows(view: View) -> Iterator[Problem]:
    """A claim or a database instance deleted, a snapshot restored later, none looked at before."""
    for action in view.actions:
        phases = action.phases
        for number, phase in enumerate(phases):
            later = phases[number + 1 :]
            looked = any(p.func in ("Wait", "WaitV2") for p in phases[:number])
            if (
                _deletes_claim(phase)
                and not looked
                and any(p.func == "RestoreCSISnapshot" for p in later)
            ):
                message = "the claim is deleted before the snapshot was looked at"
                yield Problem(phase.place("func"), message)
        yield from _instance_deleted(action)


def _deletes_claim(phase: PhaseView) -> bool:
    reference = phase.args.get("objectReference")
    return (
        phase.func == "KubeOps"
        and phase.args.get("operation") == "delete"
        and isinstance(reference, dict)
        and reference.get("resource") == "persistentvolumeclaims"
    )


def _instance_deleted(action: ActionView) -> Iterator[Problem]:
    deleted: list[Call] = []
    for call in calls(action, "aws"):
        if "delete-db-instance" in call.argv or "delete-db-cluster" in call.argv:
            deleted.append(call)
        elif any("restore-db" in word for word in call.argv):
            for earlier in deleted:
                yield earlier.problem("the instance is deleted before the snapshot is restored")
            deleted = []


@rule(
    "KB807",
    "cleans-one-pod-of-many",
    "warning",
    summary="What was written in every pod is removed in one.",
    why="The other pods' scratch files stay, fill the volume, and are part of the next backup.",
    remedy="Clean with KubeExecAll as well.",
    bad=blueprint(
        _ON_ALL.replace(
            """  - func: KubeExecAll
    name: clean
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pods: "{{ range .StatefulSet.Pods }} {{ . }}{{ end }}"
      containers: db
""",
            """  - func: KubeExec
    name: clean
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      pod: "{{ index .StatefulSet.Pods 0 }}"
""",
        )
    ),
    good=blueprint(_ON_ALL),
    needs_shell=True,
)
def cleans_one_pod_of_many(view: View) -> Iterator[Problem]:
    """`rm` by KubeExec of a path that a KubeExecAll's script of the same action names."""
    for action in view.actions:
        written = {
            piece
            for phase in action.phases
            if phase.func == "KubeExecAll"
            for script in phase.scripts
            for piece in _paths(script.template.text)
        }
        for phase in action.phases:
            if phase.func != "KubeExec" or not written:
                continue
            for call in calls(phase.scripts, "rm"):
                for word in call.command.words[1:]:
                    outer = call.script.outer(word.start)
                    text = call.script.template.text[outer : outer + word.end - word.start]
                    if text.strip("\"'") in written:
                        yield call.problem("the other pods keep what was written there")


def _paths(text: str) -> set[str]:
    found = {printed.text for printed in read_template(text).printed if ".Output." in printed.text}
    return found | set(re.findall(r"(?<![\w$}])/[\w./-]{4,}", text))
