"""StatefulSets, Deployments, ReplicaSets and Jobs.

Over 300 lines: four strategies on one base, each short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._cluster.registry.names import check_labels
from pytest_kanister._cluster.registry.objects import copy_json, dig, meta
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    forbidden_field,
    immutable,
    required,
    unsupported,
)
from pytest_kanister._cluster.registry.selectors import matches_selector
from pytest_kanister._cluster.registry.strategies.podspec import (
    default_pod_spec,
    validate_pod_spec,
)
from pytest_kanister._cluster.registry.strategies.storage import default_claim
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from pytest_kanister._model.api import Object

__all__ = ["Deployments", "Jobs", "ReplicaSets", "StatefulSets"]


class _Workload(Strategy):
    """What all of them share: replicas, selector, template."""

    has_generation = True
    restart: ClassVar[tuple[str, ...]] = ("Always",)

    def default(self, obj: Object) -> None:
        spec = obj.setdefault("spec", {})
        self.default_spec(spec)
        if isinstance(spec.get("template"), dict):
            template = spec["template"]
            meta(template).pop("creationTimestamp", None)
            default_pod_spec(template.setdefault("spec", {}))

    def default_spec(self, spec: Object) -> None:
        """The kind's own defaults."""
        spec.setdefault("replicas", 1)

    def prepare_create(self, obj: Object) -> None:
        """No status yet."""
        obj["status"] = {}

    def validate(self, obj: Object) -> list[FieldError]:
        """Selector and template belong together; the template's pods must be possible."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if spec.get("replicas", 0) < 0:
            found.append(
                bad_value("spec.replicas", spec["replicas"], "must be greater than or equal to 0")
            )
        selector = spec.get("selector")
        if selector is None:
            found.append(required("spec.selector"))
        elif not selector.get("matchLabels") and not selector.get("matchExpressions"):
            found.append(
                bad_value("spec.selector", selector, "empty selector is invalid for deployment")
            )
        template = spec.get("template")
        if template is None:
            return [*found, required("spec.template")]
        labels = meta(template).get("labels") or {}
        found += check_labels(labels, "spec.template.metadata.labels")
        if selector and not matches_selector(selector, labels):
            found.append(
                bad_value(
                    "spec.template.metadata.labels",
                    labels,
                    "`selector` does not match template `labels`",
                )
            )
        return found + validate_pod_spec(
            template["spec"], "spec.template.spec", restart=self.restart
        )

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """The selector is for ever."""
        if obj["spec"].get("selector") != old["spec"].get("selector"):
            return [immutable("spec.selector", obj["spec"].get("selector"))]
        return []


def _wide(obj: Object) -> list[str]:
    containers = dig(obj, "spec", "template", "spec", "containers") or []
    return [
        ",".join(str(item.get("name")) for item in containers),
        ",".join(str(item.get("image")) for item in containers),
    ]


def _selector_text(obj: Object) -> str:
    labels = dig(obj, "spec", "selector", "matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or "<none>"


_WIDE = (Column("Containers", priority=1), Column("Images", priority=1))


class StatefulSets(_Workload):
    """Strategy of StatefulSets."""

    type_name = "StatefulSet"
    columns = (Column("Name"), Column("Ready"), Column("Age"), *_WIDE)
    _mutable: ClassVar[tuple[str, ...]] = (
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    )

    def default_spec(self, spec: Object) -> None:
        """One replica, ordered, rolling updates; claims of the templates."""
        spec.setdefault("replicas", 1)
        spec.setdefault("serviceName", "")
        spec["podManagementPolicy"] = spec.get("podManagementPolicy") or "OrderedReady"
        spec.setdefault("revisionHistoryLimit", 10)
        strategy = spec.setdefault("updateStrategy", {})
        if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
            strategy.setdefault("rollingUpdate", {}).setdefault("partition", 0)
        policy = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
        policy.setdefault("whenDeleted", "Retain")
        policy.setdefault("whenScaled", "Retain")
        for claim in spec.get("volumeClaimTemplates") or ():
            claim.setdefault("apiVersion", "v1")
            claim.setdefault("kind", "PersistentVolumeClaim")
            meta(claim).pop("creationTimestamp", None)
            default_claim(claim)
            claim["status"] = {"phase": "Pending"}

    def prepare_create(self, obj: Object) -> None:
        """Replicas are always told: typed clients demand it."""
        obj["status"] = {"replicas": 0, "availableReplicas": 0}

    def validate(self, obj: Object) -> list[FieldError]:
        """Mounts may name a claim template's volume."""
        spec = obj["spec"]
        shown = copy_json(obj)
        pod = (shown["spec"].get("template") or {}).get("spec")
        if pod is not None:
            taken = {volume.get("name") for volume in pod.get("volumes") or ()}
            pod["volumes"] = [
                *(pod.get("volumes") or ()),
                *(
                    {"name": meta(claim).get("name"), "emptyDir": {}}
                    for claim in spec.get("volumeClaimTemplates") or ()
                    if meta(claim).get("name") not in taken
                ),
            ]
        found = super().validate(shown)
        policies = ("OrderedReady", "Parallel")
        if spec["podManagementPolicy"] not in policies:
            found.append(
                unsupported("spec.podManagementPolicy", spec["podManagementPolicy"], policies)
            )
        # Kubernetes knows Delete too; here claims outlive their StatefulSet.
        found += [
            unsupported(f"spec.persistentVolumeClaimRetentionPolicy.{key}", value, ("Retain",))
            for key, value in spec["persistentVolumeClaimRetentionPolicy"].items()
            if value != "Retain"
        ]
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """All but a few fields of the spec are for ever."""

        def fixed(spec: Object) -> Object:
            return {key: value for key, value in spec.items() if key not in self._mutable}

        if fixed(obj["spec"]) == fixed(old["spec"]):
            return []
        names = ", ".join(f"'{name}'" for name in self._mutable[:-1])
        return [
            forbidden_field(
                "spec",
                f"updates to statefulset spec for fields other than {names} and "
                f"'{self._mutable[-1]}' are forbidden",
            )
        ]

    def row(self, obj: Object) -> list[Any]:
        """Name, ready/wanted, age."""
        ready = dig(obj, "status", "readyReplicas") or 0
        return [
            meta(obj)["name"],
            f"{ready}/{obj['spec'].get('replicas', 0)}",
            meta(obj).get("creationTimestamp"),
            *_wide(obj),
        ]


