"""The functions' table."""

from __future__ import annotations

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.functions import IMPLEMENTED


def test_every_registered_function_is_there() -> None:
    names = """
    KubeExec KubeExecAll KubeTask KubeOps ScaleWorkload PrepareData MultiContainerRun BackupData
    BackupDataAll BackupDataStats RestoreData RestoreDataAll CopyVolumeData DeleteData
    DeleteDataAll CheckRepository LocationDelete CreateCSISnapshot CreateCSISnapshotStatic
    RestoreCSISnapshot DeleteCSISnapshot DeleteCSISnapshotContent CreateRDSSnapshot
    ExportRDSSnapshotToLocation RestoreRDSSnapshot DeleteRDSSnapshot Wait WaitV2
    BackupDataUsingKopiaServer RestoreDataUsingKopiaServer DeleteDataUsingKopiaServer
    """
    assert set(SIGNATURES) == set(names.split())
    assert set(SIGNATURES) >= IMPLEMENTED


def test_no_argument_is_both_required_and_optional() -> None:
    for signature in SIGNATURES.values():
        assert not set(signature.required) & set(signature.optional)
        assert len(signature.arguments) == len(signature.required) + len(signature.optional)


def test_pod_arguments_go_with_pods() -> None:
    for signature in SIGNATURES.values():
        assert signature.creates_pods == ("podLabels" in signature.arguments)
    # Kanister documents it and refuses it.
    assert "image" not in SIGNATURES["ExportRDSSnapshotToLocation"].arguments
