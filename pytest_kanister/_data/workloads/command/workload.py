"""`Command`: an engine that its author's own commands seed, damage and print."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._data.proof.canonical import Column, Kind
from pytest_kanister._data.proof.snapshot import Snapshot, Table
from pytest_kanister._data.workloads.command.options import parse
from pytest_kanister._data.workloads.command.running import Script, pods_of, run
from pytest_kanister._data.workloads.damaging import the_only
from pytest_kanister._kube.pods import pod_evidence, wait_pod_ready
from pytest_kanister._model.references import Target
from pytest_kanister._model.resources import PERSISTENTVOLUMECLAIMS, PODS, gvk_resource
from pytest_kanister.errors import (
    EnvironmentProblem,
    Unverified,
    UsageProblem,
    VacuousScenario,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pytest_kanister._kube import KubeClient
    from pytest_kanister._model.settings import Settings

__all__ = ["Command"]

_LINE = (Column("line", "bytes", Kind.TEXT),)
_SHOWN = 3


class Command:
    """Implements `Workload`.  Options: see `Options`; scripts are for `sh -e`.

    A snapshot is the multiset of the lines that `snapshot` prints: what is to be compared must be
    in them, and nothing that changes by itself.
    """

    kind: ClassVar[str] = "command"
    file_options: ClassVar[tuple[str, ...]] = ("deploy",)
    """Options whose texts are files, looked up beside the scenario."""

    not_covered: tuple[str, ...] = ("whatever the scenario's own snapshot command does not print",)

    def __init__(
        self,
        kube: KubeClient,
        settings: Settings,
        *,
        name: str,
        namespace: str,
        options: Mapping[str, Any],
    ) -> None:
        self.name = name
        self.namespace = namespace
        self._kube = kube
        self._settings = settings
        self._options = parse(options)
        self.not_covered = (*type(self).not_covered, *self._options.not_covered)

    def deploy(self) -> None:
        """The author's manifests, in their order."""
        for manifest in self._options.manifests:
            self._kube.create(manifest, self.namespace)

    def wait_ready(self) -> None:
        """Until the pod is ready and the script `ready` ends with 0."""
        deadline = Deadline(self._settings.ready_timeout_s)
        pod = self._pod(deadline)
        last = [""]

        def answers() -> bool | None:
            try:
                self._run(self._options.ready)
            except UsageProblem as error:
                last[0] = str(error)
                return None
            return True

        if self._options.ready and not wait_until(answers, deadline):
            raise EnvironmentProblem(
                f"{self.namespace}/{self.name} was not ready after {deadline.timeout_s:.0f} s: "
                f"{last[0]}",
                evidence=pod_evidence(self._kube, self.namespace, pod),
                remedies=["mend the option `ready`", "--kanister-ready-timeout-s gives more"],
            )

    def remove(self) -> None:
        """Deletes the manifests' objects in reverse, their pods, and the pods' claims."""
        kube, wait_s = self._kube, self._settings.ready_timeout_s
        for manifest in reversed(self._options.manifests):
            name = manifest["metadata"]["name"]
            resource = gvk_resource(manifest["apiVersion"], manifest["kind"])
            if resource is None:
                raise UsageProblem(
                    f"workload command: {manifest['kind']} {name} cannot be removed: a kind that "
                    "is not known here; its namespace takes it along"
                )
            pods = pods_of(kube, self.namespace, manifest)
            kube.delete(resource, name, self.namespace, wait_s=wait_s)
            for pod in pods:
                kube.delete(
                    PODS, pod["metadata"]["name"], self.namespace, wait_s=wait_s, grace_period_s=0
                )
            for template in manifest.get("spec", {}).get("volumeClaimTemplates", ()):
                for at in range(manifest["spec"].get("replicas", 1)):
                    claim = f"{template['metadata']['name']}-{name}-{at}"
                    kube.delete(PERSISTENTVOLUMECLAIMS, claim, self.namespace, wait_s=wait_s)

    @property
    def target(self) -> Target:
        """As the option says, else the first StatefulSet or Deployment."""
        return self._options.object(self.namespace)

    @property
    def secrets(self) -> Mapping[str, Target]:
        """As the option says."""
        return {
            word: Target("secret", name, self.namespace)
            for word, name in self._options.secrets.items()
        }

    def datasets(self) -> Sequence[str]:
        """Names of the option `seed`."""
        return sorted(self._options.seeds)

    def seed(self, dataset: str | Path) -> int:
        """Runs a dataset's script, or a file of one; returns how many lines are new.

        Raises:
            UsageProblem: no such dataset, the script fails, or the snapshot command prints
                something else each time, so that no two snapshots could ever be equal.
        """
        if isinstance(dataset, Path):
            try:
                script = dataset.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise UsageProblem(f"cannot read the dataset {dataset}: {error}") from None
        elif dataset in self._options.seeds:
            script = self._options.seeds[dataset]
        else:
            raise UsageProblem(
                f"this workload has the datasets {', '.join(self.datasets())}; found {dataset!r}"
            )
        before = self._lines()
        self._run(script)
        after, again = self._lines(), self._lines()
        if after != again:
            restless = sorted(((after - again) + (again - after)).elements())[:_SHOWN]
            raise UsageProblem(
                "workload command: the snapshot command prints something else each time, for "
                f"example: {', '.join(repr(line.decode(errors='replace')) for line in restless)}; "
                "leave out what changes by itself"
            )
        return (after - before).total()

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs a script; a row for each line of its output, as text."""
        return [(line.decode(errors="replace"),) for line in self._run(statement).splitlines()]

    def damage(self, **how: Any) -> str:
        """`WORD=argument` for a script of the option `damage`, or `command="…"`.

        Raises:
            VacuousScenario: the snapshot command does not notice it, so it would notice no loss.
        """
        word, argument = the_only("this workload", (*self._options.damages, "command"), how)
        if not isinstance(argument, str | int) or argument == "":
            raise UsageProblem(f"damage {word}: expected true or a text, found {argument!r}")
        script = str(argument) if word == "command" else self._options.damages[word]
        before = self._lines()
        self._run(script, "" if argument is True or word == "command" else str(argument))
        if self._lines() == before:
            raise VacuousScenario(
                f"the snapshot command does not notice the damage {word!r}: it prints the same "
                f"{before.total()} lines before and after, so it would notice no loss either",
                file=f"workload command {self.namespace}/{self.name}",
                remedy="let `snapshot` print all that must come back, or destroy something of it",
            )
        said = "ran" if word == "command" else f"damage {word}:"
        return f"{said} {' '.join(script.split())}"

    def snapshot(self) -> Snapshot:
        """The lines of the snapshot command, each as often as it is printed.

        Raises:
            Unverified: the command failed, or its output was cut.
        """
        return Snapshot(
            "command",
            {("line",): Table(_LINE, Counter({(line,): n for line, n in self._lines().items()}))},
            {},
            {"snapshot": self._options.snapshot},
            time.time(),
        )

    def version(self) -> str:
        """What the script `version` prints, else the container's image."""
        pod = self._kube.get(PODS, self._pod(), self.namespace)
        containers = pod["spec"]["containers"]
        wanted = self._options.container or containers[0]["name"]
        image = next((c["image"] for c in containers if c["name"] == wanted), "an unknown image")
        if not self._options.version:
            return str(image)
        lines = self._run(self._options.version).decode(errors="replace").split("\n")
        return f"{lines[0].strip()} (for {image})"

    def _lines(self) -> Counter[bytes]:
        try:
            output = self._run(self._options.snapshot)
        except UsageProblem as error:
            raise Unverified(f"the snapshot command proves nothing: {error}") from None
        lines = output.split(b"\n")
        # What stands behind the last line's end is no line, unless there is something.
        return Counter(lines if lines[-1] else lines[:-1])

    def _run(self, script: str, argument: str = "") -> bytes:
        return run(
            self._kube,
            self.namespace,
            self._pod(),
            self._options.container,
            Script(script, argument),
        )

    def _pod(self, deadline: Deadline | None = None) -> str:
        """The pod's name, as soon as it is ready: a restore may have made another one."""
        until = deadline or Deadline(self._settings.ready_timeout_s)
        if self._options.pod:
            name = self._options.pod
        else:
            kind, wanted = self._options.target
            manifest = next(
                (
                    m
                    for m in self._options.manifests
                    if (m["kind"].lower(), m["metadata"]["name"]) == (kind, wanted)
                ),
                None,
            )
            if manifest is None:
                raise UsageProblem(
                    f"workload command: which pod of {kind} {wanted}?  Say it with the option `pod`"
                )
            resource = gvk_resource(manifest["apiVersion"], manifest["kind"])
            if resource is not None:
                self._kube.get(resource, wanted, self.namespace)  # `NotFound` at once
            found = wait_until(lambda: self._first_pod(manifest), until)
            if found is None:
                raise EnvironmentProblem(
                    f"{kind} {self.namespace}/{wanted} has no pod after {until.timeout_s:.0f} s",
                    remedies=["a restore that scales it to 0 must scale it back"],
                )
            name = found
        wait_pod_ready(self._kube, self.namespace, name, timeout_s=until.left_s)
        return name

    def _first_pod(self, manifest: Mapping[str, Any]) -> str | None:
        names = [
            str(pod["metadata"]["name"])
            for pod in pods_of(self._kube, self.namespace, manifest)
            if not pod["metadata"].get("deletionTimestamp")
        ]
        return min(names) if names else None
