"""Scripts in a pod: their whole output, or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_kanister._model.resources import PODS
from pytest_kanister.errors import Unverified, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.api import Object

__all__ = ["Script", "pods_of", "run"]

_LONGEST_S = 900.0

# The output is kept until it is whole, so that its length can be told after it: a stream that ends
# early must not look like an engine that holds less.
_WRAPPER = """\
file=$(mktemp) || exit 125
sh -ec "$1" script "$2" > "$file"
status=$?
cat "$file"
printf '\\npytest-kanister %s %s\\n' "$status" "$(wc -c < "$file" | tr -d ' ')"
rm -f "$file"
"""
_END = re.compile(rb"\npytest-kanister (\d+) (\d+)\n\Z")


class Script(NamedTuple):
    """A shell script and its only argument, `$1`."""

    text: str
    argument: str = ""


def run(kube: KubeClient, namespace: str, pod: str, container: str, script: Script) -> bytes:
    """Runs a script to its end; what it printed.

    Raises:
        UsageProblem: it ended with another status than 0.
        Unverified: its output did not come whole.
    """
    done = kube.exec(
        namespace,
        pod,
        ["sh", "-c", _WRAPPER, "pytest-kanister", script.text, script.argument],
        container=container,
        timeout_s=_LONGEST_S,
    )
    shown = " ".join(script.text.split())[:60]
    said = done.stderr.decode(errors="replace").strip()
    end = _END.search(done.stdout)
    if done.exit_status or end is None or int(end[2]) != end.start():
        raise Unverified(
            f"the output of `{shown}` in pod {namespace}/{pod} is not whole "
            f"({len(done.stdout)} bytes came, exit status {done.exit_status}): {said[-500:]}"
        )
    if status := int(end[1]):
        raise UsageProblem(
            f"`{shown}` in pod {namespace}/{pod} ended with status {status}: {said[-500:]}"
        )
    return done.stdout[: end.start()]


def pods_of(kube: KubeClient, namespace: str, manifest: Mapping[str, Any]) -> list[Object]:
    """The pods that a StatefulSet or Deployment selects; none for any other kind."""
    labels = manifest.get("spec", {}).get("selector", {})
    labels = labels.get("matchLabels") if isinstance(labels, dict) else None
    if not labels:
        return []
    selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    return kube.list(PODS, namespace, label_selector=selector)
