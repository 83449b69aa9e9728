"""After a failed ActionSet: was it the Blueprint, or something that the Blueprint stands on?

A wrong key or a missing bucket makes the same ActionSet fail with a text of the program that
happened to meet it.  So what we set up ourselves is looked at again, as programs in pods see it.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pytest_kanister._data.stores.bucket import S3Bucket
from pytest_kanister._data.stores.s3 import make_client
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import PODS, PROFILES, SECRETS
from pytest_kanister._model.secret import Secret
from pytest_kanister.errors import ApiError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister.errors import ActionSetError

__all__ = ["diagnose", "pods_lives", "secret_keys"]


def diagnose(
    kube: KubeClient,
    error: ActionSetError,
    *,
    profile: Target,
    reached: str,
    keys: Mapping[Target, frozenset[str]],
    lives: Mapping[Target, str],
) -> None:
    """Returns when nothing speaks against the surroundings.

    A pod of the workload that died meanwhile is added to the error's evidence.

    Args:
        kube: the cluster.
        error: what the ActionSet ended with.
        profile: the Profile that it was given.
        reached: the store's URL as the harness reaches it.
        keys: Secrets that the workload hands to Blueprints, with the keys that they had.
        lives: the workload's pods as they were when it answered.

    Raises:
        EnvironmentProblem: the cause, with the ActionSet's error as evidence.
    """
    for secret, had in keys.items():
        missing = had - secret_keys(kube, secret)
        if missing:
            raise EnvironmentProblem(
                f"Secret {secret.namespace}/{secret.name} has lost {', '.join(sorted(missing))}, "
                "so no Blueprint can log in with it",
                evidence=str(error),
                remedies=["put the key back, or see who changed the Secret"],
            ) from error
    try:
        _try_profile(kube, profile, reached)
    except EnvironmentProblem as problem:
        raise EnvironmentProblem(
            f"Profile {profile.namespace}/{profile.name} does not work: {problem.message}",
            remedies=problem.remedies,
            evidence=str(error),
        ) from error
    died = _died(kube, lives)
    if died:
        error.evidence = "\n".join([*died, error.evidence]).rstrip()


def pods_lives(kube: KubeClient, namespace: str) -> dict[Target, str]:
    """Each pod of the namespace and which life it lives: another text after any restart."""
    lives = {}
    for pod in kube.list(PODS, namespace):
        restarts = sum(
            status.get("restartCount", 0)
            for status in pod.get("status", {}).get("containerStatuses") or ()
        )
        metadata = pod["metadata"]
        lives[Target("pod", metadata["name"], namespace)] = f"{metadata['uid']} {restarts}"
    return lives


def _died(kube: KubeClient, before: Mapping[Target, str]) -> list[str]:
    """A sentence for each pod that is gone, or is not the one that it was."""
    now: dict[Target, str] = {}
    for namespace in {pod.namespace for pod in before}:
        now |= pods_lives(kube, namespace)
    lines = []
    for pod, life in before.items():
        if pod not in now:
            lines.append(f"pod {pod.namespace}/{pod.name} is gone: it was there at the beginning")
        elif now[pod] != life:
            lines.append(
                f"pod {pod.namespace}/{pod.name} died and was started again after it had answered"
            )
    return lines


def secret_keys(kube: KubeClient, secret: Target) -> frozenset[str]:
    """The keys of a Secret; none when it is not there."""
    try:
        return frozenset(kube.get(SECRETS, secret.name, secret.namespace).get("data") or ())
    except ApiError:
        return frozenset()


def _try_profile(kube: KubeClient, target: Target, reached: str) -> None:
    try:
        profile = kube.get(PROFILES, target.name, target.namespace)
        pair = profile["credential"]["keyPair"]
        held = pair["secret"]
        data = kube.get(SECRETS, held["name"], held["namespace"]).get("data") or {}
    except ApiError as error:
        raise EnvironmentProblem(
            error.message, remedies=["create the Profile and its Secret again"]
        ) from error
    texts = []
    for field in (pair["idField"], pair["secretField"]):
        if field not in data:
            raise EnvironmentProblem(
                f"Secret {held['namespace']}/{held['name']} has no key {field!r}",
                remedies=["put the key into the Secret, or name another field in the Profile"],
            )
        texts.append(Secret(base64.b64decode(data[field]).decode(errors="replace")))
    location = profile["location"]
    client = make_client(reached, texts[0], texts[1], location["region"])
    try:
        S3Bucket(client, location["bucket"]).check_exists()
    except EnvironmentProblem as problem:
        raise EnvironmentProblem(
            problem.message,
            remedies=[
                *problem.remedies,
                f"the Profile takes its keys from Secret {held['namespace']}/{held['name']} "
                f"({pair['idField']}, {pair['secretField']}) and names bucket {location['bucket']}",
            ],
        ) from problem
