"""What a case says: the state of the cluster, a Blueprint, an ActionSet, and what must come of it.

Words that are put in when a case runs, in every string: `<ns>` its own namespace, `<id>` the name
of its Blueprint and ActionSet, `<bucket>` its own bucket, `<kanister>` the controller's namespace,
`<storage>` and `<snapshots>` the cluster's classes for volumes and their snapshots.
In expected texts `…` stands for anything, line breaks included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

__all__ = [
    "IMAGE",
    "Case",
    "Expect",
    "configmap",
    "filled",
    "matches",
    "on",
    "phase",
    "secret",
    "task",
]

Object = dict[str, Any]

IMAGE = "ghcr.io/kanisterio/kanister-tools:0.119.0"
"""Has bash, kando and coreutils on every backend."""


@dataclass(frozen=True)
class Expect:
    """What must be seen; what is None is not looked at.

    Attributes:
        state: of the ActionSet; empty: it never gets a status.
        error: `status.error.message`.
        phases: `name state` of all phases of all actions, in order.
        deferred: state of the first action's deferPhase.
        outputs: phase (or `deferPhase`) → its output; None: it has none.
        artifacts: of the first action; None inside: none.
        running: `progress.runningPhase`; empty: there is none.
        percent: `progress.percentCompleted`; empty: there is none.
        events: `Type Reason: message` of the ActionSet's events in order, repeats of
            `Update Complete` left out.
        pods: what pods Kanister made: generated name, then `field=value` for some fields.
        bucket: keys after the run.
        contents: key → body, for some keys.
        log: lines that the controller's log must hold.
        absent, present: objects as (apiVersion, resource, kind, name) in the case's namespace.
        replicas: of the StatefulSet `db` afterwards.
        restarted: whether the controller's container ended with a panic.
        spec: `spec.actions` of the ActionSet, null and empty fields left out.
    """

    state: str
    error: str | None = None
    phases: Sequence[str] | None = None
    deferred: str | None = None
    outputs: Mapping[str, Any] | None = None
    artifacts: Mapping[str, Any] | None = None
    running: str | None = None
    percent: str | None = None
    events: Sequence[str] | None = None
    pods: Sequence[str] | None = None
    bucket: Sequence[str] | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    log: Sequence[str] = ()
    absent: Sequence[tuple[str, str, str, str]] = ()
    present: Sequence[tuple[str, str, str, str]] = ()
    replicas: int | None = None
    restarted: bool = False
    spec: Object | None = None


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Attributes:
        id: unique; also the `--case` of the command line.  `FUNCTION-bad-argument…` and
            `FUNCTION-fails…` are what their names say (see `kinds`).
        rule: sections of the specification that it shows (see `rows`).
        blueprint: the Blueprint's `actions`; None: there is no Blueprint.
        expect: what must come of it.
        actions: the ActionSet's `spec.actions`; None: an ActionSet without spec.
        objects: made beforehand; the namespace is the case's where none is given.
        pods: replicas of the StatefulSet `db` (container `main`, claim `data-db-0` at /data).
        bucket: key → body of the objects that are in the bucket before; None: no bucket needed.
        prefix: of the Profile, which is `<id>` in the case's namespace; made if a bucket is.
        labels: of the ActionSet.
        denied: what the admission webhook says to the Blueprint, which is then not there; for all
            other cases the webhook is taken away.
        status: that the ActionSet is made with, as an earlier controller has left it.
        snapshot: whether there is VolumeSnapshot `given` of claim `data-db-0` beforehand;
            `<driver>`, `<handle>` and `<content>` are then its.
        kanctl: arguments of `kanctl create actionset`, called once the ActionSet is complete; what
            it makes is then looked at instead.
        during: what is done while the ActionSet runs: `restart` or `delete blueprint` once the
            first phase runs, `delete` the ActionSet itself.
    """

    id: str
    rule: str
    blueprint: Mapping[str, Any] | None
    expect: Expect
    actions: Sequence[Object] | None = ()
    objects: Sequence[Object] = ()
    pods: int = 0
    bucket: Mapping[str, str] | None = None
    prefix: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    denied: str = ""
    status: Object | None = None
    snapshot: bool = False
    kanctl: Sequence[str] = ()
    during: str = ""

    def filled(self, words: Mapping[str, str]) -> Case:
        """The case with its words put in."""
        return replace(
            self,
            **{
                name: filled(getattr(self, name), words)
                for name in (
                    "blueprint",
                    "expect",
                    "actions",
                    "objects",
                    "bucket",
                    "prefix",
                    "status",
                    "kanctl",
                )
            },
        )


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """A tree with the words put in."""
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(f"<{word}>", text)
        return value
    if isinstance(value, Mapping):
        return {filled(key, words): filled(item, words) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(filled(item, words) for item in value)
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    if isinstance(value, Expect):
        return Expect(**{name: filled(item, words) for name, item in vars(value).items()})
    return value


def matches(pattern: str, text: str) -> bool:
    """Whether the text is what the pattern says, `…` being anything."""
    parts = [re.escape(part) for part in pattern.split("…")]
    return re.fullmatch(".*?".join(parts), text, re.DOTALL) is not None


def on(action: str = "backup", **fields: Any) -> Object:
    """An entry of `spec.actions` on the case's StatefulSet."""
    return {
        "name": action,
        "blueprint": "<id>",
        "object": {"kind": "statefulset", "name": "db", "namespace": "<ns>"},
        **fields,
    }


def phase(func: str, name: str = "p", /, **args: Any) -> Object:
    """A phase of a Blueprint."""
    return {"func": func, "name": name, "args": args}


def task(script: str, name: str = "p") -> Object:
    """A KubeTask phase that runs a script in the case's namespace."""
    command = ["bash", "-o", "errexit", "-o", "pipefail", "-c", script]
    return phase("KubeTask", name, image=IMAGE, namespace="<ns>", command=command)


def secret(name: str, **data: str) -> Object:
    """A Secret of the case's namespace."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "stringData": dict(data),
    }


def configmap(name: str, **data: str) -> Object:
    """A ConfigMap of the case's namespace."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": dict(data),
    }