class Deployments(_Workload):
    """Strategy of Deployments."""

    type_name = "Deployment"
    columns = (
        Column("Name"),
        Column("Ready"),
        Column("Up-to-date", "integer"),
        Column("Available", "integer"),
        Column("Age"),
        *_WIDE,
        Column("Selector", priority=1),
    )

    def default_spec(self, spec: Object) -> None:
        """One replica, a quarter more or less while rolling."""
        spec.setdefault("replicas", 1)
        spec.setdefault("revisionHistoryLimit", 10)
        spec.setdefault("progressDeadlineSeconds", 600)
        strategy = spec.setdefault("strategy", {})
        if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
            rolling = strategy.setdefault("rollingUpdate", {})
            rolling.setdefault("maxUnavailable", "25%")
            rolling.setdefault("maxSurge", "25%")

    def row(self, obj: Object) -> list[Any]:
        """Name, ready/wanted, up to date, available, age."""
        status = obj.get("status") or {}
        return [
            meta(obj)["name"],
            f"{status.get('readyReplicas') or 0}/{obj['spec'].get('replicas', 0)}",
            status.get("updatedReplicas") or 0,
            status.get("availableReplicas") or 0,
            meta(obj).get("creationTimestamp"),
            *_wide(obj),
            _selector_text(obj),
        ]


