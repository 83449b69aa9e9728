"""`guess`: which workload a Blueprint is for, told from its text, with the places that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_kanister._kanister.blueprint.lint.view import View
from pytest_kanister._kanister.blueprint.products import PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_kanister._kanister.blueprint.lint.texts import Text
    from pytest_kanister._kanister.blueprint.reading import Blueprint

__all__ = ["Clue", "Guess", "Need", "guess"]


class Clue(NamedTuple):
    """A place that says something.

    Attributes:
        what: in words: `runs mysqldump`.
        where: `file:line:column`.
    """

    what: str
    where: str


class Need(NamedTuple):
    """Something that an ActionSet for this Blueprint must bring along.

    Attributes:
        what: `option`, `configMap` or `secret`.
        name: by which the templates read it.
        where: `file:line:column`.
    """

    what: str
    name: str
    where: str


@dataclass(frozen=True)
class Guess:
    """What a Blueprint's text shows.

    Attributes:
        kind: word of the workload; empty: nothing points at one that there is.
        clues: why, the first place of each.
        other: a product that the text points at instead, and for which there is no workload.
        other_clues: why.
        objects: kinds of object that `backup` and `restore` are for, with the first place.
        roles: `backup`, `restore`, `delete` → the action's name in the file; absent: none.
        needs: what ActionSets must bring along.
        placeholders: images that are to be filled in, with the first place.
        options: what the workload must be like, in the scenario's words.
        own_container: a program that must be in the database's own container; None: none is.
        on_volumes: whether Kanister's functions on volumes do the work.
        kopia: where an artifact is a Kopia snapshot; empty: none is.
        csi: where the backup is a volume snapshot in the cluster; empty: it is none.
    """

    kind: str
    clues: tuple[Clue, ...]
    other: str
    other_clues: tuple[Clue, ...]
    objects: Mapping[str, str]
    roles: Mapping[str, str]
    needs: tuple[Need, ...]
    placeholders: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    own_container: Clue | None = None
    on_volumes: bool = False
    kopia: str = ""
    csi: str = ""


_RDS = re.compile(r"RDSSnapshot")
_ON_VOLUMES = re.compile(
    r"^(?:BackupData(?:All|Stats)?|RestoreData(?:All)?|CopyVolumeData|"
    r"(?:Create|Restore|Delete)CSISnapshot\w*)$"
)
_ROOTS = ("StatefulSet", "DeploymentConfig", "Deployment", "PVC", "Namespace")
_ROOT = re.compile(rf"\{{\{{[^}}]*?\.({'|'.join(_ROOTS)})\b")
_OBJECT_DATA = re.compile(r"\.Object\.data\b")
_OPTION = re.compile(r"\.Options\.(\w+)")
_GUARD = re.compile(r"\{\{-?\s*(?:if|with|else if)\b[^}]*\.Options\b")
_FROM_ACTIONSET = re.compile(r"(?<!\w)\.(Secrets|ConfigMaps)\.(\w+)")
_PLAIN_PATH = re.compile(r"^/[\w./-]+$")
_OWN_PROGRAMS = re.compile(r"\b(wal-e|wal-g|xtrabackup|mariabackup|mariadb-backup|mysqlbackup)\b")
_ROLES = {
    "backup": re.compile(r"back-?up|dump|save|export", re.IGNORECASE),
    "restore": re.compile(r"restor|recover|import|load", re.IGNORECASE),
    "delete": re.compile(r"delet|remov|purge|clean|prune|expire", re.IGNORECASE),
}


def guess(blueprint: Blueprint) -> Guess:
    """Looks at programs and keys first, at the words in images and names when there are none."""
    view = View(blueprint.document, blueprint.lines)
    texts = list(view.texts(("actions",), view.data["actions"]))
    found = {product: _clues(blueprint, texts, product.programs) for product in PRODUCTS}
    if not any(found.values()):
        found = {product: _clues(blueprint, texts, product.words) for product in PRODUCTS}
    found[PRODUCTS[0]] += [
        Clue(f"calls {phase.func}", _at(blueprint, phase.path))
        for phase in view.phases
        if _RDS.search(phase.func)
    ][:1]
    named = [product for product in PRODUCTS if found[product]]
    product = named[0] if named else None
    on_volumes = [
        Clue(f"calls {phase.func}", _at(blueprint, (*phase.path, "func")))
        for phase in view.phases
        if _ON_VOLUMES.match(phase.func)
    ]
    kind = product.kind if product else ("files" if on_volumes else "")
    clues = found[product] if product and product.kind else on_volumes[:2] if not product else []
    roles = _roles(blueprint)
    return Guess(
        kind=kind,
        clues=tuple(clues),
        other=product.name if product and not product.kind else "",
        other_clues=tuple(found[product]) if product and not product.kind else (),
        objects=_objects(blueprint, texts, roles),
        roles=roles,
        needs=tuple(_needs(blueprint, view)),
        placeholders=_placeholders(blueprint, texts),
        options=_volume_options(view) if kind == "files" else {},
        own_container=next(_own_programs(blueprint, view), None),
        on_volumes=bool(on_volumes),
        kopia=_kopia(blueprint, view),
        csi=_csi(blueprint, view),
    )


def _clues(blueprint: Blueprint, texts: list[Text], pattern: str) -> list[Clue]:
    """Each word once, where it first stands; at most three."""
    found: dict[str, Clue] = {}
    for text in texts:
        for match in re.finditer(pattern, text.value):
            if _in_comment(text.value, match.start()):
                continue
            word = match.group()
            if word not in found:
                place = text.place(match.start())
                what = f"names {word}" if text.path[-1] == "image" else f"has {word}"
                found[word] = Clue(what, f"{blueprint.document.file}:{place.line}:{place.column}")
    return list(found.values())[:3]


def _in_comment(value: str, at: int) -> bool:
    line = value[value.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("#")


def _roles(blueprint: Blueprint) -> dict[str, str]:
    """The tutorial's names, or those that mean the same when exactly one action has such a name."""
    found: dict[str, str] = {}
    for role, pattern in _ROLES.items():
        if role in blueprint.actions:
            found[role] = role
            continue
        taken = {*found.values(), *_ROLES}
        free = [name for name in blueprint.actions if name not in taken and pattern.search(name)]
        if len(free) == 1:
            found[role] = free[0]
    # `deleteBackup` has both words; the one that no other role wants stays with `delete`.
    return found


