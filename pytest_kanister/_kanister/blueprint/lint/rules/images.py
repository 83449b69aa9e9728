"""Images that are not one image, and names that belong to one cluster only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeGuard

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import calls
from pytest_kanister._kanister.blueprint.lint.shell.scripts import with_placeholders
from pytest_kanister._kanister.blueprint.lint.templates.reading import read_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._base.positions import Path
    from pytest_kanister._kanister.blueprint.lint.model import Place
    from pytest_kanister._kanister.blueprint.lint.view import PhaseView, View

_IMAGE = "ghcr.io/kanisterio/kanister-tools:0.116.0"
_FLOATING = frozenset({"latest", "main", "master", "edge", "nightly", "stable", "dev", "devel"})
_IN_MANIFEST = re.compile(r"^[ \t-]*image:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_ARGUMENTS = ("image", "backgroundImage", "outputImage", "initImage")
_GOOD_CSI = """
backup:
  outputArtifacts:
    snapshot:
      keyValue: {name: "{{ .Phases.snap.Output.name }}"}
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
  - func: KubeOps
    name: show
    args:
      operation: patch
      spec: "metadata: {annotations: {restored: '{{ .ArtifactsIn.snapshot.KeyValue.name }}'}}"
      objectReference:
        apiVersion: v1
        resource: persistentvolumeclaims
        name: "{{ .PVC.Name }}"
        namespace: "{{ .PVC.Namespace }}"
delete:
  inputArtifactNames: [snapshot]
  phases:
  - func: DeleteCSISnapshot
    name: drop
    args: {name: "{{ .ArtifactsIn.snapshot.KeyValue.name }}", namespace: "{{ .Namespace.Name }}"}
"""


def _images(view: View) -> Iterator[tuple[str, Place]]:
    for phase in view.phases:
        for name in _ARGUMENTS:
            value = phase.args.get(name)
            if isinstance(value, str):
                yield value.strip(), view.text((*phase.path, "args", name)).whole
        spec = phase.args.get("spec")
        if phase.func == "KubeOps" and isinstance(spec, str):
            text = view.text((*phase.path, "args", "spec"))
            template = read_template(spec)
            plain = with_placeholders(template) if not template.error else spec
            for found in _IN_MANIFEST.finditer(plain):
                start, end = found.span(1)
                if plain[start:end] == spec[start:end]:
                    yield spec[start:end], text.place(start, end)


@rule(
    "KB701",
    "placeholder-image",
    "error",
    summary="An image's name is a placeholder.",
    why="No pod can be started: the action waits fifteen minutes for the image and fails.",
    remedy="Name an image that is there.",
    bad=scripts(image='"<registry>/<repository>/tools:<tag>"'),
    good=scripts(),
)
def placeholder_image(view: View) -> Iterator[Problem]:
    """`<…>` in it."""
    for image, place in _images(view):
        if "<" in image:
            yield Problem(place, "there is no such image: fill it in")


@rule(
    "KB702",
    "floating-image",
    "warning",
    summary="An image has no tag, or one that moves.",
    why="Another program runs from one day to the next: a restore meets another client than its "
    "backup, and a node that has an old `latest` keeps it.",
    remedy="Give the release's tag, or a digest.",
    bad=scripts(image="busybox"),
    good=scripts(),
)
def floating_image(view: View) -> Iterator[Problem]:
    """No tag and no digest, or a tag that is a branch's name."""
    for image, place in _images(view):
        if "{{" in image or "<" in image or "@" in image:
            continue
        repository, tag = _split(image)
        if not tag:
            yield Problem(place, f"{repository} has no tag: whatever is latest runs")
        elif tag in _FLOATING or tag.endswith("-dev"):
            yield Problem(place, f"the tag {tag} moves")


def _split(image: str) -> tuple[str, str]:
    before, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        return image, ""
    return before, tag