class ReplicaSets(_Workload):
    """Strategy of ReplicaSets."""

    type_name = "ReplicaSet"
    selectable = frozenset({"status.replicas"})
    columns = (
        Column("Name"),
        Column("Desired", "integer"),
        Column("Current", "integer"),
        Column("Ready", "integer"),
        Column("Age"),
        *_WIDE,
        Column("Selector", priority=1),
    )

    def prepare_create(self, obj: Object) -> None:
        """Replicas are always told."""
        obj["status"] = {"replicas": 0}

    def row(self, obj: Object) -> list[Any]:
        """Name, wanted, present, ready, age."""
        status = obj.get("status") or {}
        return [
            meta(obj)["name"],
            obj["spec"].get("replicas", 0),
            status.get("replicas") or 0,
            status.get("readyReplicas") or 0,
            meta(obj).get("creationTimestamp"),
            *_wide(obj),
            _selector_text(obj),
        ]


class Jobs(_Workload):
    """Strategy of Jobs: the server labels the pods and makes the selector."""

    type_name = "Job"
    restart = ("Never", "OnFailure")
    selectable = frozenset({"status.successful"})
    columns = (
        Column("Name"),
        Column("Status"),
        Column("Completions"),
        Column("Duration"),
        Column("Age"),
        *_WIDE,
    )

    def default_spec(self, spec: Object) -> None:
        """One pod, six retries."""
        if spec.get("completions") is None and spec.get("parallelism") is None:
            spec["completions"] = 1
        spec.setdefault("parallelism", 1)
        spec.setdefault("backoffLimit", 6)
        spec.setdefault("completionMode", "NonIndexed")
        spec.setdefault("suspend", False)
        spec.setdefault("podReplacementPolicy", "TerminatingOrFailed")

    def prepare_create(self, obj: Object) -> None:
        """Selector and labels bear the Job's uid, unless the author manages them."""
        obj["status"] = {}
        spec = obj["spec"]
        if spec.get("manualSelector") or not isinstance(spec.get("template"), dict):
            return
        uid, name = meta(obj)["uid"], meta(obj)["name"]
        labels = meta(spec["template"]).setdefault("labels", {})
        labels.update(
            {
                "controller-uid": uid,
                "job-name": name,
                "batch.kubernetes.io/controller-uid": uid,
                "batch.kubernetes.io/job-name": name,
            }
        )
        spec["selector"] = {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}}

    def validate(self, obj: Object) -> list[FieldError]:
        """What the controller does not do is refused here, by name."""
        found = super().validate(obj)
        spec = obj["spec"]
        if spec.get("completionMode") != "NonIndexed":
            found.append(
                unsupported("spec.completionMode", spec.get("completionMode"), ("NonIndexed",))
            )
        found += [
            forbidden_field(f"spec.{key}", "the embedded cluster's Job controller does not know it")
            for key in ("podFailurePolicy", "successPolicy", "managedBy")
            if spec.get(key) is not None
        ]
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """Selector, template and completions are for ever."""
        return [
            immutable(f"spec.{key}", obj["spec"].get(key))
            for key in ("selector", "template", "completions", "completionMode")
            if obj["spec"].get(key) != old["spec"].get(key)
        ]

    def row(self, obj: Object) -> list[Any]:
        """Name, state, completions, duration, age."""
        status, spec = obj.get("status") or {}, obj["spec"]
        state = "Suspended" if spec.get("suspend") else "Running"
        for condition in status.get("conditions") or ():
            if condition.get("status") == "True" and condition.get("type") in (
                "Complete",
                "Failed",
            ):
                state = condition["type"]
        wanted = spec.get("completions") or spec.get("parallelism") or 1
        return [
            meta(obj)["name"],
            state,
            f"{status.get('succeeded') or 0}/{wanted}",
            "",
            meta(obj).get("creationTimestamp"),
            *_wide(obj),
        ]
