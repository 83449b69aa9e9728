"""What is to be done with a Blueprint, or why nothing can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pytest_kanister._base.bundled import bundled
from pytest_kanister._cli.trying.circles import kinds
from pytest_kanister._cli.trying.rewriting import (
    WORKLOAD,
    base_name,
    match_images,
    rewritten,
)
from pytest_kanister._kanister.blueprint.guess import Guess, guess
from pytest_kanister._scenario import load_scenario
from pytest_kanister.errors import ScenarioError, ScenarioErrors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_kanister._kanister.blueprint import Blueprint

__all__ = ["Plan", "Wishes", "make_plan", "refusals"]

_OBJECT_OF = {"files": "Deployment"}
_SECRET_OF = {"postgresql": "{name}-postgresql"}
_DUMPS = {
    "mysql": re.compile(r"\b(?:mysqldump|mariadb-dump)\b"),
    "mariadb": re.compile(r"\b(?:mysqldump|mariadb-dump)\b"),
    "postgresql": re.compile(r"\bpg_dump(?:all)?\b"),
}
"""Programs whose every use has the losses that our own scenario of dataset tricky lists."""


@dataclass(frozen=True)
class Wishes:
    """What the person said.

    Attributes:
        kind: of workload; empty: what the Blueprint looks like.
        images: by name, see `rewriting`.
        options: for the ActionSets.
        backend: where it will run.
    """

    kind: str = ""
    images: Mapping[str, str] | None = None
    options: Mapping[str, str] | None = None
    backend: str = "embedded"


@dataclass(frozen=True)
class Plan:
    """How a Blueprint is tried.

    Attributes:
        blueprint: the original.
        guess: what its text shows.
        kind: the workload's; empty: unknown.
        workload: its mapping in the scenario.
        text: of a copy with other images or names of actions; None: the original will do.
        inputs: `options` and `secrets` for the ActionSets.
        known: losses that its dump program has whatever its options are, on dataset tricky.
        has_delete: whether there is an action that deletes.
        notes: what a reader should know, one sentence each.
    """

    blueprint: Blueprint
    guess: Guess
    kind: str
    workload: Mapping[str, Any]
    text: str | None
    inputs: Mapping[str, Any]
    known: tuple[Mapping[str, Any], ...]
    has_delete: bool
    notes: tuple[str, ...]


def make_plan(blueprint: Blueprint, wishes: Wishes) -> Plan:
    """Guesses, then does as the person wishes.

    Raises:
        UsageProblem: an image that the Blueprint has not.
    """
    found = guess(blueprint)
    kind = wishes.kind or found.kind
    given = dict(wishes.images or {})
    images = match_images(blueprint, given)
    renamed = {name: role for role, name in found.roles.items() if name != role}
    name = f"{kind or 'none'}-store"
    workload: dict[str, Any] = {"kind": kind, "name": name, "namespace": "my-production-app"}
    if kind == found.kind:
        workload |= found.options
    if WORKLOAD in given:
        workload["image"] = given[WORKLOAD]
    inputs: dict[str, Any] = {}
    if wishes.options:
        inputs["options"] = dict(wishes.options)
    secrets = {need.name for need in found.needs if need.what == "secret" and need.name != kind}
    if secrets and kind in kinds() and kind != "files":
        own = _SECRET_OF.get(kind, "{name}").format(name=name)
        inputs["secrets"] = {each: {"name": own} for each in sorted(secrets)}
    source = "\n".join(blueprint.lines)
    return Plan(
        blueprint=blueprint,
        guess=found,
        kind=kind,
        workload=workload,
        text=rewritten(blueprint, images, renamed),
        inputs=inputs,
        known=_known(kind) if kind in _DUMPS and _DUMPS[kind].search(source) else (),
        has_delete="delete" in found.roles,
        notes=tuple(_notes(found, wishes, images, renamed, inputs)),
    )


def _known(kind: str) -> tuple[Mapping[str, Any], ...]:
    """What no dump of that engine can carry: as the bundled scenario says."""
    path = bundled("scenarios", kind) / "tricky.kanister.yaml"
    if not path.is_file():
        return ()
    return tuple(
        {
            "loss": loss.loss,
            **({"in": loss.within} if loss.within else {}),
            "why": loss.why,
            "until": loss.until.isoformat(),
        }
        for loss in load_scenario(path).known
    )


def _notes(
    found: Guess,
    wishes: Wishes,
    images: Mapping[str, str],
    renamed: Mapping[str, str],
    inputs: Mapping[str, Any],
) -> Iterator[str]:
    if wishes.kind and wishes.kind != found.kind:
        yield f"the workload is {wishes.kind} because you said so"
    for name, role in renamed.items():
        yield f"its action {name!r} is run as {role!r}, in a copy of the file"
    for old, new in images.items():
        yield f"image {old} is {new} in a copy of the file"
    for old, where in found.placeholders.items():
        if old not in images and "<" not in base_name(old):
            yield f"{where}: image {old} is a placeholder; it runs as {base_name(old)}"
    for name, source in inputs.get("secrets", {}).items():
        yield f"the ActionSets' Secret {name!r} is the workload's own, {source['name']}"
    if "delete" not in found.roles:
        yield "it has no action that deletes, so what its backups leave behind cannot be judged"


def refusals(plan: Plan, wishes: Wishes) -> ScenarioError | None:
    """Why it cannot be tried, all reasons at once; None: it can."""
    errors = list(_refusals(plan, wishes))
    if not errors:
        return None
    return errors[0] if len(errors) == 1 else ScenarioErrors(errors)


def _refusals(plan: Plan, wishes: Wishes) -> Iterator[ScenarioError]:
    found, blueprint = plan.guess, plan.blueprint
    for role in ("backup", "restore"):
        if role not in found.roles:
            yield _error(
                blueprint.document.where(("actions",)),
                f"expected an action {role!r}, found {', '.join(blueprint.actions)}",
            )
    if found.other and not wishes.kind:
        yield _error(
            found.other_clues[0].where,
            f"this is for {found.other} ({found.other_clues[0].what}), and there is no workload "
            "of that kind",
            f"there are: {', '.join(kinds())}; for any other write a scenario with "
            "`kind: command`, or a workload of your own (docs/workloads.md)",
        )
        return
    if not plan.kind:
        yield _error(
            blueprint.document.where(("actions",)),
            "nothing in it says which database it is for",
            f"say so: --workload {'|'.join(kinds())}",
        )
        return
    yield from _objects(plan)
    yield from _needs(plan, wishes)
    yield from _images(plan, wishes)
    if found.kopia:
        yield _error(
            found.kopia,
            "its artifact is a Kopia snapshot, which needs a Profile with a Kopia repository; "
            "the Profile here names an S3 location with a key pair",
        )
    if found.csi:
        yield _error(
            found.csi,
            "its backups are volume snapshots in the cluster, of a class of that cluster's; the "
            "steps here look for a backup in the bucket, and its deletion there",
            "write a scenario with `call`, which looks at the VolumeSnapshots (docs/authors.md)",
        )
    if found.own_container and WORKLOAD not in (wishes.images or {}):
        yield _error(
            found.own_container.where,
            f"it {found.own_container.what}, and the image of the workload {plan.kind} has no "
            "such program",
            "name an image that has it: --image workload=IMAGE",
        )
    if found.on_volumes and plan.kind != "files":
        yield _error(
            found.clues[0].where if found.clues else blueprint.document.where(("actions",)),
            f"it copies the volumes of {plan.kind}: Kanister's functions on volumes store outside "
            f"of the Profile's prefix, and the workload {plan.kind} has no bucket of its own, so "
            "its backups could not be told from others'",
            "write a scenario with `kind: command`, or try it with --workload files",
        )


def _objects(plan: Plan) -> Iterator[ScenarioError]:
    own = _OBJECT_OF.get(plan.kind, "StatefulSet")
    for kind, where in plan.guess.objects.items():
        if kind.lower() == own.lower():
            continue
        if kind.lower() == "deploymentconfig":
            yield _error(
                where,
                "its object is a DeploymentConfig (apps.openshift.io/v1), which only OpenShift "
                f"has; the workload {plan.kind} is a {own}, and none of our clusters serves that "
                "kind",
                f"make it a {own}'s, or test it on OpenShift",
            )
        else:
            yield _error(
                where,
                f"its object is a {kind}, and the workload {plan.kind} is a {own}",
                "write a scenario with `kind: command`, whose manifests and object are your own "
                "(docs/workloads.md)",
            )


def _needs(plan: Plan, wishes: Wishes) -> Iterator[ScenarioError]:
    for need in plan.guess.needs:
        if need.what == "configMap":
            yield _error(
                need.where,
                f"its ActionSets need a ConfigMap {need.name!r}, whose content is not known",
                "write a scenario with `spec.configMaps` (docs/authors.md)",
            )
        elif need.what == "option" and need.name not in (wishes.options or {}):
            yield _error(
                need.where,
                f"its ActionSets need the option {need.name!r}",
                f"give it: --option {need.name}=VALUE",
            )
        elif need.what == "secret" and plan.kind == "files":
            yield _error(
                need.where,
                f"its ActionSets need a Secret {need.name!r}, and the workload files has none",
                "write a scenario with `spec.secrets` (docs/authors.md)",
            )


def _images(plan: Plan, wishes: Wishes) -> Iterator[ScenarioError]:
    given = match_images(plan.blueprint, wishes.images or {})
    for image, where in plan.guess.placeholders.items():
        if image in given:
            continue
        if wishes.backend != "embedded" or "<" in base_name(image):
            yield _error(
                where,
                f"its image {image} is to be filled in",
                f"say which it is: --image '{image}=IMAGE'",
            )


def _error(where: str, message: str, remedy: str = "") -> ScenarioError:
    file, line, column = where.rsplit(":", 2)
    return ScenarioError(message, file=file, line=int(line), column=int(column), remedy=remedy)
