"""`apply: {file: job.yaml}`, or `apply: {manifest: {…}}`: objects of the scenario's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.positions import load_documents
from pytest_kanister._scenario.steps.arguments import TEXT, object_of
from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Apply"]


@dataclass(frozen=True)
class Apply:
    """A file of manifests beside the scenario, or one manifest."""

    file: str = ""
    manifest: Any = None


def parse(reader: Reader) -> Apply:
    """Either of the two."""
    reader.mapping(optional=("file", "manifest"))
    if reader.has("file") == reader.has("manifest"):
        raise reader.error("apply: expected either 'file' or 'manifest'")
    if reader.has("file"):
        return Apply(file=reader.at("file").text())
    manifest = reader.at("manifest")
    _check(manifest)
    return Apply(manifest=manifest.data)


def _check(reader: Reader) -> None:
    reader.mapping(required=("apiVersion", "kind", "metadata"), optional=None)
    reader.at("metadata").mapping(required=("name",), optional=None)


def run(context: Context, step: Apply) -> Outcome:
    """Objects without a namespace go into the workload's."""
    manifests = _load(context, step.file) if step.file else [step.manifest]
    context.now = None
    applied = context.stage.apply(manifests)
    return Outcome(f"applied {', '.join(applied)}", facts={"applied": applied})


def _load(context: Context, file: str) -> list[Object]:
    path = context.scenario.path.parent / file
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise context.error(f"the file {file!r} beside the scenario cannot be read: {error}") from (
            None
        )
    found = []
    for document in load_documents(text, str(path)):
        data = document.data
        named = isinstance(data, dict) and isinstance(data.get("metadata"), dict)
        if not named or not all(data.get(key) for key in ("apiVersion", "kind")):
            raise document.error((), "expected a manifest with apiVersion, kind and metadata")
        found.append(data)
    if not found:
        raise context.error(f"the file {file!r} holds no manifest")
    return found


KIND = StepKind(
    "apply",
    "Makes or changes objects in the cluster",
    {
        "oneOf": [
            object_of({"file": TEXT}, ("file",)),
            object_of(
                {
                    "manifest": {
                        "type": "object",
                        "required": ["apiVersion", "kind", "metadata"],
                        "properties": {"metadata": {"type": "object", "required": ["name"]}},
                    }
                },
                ("manifest",),
            ),
        ]
    },
    parse,
    run,
)
