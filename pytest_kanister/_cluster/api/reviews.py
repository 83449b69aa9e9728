"""Questions about access: everybody with the token may do everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_kanister._cluster.registry.objects import now

if TYPE_CHECKING:
    from pytest_kanister._cluster.api.targets import Target

__all__ = ["RESOURCES", "answer", "knows"]

_AUTHORIZATION = "authorization.k8s.io"
_AUTHENTICATION = "authentication.k8s.io"

RESOURCES = (
    (_AUTHENTICATION, "selfsubjectreviews", "SelfSubjectReview"),
    (_AUTHORIZATION, "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    (_AUTHORIZATION, "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
)
"""(group, plural, kind) of what can be posted, for discovery; all of version v1."""


def knows(target: Target) -> bool:
    """Whether `answer` has one."""
    return target.version == "v1" and (target.group, target.plural) in {
        (group, plural) for group, plural, _ in RESOURCES
    }


def answer(target: Target, body: Any) -> dict[str, Any]:
    """The review with its status."""
    asked = body if isinstance(body, dict) else {}
    kind = next(kind for _, plural, kind in RESOURCES if plural == target.plural)
    everything = ["*"]
    statuses: dict[str, dict[str, Any]] = {
        "SelfSubjectReview": {
            "userInfo": {
                "username": "pytest-kanister",
                "groups": ["system:masters", "system:authenticated"],
            }
        },
        "SelfSubjectAccessReview": {
            "allowed": True,
            "reason": "the embedded cluster does not enforce RBAC",
        },
        "SelfSubjectRulesReview": {
            "resourceRules": [
                {"verbs": everything, "apiGroups": everything, "resources": everything}
            ],
            "nonResourceRules": [{"verbs": everything, "nonResourceURLs": everything}],
            "incomplete": False,
        },
    }
    result: dict[str, Any] = {
        "kind": kind,
        "apiVersion": f"{target.group}/v1",
        "metadata": {"creationTimestamp": now()},
        "status": statuses[kind],
    }
    if "spec" in asked:
        result["spec"] = asked["spec"]
    return result