def _objects(blueprint: Blueprint, texts: list[Text], roles: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    wanted = {roles.get("backup"), roles.get("restore")}
    for name in blueprint.actions:
        if name not in wanted:
            continue
        declared = blueprint.action(name).get("kind")
        if isinstance(declared, str) and declared:
            found.setdefault(declared, blueprint.document.where(("actions", name, "kind")))
    for text in texts:
        if text.path[1] not in wanted:
            continue
        for pattern, word in ((_ROOT, ""), (_OBJECT_DATA, "ConfigMap")):
            for match in pattern.finditer(text.value):
                place = text.place(match.start(1) if not word else match.start())
                where = f"{blueprint.document.file}:{place.line}:{place.column}"
                found.setdefault(word or match.group(1), where)
    return found


def _needs(blueprint: Blueprint, view: View) -> Iterator[Need]:
    seen: set[tuple[str, str]] = set()
    for action in view.actions:
        for key, word in (("configMapNames", "configMap"), ("secretNames", "secret")):
            listed = action.body.get(key)
            for index, name in enumerate(listed if isinstance(listed, list) else []):
                if (word, str(name)) not in seen:
                    seen.add((word, str(name)))
                    where = blueprint.document.where((*action.path, key, index))
                    yield Need(word, str(name), where)
        for _, text in action.texts:
            guarded = bool(_GUARD.search(text.value))
            for pattern in (_FROM_ACTIONSET, _OPTION):
                for match in pattern.finditer(text.value):
                    if pattern is _OPTION:
                        word, name = "option", match.group(1)
                        if guarded:
                            continue
                    else:
                        word = {"Secrets": "secret", "ConfigMaps": "configMap"}[match.group(1)]
                        name = match.group(2)
                    if (word, name) not in seen:
                        seen.add((word, name))
                        place = text.place(match.start())
                        file = blueprint.document.file
                        yield Need(word, name, f"{file}:{place.line}:{place.column}")


def _placeholders(blueprint: Blueprint, texts: list[Text]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        if text.path[-1] == "image" and "<" in text.value:
            place = text.place(0)
            where = f"{blueprint.document.file}:{place.line}:{place.column}"
            found.setdefault(text.value, where)
    return found


def _volume_options(view: View) -> dict[str, str]:
    """Container and folder, where BackupData names them in plain text."""
    for phase in view.phases:
        if phase.func in ("BackupData", "BackupDataAll"):
            container, folder = phase.args.get("container"), phase.args.get("includePath")
            options = {}
            if isinstance(container, str) and container and "{{" not in container:
                options["container"] = container
            if isinstance(folder, str) and _PLAIN_PATH.match(folder):
                options["mountPath"] = folder
            return options
    return {}


def _own_programs(blueprint: Blueprint, view: View) -> Iterator[Clue]:
    """Programs that a phase expects in the database's container, and that no server brings."""
    for phase in view.phases:
        if phase.func not in ("KubeExec", "KubeExecAll"):
            continue
        for text in phase.argument_texts:
            for match in _OWN_PROGRAMS.finditer(text.value):
                if not _in_comment(text.value, match.start()):
                    place = text.place(match.start())
                    where = f"{blueprint.document.file}:{place.line}:{place.column}"
                    yield Clue(f"runs {match.group()} in the database's container", where)


def _kopia(blueprint: Blueprint, view: View) -> str:
    for action in view.actions:
        for name, artifact in action.outputs.items():
            if isinstance(artifact, dict) and "kopiaSnapshot" in artifact:
                return _at(blueprint, (*action.path, "outputArtifacts", name, "kopiaSnapshot"))
    return ""


def _csi(blueprint: Blueprint, view: View) -> str:
    for phase in view.phases:
        if phase.func.startswith("CreateCSISnapshot"):
            return _at(blueprint, (*phase.path, "func"))
    return ""


def _at(blueprint: Blueprint, path: tuple[str | int, ...]) -> str:
    return blueprint.document.where(path)
