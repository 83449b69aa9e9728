"""What each Blueprint function of Kanister takes: the one table that operator and lint share.

Source of the rule: Kanister checks before it runs a function that every required argument is
there (its value may be empty) and that no other than the listed ones is given.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SIGNATURES", "Signature"]


@dataclass(frozen=True)
class Signature:
    """One function's arguments.

    Attributes:
        name: as a Blueprint's `func` writes it; case-sensitive.
        required: arguments that must be present, in the order Kanister checks them.
        optional: arguments that may be present.
        creates_pods: whether it runs pods of its own, so that podOverride, podLabels and
            podAnnotations of the ActionSet reach it.
        renders_itself: whether it gets its arguments as written (Wait, WaitV2).
    """

    name: str
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    creates_pods: bool = False
    renders_itself: bool = False

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument that may be given."""
        return frozenset(self.required) | frozenset(self.optional)


_POD = ("podOverride", "podLabels", "podAnnotations")
_RDS = ("credentialsSource", "credentialsSecret", "region")


def _signature(name: str, required: str, optional: str = "", *, pods: bool = False) -> Signature:
    """`required` and `optional` are names separated by blanks; `pods` adds the pod arguments."""
    return Signature(
        name, tuple(required.split()), tuple(optional.split()) + (_POD if pods else ()), pods
    )


_ALL = (
    _signature("KubeExec", "namespace pod command", "container"),
    _signature("KubeExecAll", "namespace pods containers command"),
    _signature("KubeTask", "image command", "namespace", pods=True),
    _signature("KubeOps", "operation", "spec namespace objectReference"),
    _signature("ScaleWorkload", "replicas", "namespace name kind waitForReady"),
    _signature(
        "PrepareData",
        "namespace image command",
        "volumes serviceaccount failOnError",
        pods=True,
    ),
    _signature(
        "MultiContainerRun",
        "backgroundImage backgroundCommand outputImage outputCommand",
        "initImage initCommand namespace sharedVolumeMedium sharedVolumeSizeLimit sharedVolumeDir",
        pods=True,
    ),
    _signature(
        "BackupData",
        "namespace pod container includePath backupArtifactPrefix",
        "encryptionKey insecureTLS",
    ),
    _signature(
        "BackupDataAll",
        "namespace container includePath backupArtifactPrefix",
        "pods encryptionKey insecureTLS",
    ),
    _signature(
        "BackupDataStats",
        "namespace backupArtifactPrefix backupID",
        "image statsMode encryptionKey insecureTLS",
        pods=True,
    ),
    _signature(
        "RestoreData",
        "namespace image backupArtifactPrefix",
        "restorePath encryptionKey pod volumes backupTag backupIdentifier backupPath insecureTLS",
        pods=True,
    ),
    _signature(
        "RestoreDataAll",
        "namespace image backupArtifactPrefix backupInfo",
        "restorePath encryptionKey pods insecureTLS",
        pods=True,
    ),
    _signature(
        "CopyVolumeData",
        "namespace volume dataArtifactPrefix",
        "image encryptionKey mountPath insecureTLS",
        pods=True,
    ),
    _signature(
        "DeleteData",
        "namespace backupArtifactPrefix",
        "image backupID backupTag encryptionKey reclaimSpace insecureTLS",
        pods=True,
    ),
    _signature(
        "DeleteDataAll",
        "namespace backupArtifactPrefix backupInfo",
        "image encryptionKey reclaimSpace insecureTLS",
        pods=True,
    ),
    _signature(
        "CheckRepository", "backupArtifactPrefix", "image encryptionKey insecureTLS", pods=True
    ),
    _signature("LocationDelete", "artifact"),
    # Releases after 0.119.0 have the three for Kopia no longer.
    _signature(
        "BackupDataUsingKopiaServer",
        "container includePath namespace pod",
        "snapshotTags repositoryServerUserHostname",
    ),
    Signature(
        "RestoreDataUsingKopiaServer",
        ("backupIdentifier", "namespace", "restorePath", "image"),
        ("pod", "volumes", "repositoryServerUserHostname", *_POD),
        creates_pods=True,
    ),
    Signature(
        "DeleteDataUsingKopiaServer",
        ("backupID", "namespace", "image"),
        ("repositoryServerUserHostname", "podLabels", "podAnnotations"),
        creates_pods=True,
    ),
    _signature("CreateCSISnapshot", "pvc namespace snapshotClass", "name labels"),
    _signature("CreateCSISnapshotStatic", "name namespace driver snapshotHandle snapshotClass"),
    _signature(
        "RestoreCSISnapshot",
        "name pvc namespace storageClass restoreSize",
        "accessModes volumeMode labels",
    ),
    _signature("DeleteCSISnapshot", "name namespace"),
    _signature("DeleteCSISnapshotContent", "name"),
    Signature("CreateRDSSnapshot", ("instanceID",), ("dbEngine", *_RDS)),
    Signature(
        "ExportRDSSnapshotToLocation",
        ("namespace", "instanceID", "snapshotID", "dbEngine"),
        (
            "username",
            "password",
            "backupArtifactPrefix",
            "databases",
            "securityGroupID",
            "dbSubnetGroup",
            "podLabels",
            "podAnnotations",
            *_RDS,
        ),
        creates_pods=True,
    ),
    Signature(
        "RestoreRDSSnapshot",
        ("instanceID",),
        (
            "snapshotID",
            "backupArtifactPrefix",
            "backupID",
            "username",
            "password",
            "namespace",
            "dbEngine",
            "securityGroupID",
            "dbSubnetGroup",
            "podLabels",
            "podAnnotations",
            *_RDS,
        ),
        creates_pods=True,
    ),
    Signature("DeleteRDSSnapshot", ("snapshotID",), ("dbEngine", *_RDS)),
    Signature("Wait", ("timeout", "conditions"), renders_itself=True),
    Signature("WaitV2", ("timeout", "conditions"), renders_itself=True),
)

SIGNATURES: dict[str, Signature] = {signature.name: signature for signature in _ALL}
"""Every function that Kanister registers (version v0.0.0), by name."""
