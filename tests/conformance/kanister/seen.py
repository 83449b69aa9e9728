"""What came of a case, and how it differs from what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.kanister.case import Case, Object, matches

__all__ = ["Seen", "differences"]


@dataclass
class Seen:
    """Everything that `Expect` may ask about.

    Attributes:
        actionset: as it is; None: gone.
        events: `Type Reason: message`, in order.
        pods: as they were made.
        bucket: key → body.
        log: the controller's, since the case began.
        missing: of the expected objects, those that are not there, and of the unwanted ones those
            that are; as texts.
        replicas: of StatefulSet `db`.
        restarts: how often the controller's container ended by itself.
    """

    actionset: Object | None = None
    events: list[str] = field(default_factory=list)
    pods: list[Object] = field(default_factory=list)
    bucket: dict[str, bytes] = field(default_factory=dict)
    log: str = ""
    missing: list[str] = field(default_factory=list)
    replicas: int | None = None
    restarts: int = 0


def differences(case: Case, seen: Seen) -> list[str]:
    """One text per difference; none: it conforms."""
    return [*_status(case, seen), *_around(case, seen)]


def _differs(what: str, expected: Any, found: Any) -> str:
    return f"{what}: expected {_short(expected)}, found {_short(found)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 600 else f"{text[:600]}… ({len(text)} characters)"


def _status(case: Case, seen: Seen) -> Iterator[str]:
    expect = case.expect
    if expect.state == "gone" or seen.actionset is None:
        found = "gone" if seen.actionset is None else "there"
        if (expect.state == "gone") != (seen.actionset is None):
            yield _differs("ActionSet", expect.state, found)
        return
    status = seen.actionset.get("status") or {}
    if status.get("state", "") != expect.state:
        message = (status.get("error") or {}).get("message", "")
        yield _differs("state", expect.state, f"{status.get('state', '')} {message}".rstrip())
    if expect.spec is not None:
        spec = _without_empty(seen.actionset["spec"])
        if spec != expect.spec:
            yield _differs("spec", expect.spec, spec)
    if not expect.state:
        return
    actions = status.get("actions") or []
    phases = [item for action in actions for item in action.get("phases") or []]
    told = [f"{item['name']} {item['state']}" for item in phases]
    if expect.phases is not None and told != list(expect.phases):
        yield _differs("phases", list(expect.phases), told)
    message = (status.get("error") or {}).get("message", "")
    if expect.error is not None and not matches(expect.error, message):
        yield _differs("error.message", expect.error, message)
    deferred = (actions[0].get("deferPhase") or {}) if actions else {}
    if expect.deferred is not None and deferred.get("state") != expect.deferred:
        yield _differs("deferPhase", expect.deferred, deferred.get("state"))
    outputs = {item["name"]: item.get("output") for item in phases}
    outputs["deferPhase"] = deferred.get("output")
    for name, output in (expect.outputs or {}).items():
        if (outputs.get(name) or None) != (output or None):
            yield _differs(f"output of {name}", output, outputs.get(name))
    if expect.artifacts is not None:
        artifacts = actions[0].get("artifacts") if actions else None
        if (artifacts or {}) != expect.artifacts:
            yield _differs("artifacts", expect.artifacts, artifacts)
    progress = status.get("progress") or {}
    for name, wanted in (("runningPhase", expect.running), ("percentCompleted", expect.percent)):
        if wanted is not None and (progress.get(name) or "") != wanted:
            yield _differs(f"progress.{name}", wanted, progress.get(name) or "")


def _without_empty(value: Any) -> Any:
    """What a Go struct that leaves nothing out says, without what is empty in it."""
    if isinstance(value, dict):
        fields = {key: _without_empty(item) for key, item in value.items()}
        return {key: item for key, item in fields.items() if item not in (None, "", {}, [])}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _around(case: Case, seen: Seen) -> Iterator[str]:
    expect = case.expect
    if expect.events is not None and not _same_events(list(expect.events), seen.events):
        yield _differs("events", list(expect.events), seen.events)
    if expect.pods is not None:
        wanted = list(expect.pods)
        if len(wanted) != len(seen.pods):
            names = [pod["metadata"]["name"] for pod in seen.pods]
            yield _differs("pods", wanted, names)
        for text, pod in zip(wanted, seen.pods, strict=False):
            yield from _pod(text, pod)
    if expect.bucket is not None and sorted(expect.bucket) != sorted(seen.bucket):
        yield _differs("bucket", sorted(expect.bucket), sorted(seen.bucket))
    for key, body in expect.contents.items():
        if seen.bucket.get(key) != body.encode():
            yield _differs(f"content of {key}", body.encode(), seen.bucket.get(key))
    for line in expect.log:
        if not matches(f"…{line}…", seen.log):
            yield _differs("controller's log", line, seen.log[-600:])
    yield from seen.missing
    if expect.replicas is not None and seen.replicas != expect.replicas:
        yield _differs("replicas of db", expect.replicas, seen.replicas)
    if expect.restarted != bool(seen.restarts):
        yield _differs("controller restarted", expect.restarted, bool(seen.restarts))


def _same_events(expected: list[str], found: list[str]) -> bool:
    return len(expected) == len(found) and all(map(matches, expected, found))


def _pod(text: str, pod: Object) -> Iterator[str]:
    name, *facts = text.split()
    if not matches(name, pod["metadata"]["name"]):
        yield _differs("pod", name, pod["metadata"]["name"])
    for fact in facts:
        path, _, wanted = fact.partition("=")
        found = _fact(pod, path)
        if found != wanted:
            yield _differs(f"pod's {path}", wanted, found)


def _fact(pod: Object, path: str) -> str:
    """One fact of a pod: `labels.X`, `annotations.X`, `spec.X`, `container.X`, `claims`."""
    room, _, rest = path.partition(".")
    container = pod["spec"]["containers"][0]
    if room in ("labels", "annotations"):
        return str((pod["metadata"].get(room) or {}).get(rest))
    if room == "spec":
        return str(pod["spec"].get(rest))
    if room == "claims":
        volumes = pod["spec"].get("volumes") or []
        claims = [item.get("persistentVolumeClaim") for item in volumes]
        return ",".join(claim["claimName"] for claim in claims if claim)
    if rest == "mounts":
        paths = [mount["mountPath"] for mount in container.get("volumeMounts") or []]
        return ",".join(path for path in paths if "kubernetes.io" not in path)
    if rest.startswith("env."):
        values = {item["name"]: item.get("value") for item in container.get("env") or []}
        return str(values.get(rest.removeprefix("env.")))
    return str(container.get(rest))
