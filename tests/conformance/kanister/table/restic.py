"""4.9: restic's functions.  Where nothing else can be wrong, there is no such repository."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import (
    IMAGE,
    Case,
    Expect,
    Object,
    configmap,
    on,
    phase,
    task,
)

_PROFILE = {"name": "<id>", "namespace": "<ns>"}
_HERE = {"namespace": "<ns>", "backupArtifactPrefix": "repo"}
_BACKUP = {**_HERE, "pod": "db-0", "container": "main", "includePath": "/data"}
_RESTORE = {**_HERE, "image": IMAGE, "pod": "db-0"}
_ALL = {"namespace": "<ns>", "backupArtifactPrefix": "<bucket>/all"}
_BACKUP_ALL = {**_ALL, "container": "main", "includePath": "/data"}
_INFO = "{{ .Phases.p.Output.BackupAllInfo }}"
_LOST = '{"db-0":{"PodName":"db-0","BackupID":"12345678","BackupTag":"t"}}'
_VOLUME = {"namespace": "<ns>", "volume": "data-db-0", "dataArtifactPrefix": "repo"}
_ID = "{{ .Phases.p.Output.backupID }}"
_CHECKED = {"passwordIncorrect": "false", "repoUnavailable": "false", "version": "v0.0.0"}
_MAP = {"a": "b"}
_CONFIGMAP = {"apiVersion": "v1", "resource": "configmaps", "name": "c", "namespace": "<ns>"}


def _case(
    name: str, expect: Expect, *phases: Object, profile: bool = True, pods: int = 1, **more: Any
) -> Case:
    actions = [on(profile=_PROFILE)] if profile else [on()]
    bucket: dict[str, str] | None = {} if profile else None
    blueprint = {"backup": {"phases": list(phases)}}
    return Case(name, "4.9", blueprint, expect, actions, bucket=bucket, pods=pods, **more)


def _fails(func: str, error: str, pods: list[str] | None, /, **args: Any) -> Case:
    expect = Expect("failed", error=error, phases=["p failed"], pods=pods)
    return _case(f"{func}-fails", expect, phase(func, **args))


def _bad(func: str, wrong: str, **args: Any) -> Case:
    error = f"null: Failed to decode arg `{wrong}`…"
    expect = Expect("failed", error=error, phases=["p failed"], pods=[])
    body = phase(func, **{**args, wrong: _MAP})
    return _case(f"{func}-bad-argument", expect, body, pods=0)


def _refused(name: str, error: str, body: Object, *, profile: bool = True) -> Case:
    expect = Expect("failed", error=error, phases=["p failed"], pods=[])
    return _case(name, expect, body, profile=profile, pods=0)


# What is put into restic's command line is not quoted: the shell sees it.
_THROUGH_THE_SHELL = [
    _case(
        "BackupData-fails-when-restic-is-not-heard",
        Expect(
            "failed",
            error="null: Failed to parse the backup ID from logs…",
            phases=["p failed"],
        ),
        phase("BackupData", **{**_BACKUP, "includePath": "/data >/dev/null"}),
    ),
    _case(
        "BackupDataStats-fails-when-restic-is-not-heard",
        Expect("failed", error="null: …", phases=["b complete", "p failed"]),
        phase("BackupData", "b", **_BACKUP),
        phase("BackupDataStats", **_HERE, backupID="{{ .Phases.b.Output.backupID }} >/dev/null"),
    ),
    _case(
        "DeleteData-fails-when-restic-is-not-heard",
        Expect("failed", error="…Failed to unmarshall output…", phases=["b complete", "p failed"]),
        phase("BackupData", "b", **_BACKUP),
        phase("DeleteData", **_HERE, backupTag="t>/dev/null;echo"),
    ),
    _case(
        "RestoreData-fails-at-a-line-that-is-no-pair",
        Expect("failed", error="null: …", phases=["b complete", "p failed"]),
        phase("BackupData", "b", **_BACKUP),
        phase(
            "RestoreData",
            **_RESTORE,
            backupIdentifier="{{ .Phases.b.Output.backupID }}",
            restorePath="/; echo '###Phase-output###: oops'",
        ),
    ),
]
CASES = [
    _case(
        "restic-one-pod",
        Expect(
            "complete",
            phases=[f"{name} complete" for name in ("p", "stats", "check", "back", "delete")],
            outputs={"check": _CHECKED, "back": None},
        ),
        phase("BackupData", **_BACKUP),
        phase("BackupDataStats", "stats", **_HERE, backupID=_ID),
        phase("CheckRepository", "check", backupArtifactPrefix="repo"),
        phase("RestoreData", "back", **_RESTORE, backupIdentifier=_ID),
        phase("DeleteData", "delete", **_HERE, backupID=_ID, reclaimSpace=True),
    ),
    _case(
        "restic-every-pod",
        Expect("complete", phases=["p complete", "back complete", "delete complete"]),
        phase("BackupDataAll", **_BACKUP_ALL),
        phase("RestoreDataAll", "back", **_ALL, image=IMAGE, backupInfo=_INFO),
        phase("DeleteDataAll", "delete", **_ALL, backupInfo=_INFO),
    ),
    _case(
        "restic-a-volume",
        Expect("complete", phases=["p complete"], pods=["copy-vol-data-… claims=data-db-0"]),
        phase("CopyVolumeData", **_VOLUME),
    ),
    _case(
        "CheckRepository-nothing-there",
        Expect("complete", outputs={"p": {**_CHECKED, "repoUnavailable": "true"}}),
        phase("CheckRepository", backupArtifactPrefix="repo"),
        pods=0,
    ),
    _fails(
        "BackupData",
        "null: Failed to create and upload backup: command terminated with exit code 1…",
        None,
        **{**_BACKUP, "includePath": "/nowhere"},
    ),
    _fails(
        "BackupDataAll",
        "null: Failed to backup data for pod: Failed to create and upload backup: …",
        None,
        **{**_BACKUP_ALL, "includePath": "/nowhere"},
    ),
    _fails(
        "BackupDataStats",
        "null: Failed to get backup stats: command terminated with exit code …",
        ["backup-data-stats-…"],
        **_HERE,
        backupID="12345678",
    ),
    _fails(
        "RestoreData",
        "null: Failed to restore backup: command terminated with exit code …",
        ["restore-data-… claims=data-db-0"],
        **_RESTORE,
        backupTag="t",
    ),
    _fails(
        "RestoreDataAll",
        "null: Failed to restore data for pod: Failed to restore backup: …",
        ["restore-data-all-… claims=data-db-0"],
        **_ALL,
        image=IMAGE,
        backupInfo=_LOST,
    ),
    _fails(
        "CopyVolumeData",
        '{"name":"gone","namespace":"<ns>"}: Failed to retrieve PVC.: '
        'persistentvolumeclaims "gone" not found',
        [],
        **{**_VOLUME, "volume": "gone"},
    ),
    _fails(
        "DeleteData",
        "null: Failed to forget data: command terminated with exit code …",
        ["delete-data-…"],
        **_HERE,
        backupID="12345678",
    ),
    _fails(
        "DeleteDataAll",
        "null: Failed to forget data: command terminated with exit code …",
        ["delete-data-all-…"],
        **_ALL,
        backupInfo=_LOST,
    ),
    _case(
        "CheckRepository-fails",
        Expect(
            "failed",
            error="null: Failed to list snapshots: command terminated with exit code …",
            phases=["b complete", "p failed"],
        ),
        phase("BackupData", "b", **_BACKUP),
        # Neither missing nor a wrong password: no password at all.
        phase("CheckRepository", backupArtifactPrefix="repo", encryptionKey=""),
    ),
    *_THROUGH_THE_SHELL,
    _case(
        "BackupData-fails-with-another-password",
        Expect(
            "failed",
            error="null: …command terminated with exit code …",
            phases=["b complete", "p failed"],
        ),
        phase("BackupData", "b", **_BACKUP),
        # Its snapshots cannot be listed, so it is taken for one that is not there yet.
        phase("BackupData", **_BACKUP, encryptionKey="another"),
    ),
    _case(
        "DeleteData-fails-without-such-a-tag",
        Expect("failed", error="…Snapshot not found", phases=["b complete", "p failed"]),
        phase("BackupData", "b", **_BACKUP),
        phase("DeleteData", **_HERE, backupTag="nobody"),
    ),
    _case(
        "DeleteData-fails-to-prune",
        Expect(
            "failed",
            error="null: …command terminated with exit code …",
            phases=["b complete", "c complete", "lose complete", "p failed"],
        ),
        phase("BackupData", "b", **_BACKUP),
        phase("BackupData", "c", **_BACKUP),  # what it needs is lost
        task(
            "kando location delete --path repo/data --profile '{{ toJson .Profile }}'",
            "lose",
        ),
        phase("DeleteData", **_HERE, backupID="{{ .Phases.b.Output.backupID }}", reclaimSpace=True),
    ),
    _bad("BackupData", "includePath", **_BACKUP),
    _bad("BackupDataAll", "includePath", **_BACKUP_ALL),
    _bad("BackupDataStats", "backupID", **_HERE),
    _bad("RestoreData", "backupArtifactPrefix", **_RESTORE),
    _bad("RestoreDataAll", "backupInfo", **_ALL, image=IMAGE),
    _bad("CopyVolumeData", "volume", **_VOLUME),
    _bad("DeleteData", "backupArtifactPrefix", **_HERE),
    _bad("DeleteDataAll", "backupInfo", **_ALL),
    _bad("CheckRepository", "backupArtifactPrefix"),
    _refused(
        "RestoreDataAll-bad-argument-no-json",
        "null: Could not decode JSON data: …",
        phase("RestoreDataAll", **_ALL, image=IMAGE, backupInfo="nonsense"),
    ),
    _refused(
        "BackupData-no-profile",
        "null: Failed to validate Profile: …",
        phase("BackupData", **_BACKUP),
        profile=False,
    ),
    _refused(
        "DeleteData-bad-argument-neither-id-nor-tag",
        "null: Require one argument: backupID or backupTag",
        phase("DeleteData", **_HERE),
    ),
    _refused(
        "RestoreData-bad-argument-neither-id-nor-tag",
        "null: Require one argument: backupTag or backupIdentifier",
        phase("RestoreData", **_RESTORE),
    ),
    _refused(
        "RestoreDataAll-bad-argument-pod-of-nobody",
        "null: …other",
        phase("RestoreDataAll", **_ALL, image=IMAGE, backupInfo=_LOST, pods="other"),
    ),
    *(
        Case(
            f"{func}-no-workload",
            "4.9",
            {"backup": {"phases": [phase(func, **args)]}},
            Expect("failed", error="null: …", phases=["p failed"], pods=[]),
            [on(profile=_PROFILE, object=_CONFIGMAP)],
            (configmap("c"),),
            bucket={},
        )
        for func, args in {
            "BackupDataAll": _BACKUP_ALL,
            "RestoreData": {**_RESTORE, "backupTag": "t"},
            "RestoreDataAll": {**_ALL, "image": IMAGE, "backupInfo": _LOST},
        }.items()
    ),
    _refused(
        "RestoreData-bad-argument-pod-and-volumes",
        "null: Require one argument: pod or volumes",
        phase("RestoreData", **_RESTORE, volumes={"data-db-0": "/x"}, backupTag="t"),
    ),
]
