"""Pod specs, bare or inside a workload's template: defaults and validation.

Rules are Kubernetes' (`pkg/apis/core/v1/defaults.go`, `validation.go`) for what Kanister's
world uses.  Not checked: affinity, topology, probes' details beyond their handler, security
contexts, resource quantities against limits, projected and cloud volume sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.names import check_name
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    duplicate,
    missing_reference,
    required,
    unsupported,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._model.api import Object

__all__ = ["default_pod_spec", "validate_pod_spec"]


def default_pod_spec(spec: Object) -> None:
    """Fills a pod spec as the API server does."""
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("securityContext", {})
    spec.setdefault("schedulerName", "default-scheduler")
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in _containers(spec):
        _default_container(container)
    for volume in spec.get("volumes") or ():
        _default_volume(volume)


def _containers(spec: Object) -> Iterator[Object]:
    yield from spec.get("initContainers") or ()
    yield from spec.get("containers") or ()


def _default_container(container: Object) -> None:
    container.setdefault("terminationMessagePath", "/dev/termination-log")
    container.setdefault("terminationMessagePolicy", "File")
    container.setdefault("resources", {})
    if not container.get("imagePullPolicy"):
        image = str(container.get("image") or "")
        tag = image.rpartition("/")[2].partition(":")[2]
        pinned = "@" in image or tag not in ("", "latest")
        container["imagePullPolicy"] = "IfNotPresent" if pinned else "Always"
    for port in container.get("ports") or ():
        port.setdefault("protocol", "TCP")
    for variable in container.get("env") or ():
        reference = (variable.get("valueFrom") or {}).get("fieldRef")
        if reference is not None:
            reference.setdefault("apiVersion", "v1")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is None:
            continue
        for key, value in (
            ("timeoutSeconds", 1),
            ("periodSeconds", 10),
            ("successThreshold", 1),
            ("failureThreshold", 3),
        ):
            probe.setdefault(key, value)
        if "httpGet" in probe:
            probe["httpGet"].setdefault("path", "/")
            probe["httpGet"].setdefault("scheme", "HTTP")


def _default_volume(volume: Object) -> None:
    for source in ("secret", "configMap", "projected", "downwardAPI"):
        if source in volume:
            volume[source].setdefault("defaultMode", 420)
    if "hostPath" in volume:
        volume["hostPath"].setdefault("type", "")
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}


def validate_pod_spec(
    spec: Object, at: str, *, restart: tuple[str, ...] = ("Always", "OnFailure", "Never")
) -> list[FieldError]:
    """The broken rules of a (defaulted) pod spec; `at` is its path, `restart` what is allowed."""
    found: list[FieldError] = []
    volumes: set[str] = set()
    for index, volume in enumerate(spec.get("volumes") or ()):
        found += _check_volume(volume, f"{at}.volumes[{index}]", volumes)
    if not spec.get("containers"):
        found.append(required(f"{at}.containers"))
    taken: set[str] = set()
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(kind) or ()):
            field = f"{at}.{kind}[{index}]"
            name = container.get("name") or ""
            if name and name in taken:
                found.append(duplicate(f"{field}.name", name))
            taken.add(name)
            found += _check_container(container, field, volumes)
    policy = spec.get("restartPolicy")
    if policy not in restart:
        found.append(unsupported(f"{at}.restartPolicy", policy, restart))
    if spec.get("terminationGracePeriodSeconds", 0) < 0:
        found.append(
            bad_value(
                f"{at}.terminationGracePeriodSeconds",
                spec["terminationGracePeriodSeconds"],
                "must be greater than or equal to 0",
            )
        )
    policies = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
    if spec.get("dnsPolicy") not in policies:
        found.append(unsupported(f"{at}.dnsPolicy", spec.get("dnsPolicy"), policies))
    for key, rule in (("hostname", names.dns_label), ("serviceAccountName", names.subdomain)):
        if spec.get(key):
            found += check_name(spec[key], rule, f"{at}.{key}")
    return found


def _check_volume(volume: Object, field: str, taken: set[str]) -> list[FieldError]:
    name = volume.get("name") or ""
    found = check_name(name, names.dns_label, f"{field}.name")
    if name in taken:
        found.append(duplicate(f"{field}.name", name))
    taken.add(name)
    sources = [key for key in volume if key != "name"]
    if not sources:
        found.append(required(field, "must specify a volume type"))
    found += [
        FieldError(
            f"{field}.{source}",
            "FieldValueForbidden",
            "Forbidden: may not specify more than 1 volume type",
        )
        for source in sources[1:]
    ]
    for source, key in (
        ("secret", "secretName"),
        ("configMap", "name"),
        ("persistentVolumeClaim", "claimName"),
        ("hostPath", "path"),
    ):
        if source in volume and not volume[source].get(key):
            found.append(required(f"{field}.{source}.{key}"))
    return found


def _check_container(container: Object, field: str, volumes: set[str]) -> list[FieldError]:
    found = check_name(container.get("name") or "", names.dns_label, f"{field}.name")
    image = container.get("image") or ""
    if not image:
        found.append(required(f"{field}.image"))
    elif image.strip() != image:
        found.append(
            bad_value(f"{field}.image", image, "must not have leading or trailing whitespace")
        )
    pulls = ("Always", "IfNotPresent", "Never")
    if container.get("imagePullPolicy") not in pulls:
        found.append(
            unsupported(f"{field}.imagePullPolicy", container.get("imagePullPolicy"), pulls)
        )
    for index, port in enumerate(container.get("ports") or ()):
        found += _check_port(port, f"{field}.ports[{index}]")
    for index, variable in enumerate(container.get("env") or ()):
        found += _check_env(variable, f"{field}.env[{index}]")
    targets: set[str] = set()
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        where = f"{field}.volumeMounts[{index}]"
        name, target = mount.get("name") or "", mount.get("mountPath") or ""
        if not name:
            found.append(required(f"{where}.name"))
        if name not in volumes:
            found.append(missing_reference(f"{where}.name", name))
        if not target:
            found.append(required(f"{where}.mountPath"))
        elif target in targets:
            found.append(bad_value(f"{where}.mountPath", target, "must be unique"))
        targets.add(target)
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is not None and not {"exec", "httpGet", "tcpSocket", "grpc"} & set(probe):
            found.append(required(f"{field}.{name}", "must specify a handler type"))
    return found


def _check_port(port: Object, field: str) -> list[FieldError]:
    found = []
    number = port.get("containerPort")
    if not number:
        found.append(required(f"{field}.containerPort"))
    elif not 0 < number < 65536:
        found.append(
            bad_value(f"{field}.containerPort", number, "must be between 1 and 65535, inclusive")
        )
    protocols = ("TCP", "UDP", "SCTP")
    if port.get("protocol") not in protocols:
        found.append(unsupported(f"{field}.protocol", port.get("protocol"), protocols))
    name: Any = port.get("name")
    if name and (len(name) > 15 or names.dns_label(name) or name.isdigit()):
        found.append(
            bad_value(
                f"{field}.name",
                name,
                "must be no more than 15 lower case alphanumeric characters or '-', "
                "with at least one letter",
            )
        )
    return found


def _check_env(variable: Object, field: str) -> list[FieldError]:
    found = []
    if not variable.get("name"):
        found.append(required(f"{field}.name"))
    elif "=" in variable["name"]:
        found.append(bad_value(f"{field}.name", variable["name"], "must not contain '='"))
    source = variable.get("valueFrom")
    if source is not None:
        if variable.get("value"):
            found.append(
                bad_value(
                    f"{field}.valueFrom", "", "may not be specified when `value` is not empty"
                )
            )
        if len(source) != 1:
            found.append(
                bad_value(
                    f"{field}.valueFrom",
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or "
                    "`secretKeyRef`",
                )
            )
        found += [
            required(f"{field}.valueFrom.{name}.key")
            for name in ("configMapKeyRef", "secretKeyRef")
            if name in source and not source[name].get("key")
        ]
    return found
