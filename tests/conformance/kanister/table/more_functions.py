"""4.8, 4.9, 4.12: MultiContainerRun, restic's functions, Wait."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import IMAGE, Case, Expect, configmap, on, phase

_PROFILE = {"name": "<id>", "namespace": "<ns>"}
_REFERENCE = {"apiVersion": "v1", "resource": "configmaps", "name": "c", "namespace": "<ns>"}
_HERE = {"namespace": "<ns>", "backupArtifactPrefix": "repo"}
_BACKUP = {**_HERE, "pod": "db-0", "container": "main", "includePath": "/data"}


def _case(name: str, rule: str, phases: list[Any], expect: Expect, **more: Any) -> Case:
    actions = [on(profile=_PROFILE)] if "bucket" in more else [on()]
    return Case(name, rule, {"backup": {"phases": phases}}, expect, actions, **more)


def _run(background: str, output: str, **args: Any) -> Any:
    return phase(
        "MultiContainerRun",
        namespace="<ns>",
        backgroundImage=IMAGE,
        backgroundCommand=["bash", "-c", background],
        outputImage=IMAGE,
        outputCommand=["bash", "-c", output],
        **args,
    )


def _wait(timeout: Any, condition: str) -> Any:
    return phase(
        "Wait",
        timeout=timeout,
        conditions={"allOf": [{"condition": condition, "objectReference": _REFERENCE}]},
    )


_MAP = (configmap("c", ready="yes"),)
CASES = [
    _case(
        "MultiContainerRun-output",
        "4.8",
        [
            _run(
                "echo hello > /tmp/word",
                "until test -s /tmp/word; do sleep 0.1; done; kando output k $(cat /tmp/word)",
            )
        ],
        Expect(
            "complete",
            outputs={"p": {"k": "hello"}},
            pods=["kanister-job-… labels.createdBy=kanister"],
        ),
    ),
    _case(
        "MultiContainerRun-fails",
        "4.8",
        [_run("exit 3", "true")],
        Expect("failed", phases=["p failed"], pods=["kanister-job-…"]),
    ),
    _case(
        "MultiContainerRun-bad-argument",
        "4.8",
        [_run("true", "true", sharedVolumeSizeLimit="much")],
        Expect("failed", phases=["p failed"], pods=[]),
    ),
    _case(
        "Wait-succeeds",
        "4.12",
        [_wait("20s", '{{ if eq "{ $.data.ready }" "yes" }}true{{ end }}')],
        Expect("complete", phases=["p complete"], outputs={"p": None}),
        objects=_MAP,
    ),
    _case(
        "Wait-fails",
        "4.12",
        [_wait("300ms", '{{ if eq "{ $.data.ready }" "no" }}true{{ end }}')],
        Expect("failed", error="…context deadline exceeded…", phases=["p failed"]),
        objects=_MAP,
    ),
    _case(
        "Wait-bad-argument",
        "4.12",
        [_wait("soon", "true")],
        Expect("failed", phases=["p failed"]),
        objects=_MAP,
    ),
    _case(
        "BackupData-succeeds",
        "4.9",
        [
            phase("BackupData", **_BACKUP),
            phase("CheckRepository", "check", backupArtifactPrefix="repo"),
            phase(
                "DeleteData",
                "delete",
                **_HERE,
                backupID="{{ .Phases.p.Output.backupID }}",
                reclaimSpace=True,
            ),
        ],
        Expect(
            "complete",
            phases=["p complete", "check complete", "delete complete"],
            outputs={
                "check": {
                    "passwordIncorrect": "false",
                    "repoUnavailable": "false",
                    "version": "v0.0.0",
                }
            },
        ),
        bucket={},
        pods=1,
    ),
    _case(
        "BackupData-fails",
        "4.9",
        [phase("BackupData", **{**_BACKUP, "includePath": "/nowhere"})],
        Expect("failed", phases=["p failed"]),
        bucket={},
        pods=1,
    ),
    _case(
        "BackupData-no-profile",
        "4.9",
        [phase("BackupData", **_BACKUP)],
        Expect("failed", error="null: Failed to validate Profile: …", phases=["p failed"]),
        pods=1,
    ),
    _case(
        "BackupData-bad-argument",
        "4.9",
        [phase("BackupData", **{**_BACKUP, "includePath": {"a": "b"}})],
        Expect("failed", error="null: Failed to decode arg `includePath`…", phases=["p failed"]),
        bucket={},
        pods=1,
    ),
    _case(
        "DeleteData-neither-id-nor-tag",
        "4.9",
        [phase("DeleteData", **_HERE)],
        Expect("failed", phases=["p failed"], pods=[]),
        bucket={},
    ),
    _case(
        "RestoreData-pod-and-volumes",
        "4.9",
        [
            phase(
                "RestoreData",
                **_HERE,
                image=IMAGE,
                pod="db-0",
                volumes={"data-db-0": "/x"},
                backupTag="t",
            )
        ],
        Expect("failed", phases=["p failed"], pods=[]),
        bucket={},
    ),
    _case(
        "CheckRepository-nothing-there",
        "4.9",
        [phase("CheckRepository", backupArtifactPrefix="repo")],
        Expect(
            "complete",
            outputs={
                "p": {"passwordIncorrect": "false", "repoUnavailable": "true", "version": "v0.0.0"}
            },
        ),
        bucket={},
    ),
]
