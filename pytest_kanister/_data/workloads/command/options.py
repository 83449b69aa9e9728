"""What the author of a scenario says about the engine, checked before anything runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from pytest_kanister._model.references import Target
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._model.api import Object

__all__ = ["Options", "parse"]

_KNOWN = (
    "deploy",
    "seed",
    "damage",
    "snapshot",
    "target",
    "secrets",
    "pod",
    "container",
    "ready",
    "version",
    "notCovered",
)
_RUNS_PODS = ("StatefulSet", "Deployment")


@dataclass(frozen=True)
class Options:
    """A scenario's `workload` of kind `command`.

    Attributes:
        manifests: what `deploy` creates, in order.
        seeds: script by dataset.
        damages: script by word; the scenario's argument is `$1`.
        snapshot: script that prints the canonical lines.
        target: kind and name of the ActionSet's object.
        secrets: a Secret's name by the name under which the Blueprint knows it.
        pod: where scripts run; empty: the target's own.
        container: in that pod; empty: its first.
        ready: script that ends with 0 once the engine answers; empty: a ready pod is enough.
        version: script that prints what really runs; empty: the container's image says it.
        not_covered: what the snapshot does not look at.
    """

    manifests: tuple[Object, ...]
    seeds: Mapping[str, str]
    damages: Mapping[str, str]
    snapshot: str
    target: tuple[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    pod: str = ""
    container: str = ""
    ready: str = ""
    version: str = ""
    not_covered: tuple[str, ...] = ()

    def object(self, namespace: str) -> Target:
        """The ActionSet's object."""
        kind, name = self.target
        return Target(kind, name, namespace)


def parse(options: Mapping[str, Any]) -> Options:
    """Checks every word.

    Raises:
        UsageProblem: unknown or missing options, values of another type.
    """
    for option in options:
        if option not in _KNOWN:
            raise _problem(f"it has the options {', '.join(_KNOWN)}, found {option!r}")
    for option in ("deploy", "seed", "damage", "snapshot"):
        if option not in options:
            raise _problem(f"the option {option!r} is missing")
    manifests = _manifests(options["deploy"])
    not_covered = options.get("notCovered", [])
    if not isinstance(not_covered, list) or not all(isinstance(p, str) for p in not_covered):
        raise _problem(f"notCovered: expected a list of phrases, found {not_covered!r}")
    return Options(
        manifests=manifests,
        seeds=_texts(options, "seed"),
        damages=_texts(options, "damage"),
        snapshot=_text(options, "snapshot"),
        target=_target(options.get("target"), manifests),
        secrets=_texts(options, "secrets") if "secrets" in options else {},
        not_covered=tuple(not_covered),
        **{
            word: _text(options, word)
            for word in ("pod", "container", "ready", "version")
            if word in options
        },
    )


def _manifests(value: Any) -> tuple[Object, ...]:
    """A list of objects, or a file that holds them."""
    if isinstance(value, str):
        try:
            value = [doc for doc in yaml.safe_load_all(Path(value).read_text("utf-8")) if doc]
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise _problem(f"deploy: cannot read the manifests {value}: {error}") from None
    if not isinstance(value, list) or not value:
        raise _problem(f"deploy: expected manifests, or a file of them, found {value!r}")
    for manifest in value:
        named = isinstance(manifest, dict) and isinstance(manifest.get("metadata"), dict)
        if not named or not {"apiVersion", "kind"} <= manifest.keys():
            raise _problem("deploy: each manifest needs apiVersion, kind and metadata")
        if not manifest["metadata"].get("name"):
            raise _problem(f"deploy: this {manifest['kind']} has no name")
    return tuple(value)


def _target(value: Any, manifests: tuple[Object, ...]) -> tuple[str, str]:
    if value is None:
        for manifest in manifests:
            if manifest["kind"] in _RUNS_PODS:
                return manifest["kind"].lower(), manifest["metadata"]["name"]
        raise _problem(
            f"target: no {' or '.join(_RUNS_PODS)} is among the manifests; say kind and name"
        )
    if not isinstance(value, dict) or set(value) != {"kind", "name"}:
        raise _problem(f"target: expected {{kind: …, name: …}}, found {value!r}")
    return str(value["kind"]).lower(), str(value["name"])


def _texts(options: Mapping[str, Any], option: str) -> dict[str, str]:
    value = options[option]
    good = isinstance(value, dict) and all(
        isinstance(text, str) and text.strip() for text in value.values()
    )
    if not good or not value:
        raise _problem(f"{option}: expected a mapping of names to texts, found {value!r}")
    return {str(name): text for name, text in value.items()}


def _text(options: Mapping[str, Any], option: str) -> str:
    value = options[option]
    if not isinstance(value, str) or not value.strip():
        raise _problem(f"{option}: expected a text, found {value!r}")
    return value


def _problem(message: str) -> UsageProblem:
    return UsageProblem(f"workload command: {message}")