@rule(
    "KB703",
    "image-tags-differ",
    "warning",
    summary="One image is used with two tags.",
    why="Backup and restore run different releases of the same programs.",
    remedy="Use one tag.",
    bad=scripts().replace(_IMAGE, _IMAGE.replace("0.116.0", "0.85.0"), 1),
    good=scripts(),
)
def image_tags_differ(view: View) -> Iterator[Problem]:
    """Repositories of images with their tags."""
    first: dict[str, str] = {}
    for image, place in _images(view):
        repository, tag = _split(image)
        if tag and "{{" not in image and "<" not in image and "@" not in image:
            earlier = first.setdefault(repository, tag)
            if earlier != tag:
                yield Problem(place, f"{repository} stands above with the tag {earlier}")


@rule(
    "KB711",
    "hard-coded-name",
    "warning",
    summary="The name of an object or class of one cluster stands in the Blueprint.",
    why="Elsewhere the object is not there, or, worse, is another's.",
    remedy="Take it from the object (`.StatefulSet.Name` …), from an option or a ConfigMap.",
    bad=blueprint(_GOOD_CSI.replace('"{{ .Options.snapshotClass }}"', "fast-disks")),
    good=blueprint(_GOOD_CSI),
)
def hard_coded_name(view: View) -> Iterator[Problem]:
    """Plain texts where a name belongs."""
    metadata = view.data.get("metadata")
    if isinstance(metadata, dict) and metadata.get("namespace"):
        message = "the Blueprint goes to this namespace, wherever Kanister is installed"
        yield view.problem(("metadata", "namespace"), message)
    for phase in view.phases:
        for path, value, what in _names(phase):
            yield view.problem(path, f"{what} {value!r} is that of one cluster")


def _names(phase: PhaseView) -> Iterator[tuple[Path, str, str]]:
    what = {
        "namespace": "the namespace",
        "pod": "the pod",
        "volume": "the volume claim",
        "pvc": "the volume claim",
        "snapshotClass": "the snapshot class",
        "storageClass": "the storage class",
        "instanceID": "the instance",
    }
    if phase.func == "ScaleWorkload":
        what = {**what, "name": "the workload"}
    for key, words in what.items():
        value = phase.args.get(key)
        if _is_name(value):
            yield (*phase.path, "args", key), value, words
    volumes = phase.args.get("volumes")
    for claim in volumes if isinstance(volumes, dict) else ():
        if _is_name(claim):
            yield (*phase.path, "args", "volumes", claim), claim, "the volume claim"
    for name, reference in phase.objects.items():
        for key in ("name", "namespace"):
            value = reference.get(key) if isinstance(reference, dict) else None
            if _is_name(value):
                kind = str(reference.get("kind", "object"))
                words = f"the {kind}" if key == "name" else f"the namespace of the {kind}"
                yield (*phase.path, "objects", name, key), value, words


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value) and "{{" not in value


@rule(
    "KB712",
    "task-in-kanisters-namespace",
    "warning",
    summary="A job pod that works on the workload names no namespace.",
    why="It runs in Kanister's own namespace with the operator's service account: the workload's "
    "Secrets and volumes are not there, and what kubectl may do depends on the installation.",
    remedy="Give `namespace`, and where kubectl is used a service account through podOverride.",
    bad=scripts().replace('        namespace: "{{ .StatefulSet.Namespace }}"\n', "", 1),
    good=scripts(),
    needs_shell=True,
)
def task_in_kanisters_namespace(view: View) -> Iterator[Problem]:
    """KubeTask and MultiContainerRun without it; a delete has its place there without kubectl."""
    for phase in view.phases:
        if phase.func in ("KubeTask", "MultiContainerRun") and not phase.args.get("namespace"):
            if phase.action.name == "delete" and not any(calls(phase.scripts, "kubectl", "oc")):
                continue
            yield Problem(phase.place("func"), "no namespace: it runs in Kanister's own")
