"""Services.  Cluster IPs are not allocated: names and endpoints are how a Service is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry import names
from pytest_kanister._cluster.registry.objects import meta
from pytest_kanister._cluster.registry.problems import (
    FieldError,
    bad_value,
    duplicate,
    immutable,
    required,
    unsupported,
)
from pytest_kanister._cluster.registry.strategy import Column, Strategy

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_kanister._model.api import Object

__all__ = ["Services"]

_TYPES = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
_PROTOCOLS = ("TCP", "UDP", "SCTP")


class Services(Strategy):
    """Strategy of Services; NodePort and LoadBalancer are stored, but get no port or address."""

    type_name = "Service"
    returns_deleted = True
    selectable = frozenset({"spec.clusterIP", "spec.type"})
    columns = (
        Column("Name"),
        Column("Type"),
        Column("Cluster-IP"),
        Column("External-IP"),
        Column("Port(s)"),
        Column("Age"),
        Column("Selector", priority=1),
    )

    def name_rule(self) -> Callable[[str], list[str]]:
        """Services are RFC 1035 labels."""
        return names.service_name

    def default(self, obj: Object) -> None:
        """Type, protocol, target port."""
        spec = obj.setdefault("spec", {})
        spec["type"] = spec.get("type") or "ClusterIP"
        spec["sessionAffinity"] = spec.get("sessionAffinity") or "None"
        for port in spec.get("ports") or ():
            port["protocol"] = port.get("protocol") or "TCP"
            if port.get("targetPort") in (None, "", 0):
                port["targetPort"] = port.get("port", 0)
        if spec["type"] == "ExternalName":
            return
        spec.setdefault("clusterIP", "")
        if spec["clusterIP"]:
            spec["clusterIPs"] = [spec["clusterIP"]]
        spec.setdefault("internalTrafficPolicy", "Cluster")
        spec.setdefault("ipFamilies", ["IPv4"])
        spec.setdefault("ipFamilyPolicy", "SingleStack")

    def prepare_create(self, obj: Object) -> None:
        """No load balancer yet."""
        obj["status"] = {"loadBalancer": {}}

    def prepare_update(self, obj: Object, old: Object) -> None:
        """An address once given stays when the author leaves it out."""
        spec, before = obj["spec"], old["spec"]
        if spec["type"] != "ExternalName" and not spec.get("clusterIP") and before.get("clusterIP"):
            spec["clusterIP"] = before["clusterIP"]
            spec["clusterIPs"] = before.get("clusterIPs", [before["clusterIP"]])

    def validate(self, obj: Object) -> list[FieldError]:
        """Type and ports."""
        spec = obj["spec"]
        found: list[FieldError] = []
        if spec["type"] not in _TYPES:
            found.append(unsupported("spec.type", spec["type"], _TYPES))
        ports = spec.get("ports") or []
        headless = spec.get("clusterIP") == "None"
        if not ports and not headless and spec["type"] != "ExternalName":
            found.append(required("spec.ports"))
        if spec["type"] == "ExternalName" and not spec.get("externalName"):
            found.append(required("spec.externalName"))
        taken: set[str] = set()
        for index, port in enumerate(ports):
            found += self._check_port(port, f"spec.ports[{index}]", taken, alone=len(ports) == 1)
        found += names.check_labels(spec.get("selector") or {}, "spec.selector")
        return found

    @staticmethod
    def _check_port(port: Object, at: str, taken: set[str], *, alone: bool) -> list[FieldError]:
        found: list[FieldError] = []
        name = port.get("name") or ""
        if not name and not alone:
            found.append(required(f"{at}.name"))
        elif name:
            found += [bad_value(f"{at}.name", name, text) for text in names.dns_label(name)]
            if name in taken:
                found.append(duplicate(f"{at}.name", name))
            taken.add(name)
        target = port.get("targetPort")
        for field, number in (("port", port.get("port", 0)), ("targetPort", target)):
            if isinstance(number, int) and not 0 < number < 65536:
                found.append(
                    bad_value(f"{at}.{field}", number, "must be between 1 and 65535, inclusive")
                )
        if port["protocol"] not in _PROTOCOLS:
            found.append(unsupported(f"{at}.protocol", port["protocol"], _PROTOCOLS))
        return found

    def validate_update(self, obj: Object, old: Object) -> list[FieldError]:
        """A cluster IP may be given later, but never changed."""
        before, after = old["spec"].get("clusterIP"), obj["spec"].get("clusterIP")
        if before and after != before and obj["spec"]["type"] != "ExternalName":
            return [immutable("spec.clusterIPs[0]", after)]
        return []

    def row(self, obj: Object) -> list[Any]:
        """As `kubectl get svc` shows it."""
        spec = obj["spec"]
        ports = [f"{port.get('port')}/{port['protocol']}" for port in spec.get("ports") or ()]
        selector = ",".join(f"{k}={v}" for k, v in sorted((spec.get("selector") or {}).items()))
        return [
            meta(obj)["name"],
            spec["type"],
            spec.get("clusterIP") or "<none>",
            spec.get("externalName") or "<none>",
            ",".join(ports) or "<none>",
            meta(obj).get("creationTimestamp"),
            selector or "<none>",
        ]
