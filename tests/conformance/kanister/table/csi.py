"""4.10: volume snapshots."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, Object, on, phase

_GIVEN = {"name": "given", "namespace": "<ns>"}
_CREATE = {"pvc": "data-db-0", "namespace": "<ns>", "snapshotClass": "<snapshots>"}
_RESTORE = {**_GIVEN, "pvc": "back", "storageClass": "<storage>", "restoreSize": "16Mi"}
_STATIC = {
    "name": "static",
    "namespace": "<ns>",
    "driver": "<driver>",
    "snapshotHandle": "<handle>",
    "snapshotClass": "<snapshots>",
}
_BACK = ("v1", "persistentvolumeclaims", "PersistentVolumeClaim", "back")
_MAP = {"a": "b"}


def _snapshot(name: str) -> tuple[str, str, str, str]:
    return ("snapshot.storage.k8s.io/v1", "volumesnapshots", "VolumeSnapshot", name)


def _case(name: str, expect: Expect, *phases: Object, **more: Any) -> Case:
    return Case(name, "4.10", {"backup": {"phases": list(phases)}}, expect, [on()], **more)


def _fails(name: str, error: str, body: Object, **more: Any) -> Case:
    expect = Expect("failed", error=error, phases=["p failed"], pods=[])
    return _case(name, expect, body, **more)


def _undecodable(func: str, wrong: str, args: Object) -> Case:
    body = phase(func, **{**args, wrong: _MAP})
    return _fails(f"{func}-bad-argument", f"null: Failed to decode arg `{wrong}`…", body)


CASES = [
    _case(
        "CreateCSISnapshot-then-delete",
        Expect(
            "complete",
            phases=["p complete", "delete complete", "again complete"],
            outputs={"delete": None},
            absent=[_snapshot("made")],
        ),
        phase("CreateCSISnapshot", **_CREATE, name="made", labels={"k": "v"}),
        phase("DeleteCSISnapshot", "delete", name="made", namespace="<ns>"),
        # What is gone already is no error.
        phase("DeleteCSISnapshot", "again", name="made", namespace="<ns>"),
        pods=1,
    ),
    _case(
        "RestoreCSISnapshot-makes-a-claim",
        Expect("complete", outputs={"p": None}, present=[_BACK]),
        phase("RestoreCSISnapshot", **_RESTORE),
        pods=1,
        snapshot=True,
    ),
    _case(
        "CreateCSISnapshotStatic-then-delete-content",
        Expect("complete", phases=["p complete", "c complete"], present=[_snapshot("static")]),
        phase("CreateCSISnapshotStatic", **_STATIC),
        phase("DeleteCSISnapshotContent", "c", name="{{ .Phases.p.Output.snapshotContent }}"),
        pods=1,
        snapshot=True,
    ),
    _fails(
        "CreateCSISnapshot-fails",
        '{"namespace":"<ns>","pvc":"gone"}: Failed to find PVC: '
        'persistentvolumeclaims "gone" not found',
        phase("CreateCSISnapshot", **{**_CREATE, "pvc": "gone"}),
    ),
    _fails(
        "CreateCSISnapshotStatic-fails",
        "null: Failed to get DeletionPolicy from VolumeSnapshotClass: …",
        phase("CreateCSISnapshotStatic", **{**_STATIC, "snapshotClass": "gone"}),
    ),
    _fails(
        "RestoreCSISnapshot-fails",
        'null: …persistentvolumeclaims "data-db-0" already exists',
        phase("RestoreCSISnapshot", **{**_RESTORE, "pvc": "data-db-0"}),
        pods=1,
    ),
    # A snapshot that is not there is no error: the nearest failure is one without a name.
    _fails(
        "DeleteCSISnapshot-fails",
        "…name is required",
        phase("DeleteCSISnapshot", name="", namespace="<ns>"),
    ),
    _fails(
        "DeleteCSISnapshotContent-fails",
        "…name is required",
        phase("DeleteCSISnapshotContent", name=""),
    ),
    _undecodable("CreateCSISnapshot", "pvc", _CREATE),
    _undecodable("CreateCSISnapshotStatic", "driver", _STATIC),
    _undecodable("DeleteCSISnapshot", "name", _GIVEN),
    _undecodable("DeleteCSISnapshotContent", "name", {}),
    _undecodable("RestoreCSISnapshot", "storageClass", _RESTORE),
    _fails(
        "RestoreCSISnapshot-bad-argument-access-mode",
        "null: Given accessMode ReadWriteOncePod is invalid",
        phase("RestoreCSISnapshot", **_RESTORE, accessModes=["ReadWriteOncePod"]),
    ),
    _fails(
        "RestoreCSISnapshot-bad-argument-volume-mode",
        "null: Given volumeMode Tape is invalid",
        phase("RestoreCSISnapshot", **_RESTORE, volumeMode="Tape"),
    ),
    _fails(
        "RestoreCSISnapshot-bad-argument-size",
        "null: quantities must match the regular expression …",
        phase("RestoreCSISnapshot", **{**_RESTORE, "restoreSize": "much"}),
    ),
]
