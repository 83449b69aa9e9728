"""What the functions say of their arguments, before they do anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kanister._kanister.blueprint.signatures import SIGNATURES
from pytest_kanister._kanister.operator.functions import IMPLEMENTED, function
from pytest_kanister._model.resources import PROFILES

Run = Callable[..., None]

BACKUP = {
    "namespace": "app",
    "pod": "db-0",
    "container": "main",
    "includePath": "/data",
    "backupArtifactPrefix": "p",
}
RESTORE = {"namespace": "app", "image": "i", "backupArtifactPrefix": "p"}
DELETE = {"namespace": "app", "backupArtifactPrefix": "p"}
INFO = {**RESTORE, "backupInfo": "{"}
CSI = {
    "name": "n",
    "pvc": "c",
    "namespace": "app",
    "storageClass": "standard",
    "restoreSize": "1Gi",
}
RUN = {
    "backgroundImage": "i",
    "backgroundCommand": ["true"],
    "outputImage": "i",
    "outputCommand": ["true"],
}
NEEDED = "Require one argument: "
NO_TEXT = "'' expected type 'string', got unconvertible type "


def _message(
    in_cluster: Run, make: Any, func: str, args: Any, location: Any = None, **action: Any
) -> str:
    """What one phase fails with."""
    found: list[str] = []

    async def scenario(cluster: Any) -> None:
        if location is not None:
            await cluster.secret("s3", "app", id="AK", key="SK")
            await cluster.api.create(
                PROFILES,
                {
                    "apiVersion": "cr.kanister.io/v1alpha1",
                    "kind": "Profile",
                    "metadata": {"name": "p", "namespace": "app"},
                    "location": location,
                    "credential": {
                        "type": "keyPair",
                        "keyPair": {
                            "idField": "id",
                            "secretField": "key",
                            "secret": {"name": "s3", "namespace": "app"},
                        },
                    },
                },
                "app",
            )
            action["profile"] = {"name": "p", "namespace": "app"}
        phase = {"func": func, "name": "p", "args": args}
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset(**action))
        status = await cluster.finished()
        assert status["state"] == "failed"
        found.append(status["error"]["message"].removeprefix("null: "))

    in_cluster(scenario)
    return found[0]


def test_every_function_of_kanister_is_there() -> None:
    for name in SIGNATURES:
        assert function(name).__name__ == "run"
    elsewhere = {name for name in SIGNATURES if "RDS" in name or "Kopia" in name}
    assert elsewhere == SIGNATURES.keys() - IMPLEMENTED


@pytest.mark.parametrize("func", sorted(SIGNATURES))
def test_a_missing_and_an_unknown_argument(in_cluster: Run, make: Any, func: str) -> None:
    required = SIGNATURES[func].required
    assert _message(in_cluster, make, func, {}) == (
        f"Required args missing for function {func}: Required arg missing: {required[0]}"
    )
    args = {**dict.fromkeys(required, "x"), "other": "y"}
    assert _message(in_cluster, make, func, args) == (
        f"Checking supported args for function {func}.: argument other is not supported"
    )


@pytest.mark.parametrize(
    ("func", "args", "message"),
    [
        ("BackupData", BACKUP, "Failed to validate Profile: Profile must be non-nil"),
        (
            "KubeTask",
            {"image": "i", "command": ["a", {"b": 1}, []]},
            "Failed to decode arg `command`: 2 error(s) decoding:\n\n"
            "* '[1]' expected type 'string', got unconvertible type 'map[string]interface {}'\n"
            "* '[2]' expected type 'string', got unconvertible type '[]interface {}'",
        ),
        (
            "KubeTask",
            {"image": "i", "command": "c", "podLabels": {"a": ["b"]}},
            "Failed to decode arg `podLabels`: 1 error(s) decoding:\n\n"
            "* '[a]' expected type 'string', got unconvertible type '[]interface {}'",
        ),
        (
            "KubeTask",
            {"image": "i", "command": "c", "podOverride": {"initContainers": ["x"]}},
            "Failed to create pod: podOverride.initContainers: expected a list of containers",
        ),
        (
            "KubeTask",
            {"image": "i", "command": "c", "podOverride": "x"},
            "Failed to decode arg `podOverride`: '' expected a map, got 'string'",
        ),
        (
            "BackupData",
            {**BACKUP, "pod": []},
            f"Failed to decode arg `pod`: {NO_TEXT}'[]interface {{}}'",
        ),
        (
            "BackupData",
            {**BACKUP, "insecureTLS": "x"},
            "Failed to decode arg `insecureTLS`: cannot parse '' as bool: "
            'strconv.ParseBool: parsing "x": invalid syntax',
        ),
        ("RestoreData", RESTORE, f"{NEEDED}pod or volumes"),
        ("RestoreData", {**RESTORE, "pod": "a", "volumes": {"b": "/c"}}, f"{NEEDED}pod or volumes"),
        ("RestoreData", {**RESTORE, "pod": "a"}, f"{NEEDED}backupTag or backupIdentifier"),
        (
            "RestoreData",
            {**RESTORE, "pod": "a", "backupTag": "t"},
            "Profile must be non-nil",
        ),
        ("DeleteData", DELETE, "Profile must be non-nil"),
        (
            "CopyVolumeData",
            {"namespace": "app", "volume": "v", "dataArtifactPrefix": "p"},
            "Failed to validate Profile: Profile must be non-nil",
        ),
        (
            "RestoreCSISnapshot",
            {**CSI, "accessModes": "ReadWriteOncePod"},
            "Given accessMode ReadWriteOncePod is invalid",
        ),
        (
            "RestoreCSISnapshot",
            {**CSI, "volumeMode": "Tape"},
            "Given volumeMode Tape is invalid",
        ),
        (
            "RestoreCSISnapshot",
            {**CSI, "restoreSize": "much"},
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            "DeleteCSISnapshot",
            {"name": {}, "namespace": "app"},
            f"Failed to decode arg `name`: {NO_TEXT}'map[string]interface {{}}'",
        ),
        (
            "MultiContainerRun",
            {**RUN, "sharedVolumeSizeLimit": "much"},
            "Failed to parse sharedStorageSize arg: quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (
            "CreateRDSSnapshot",
            {"instanceID": "i"},
            "function CreateRDSSnapshot: the embedded operator has no Amazon RDS; run this "
            "Blueprint on backend kind or kubeconfig, where the released Kanister controller "
            "reaches it",
        ),
        (
            "DeleteRDSSnapshot",
            {"snapshotID": "i", "credentialsSource": "purse"},
            "credentialsSource: expected profile, secret, eks_service_account, found 'purse'",
        ),
        (
            "ExportRDSSnapshotToLocation",
            {"namespace": "app", "instanceID": "i", "snapshotID": "s", "dbEngine": "MySQL"},
            "dbEngine: expected PostgreSQL, found 'MySQL'",
        ),
        (
            "RestoreRDSSnapshot",
            {"instanceID": []},
            f"Failed to decode arg `instanceID`: {NO_TEXT}'[]interface {{}}'",
        ),
    ],
)
def test_a_bad_argument(in_cluster: Run, make: Any, func: str, args: Any, message: str) -> None:
    assert _message(in_cluster, make, func, args) == message


S3 = {"type": "s3Compliant", "bucket": "b", "endpoint": "http://127.0.0.1:1/"}


@pytest.mark.parametrize(
    ("func", "args", "location", "message"),
    [
        ("BackupData", BACKUP, {"type": "ftp"}, "Failed to validate Profile: Location type not "),
        (
            "BackupData",
            BACKUP,
            {"type": "gcs", "bucket": "b"},
            "Failed to validate Profile: location type gcs: the embedded operator's BackupData ",
        ),
        ("RestoreDataAll", INFO, S3, "Could not decode JSON data: "),
        ("DeleteData", DELETE, S3, f"{NEEDED}backupID or backupTag"),
        (
            "DeleteData",
            {**DELETE, "backupID": "a", "backupTag": "b"},
            S3,
            f"{NEEDED}backupID or backupTag",
        ),
        (
            "RestoreData",
            {**RESTORE, "pod": "db-7", "backupTag": "t"},
            S3,
            "Failed to find volumes for the Pod: db-7",
        ),
        (
            "RestoreData",
            {**RESTORE, "volumes": {"none": "/x"}, "backupTag": "t"},
            S3,
            '{"name":"none","namespace":"app"}: Failed to retrieve PVC.: ',
        ),
    ],
)
def test_a_bad_profile_or_reference(
    in_cluster: Run, make: Any, func: str, args: Any, location: Any, message: str
) -> None:
    assert _message(in_cluster, make, func, args, location).startswith(message)


def test_multi_container_pods_shape(in_cluster: Run, make: Any) -> None:
    phase = {
        "func": "MultiContainerRun",
        "name": "p",
        "args": {
            **RUN,
            "namespace": "app",
            "outputCommand": ["bash", "-c", """echo '###Phase-output###: {"key":"k"}'"""],
            "initImage": "i",
            "sharedVolumeMedium": "Memory",
            "sharedVolumeSizeLimit": "1Mi",
            "sharedVolumeDir": "/shared",
            "podLabels": {"createdBy": "me", "a": "b"},
            "podAnnotations": {"note": "x"},
        },
    }

    async def scenario(cluster: Any) -> None:
        await cluster.blueprint({"backup": {"phases": [phase, make.task("q", "sleep 0.2")]}})
        override = {"containers": [{"name": "container", "env": [{"name": "A", "value": "1"}]}]}
        await cluster.actionset(make.on_statefulset(podOverride=override))
        await cluster.until(
            lambda obj: (obj.get("status") or {}).get("progress", {}).get("runningPhase") == "q"
        )
        # The pod stays until the action has ended.
        [name] = [pod["metadata"]["name"] for pod in cluster.kubelet.pods[:1]]
        assert name in await cluster.pod_names("app")
        status = await cluster.finished()
        await cluster.pods_gone("app")
        assert status["actions"][0]["phases"][0]["output"] == {"k": ""}
        pod = cluster.kubelet.pods[0]
        assert pod["metadata"]["generateName"] == "kanister-job-"
        assert pod["metadata"]["labels"] == {"createdBy": "kanister", "a": "b"}
        assert pod["metadata"]["annotations"] == {
            "note": "x",
            "kubectl.kubernetes.io/default-container": "output",
        }
        spec = pod["spec"]
        assert [item["name"] for item in spec["containers"]] == ["output", "background"]
        assert [item["name"] for item in spec["initContainers"]] == ["init"]
        for container in [*spec["containers"], *spec["initContainers"]]:
            assert container["env"] == [{"name": "A", "value": "1"}]
            assert {"name": "shared", "mountPath": "/shared"} in container["volumeMounts"]
        [shared] = [volume for volume in spec["volumes"] if volume["name"] == "shared"]
        assert shared["emptyDir"] == {"medium": "Memory", "sizeLimit": "1Mi"}

    in_cluster(scenario)


def test_more_snapshots_than_repositories_crash(in_cluster: Run, make: Any) -> None:
    """Kanister runs past the end of its list; with the process the ActionSet stays as it is."""
    args = {**DELETE, "backupID": "one two"}

    async def scenario(cluster: Any) -> None:
        await cluster.secret("s3", "app", id="AK", key="SK")
        profile = {
            "apiVersion": "cr.kanister.io/v1alpha1",
            "kind": "Profile",
            "metadata": {"name": "p", "namespace": "app"},
            "location": S3,
            "credential": {
                "type": "keyPair",
                "keyPair": {
                    "idField": "id",
                    "secretField": "key",
                    "secret": {"name": "s3", "namespace": "app"},
                },
            },
        }
        await cluster.api.create(PROFILES, profile, "app")
        phase = {"func": "DeleteData", "name": "p", "args": args}
        # What plays restic here forgets anything.
        cluster.kubelet.exec = _succeed
        await cluster.blueprint({"backup": {"phases": [phase]}})
        await cluster.actionset(make.on_statefulset(profile={"name": "p", "namespace": "app"}))
        assert cluster.operator is not None
        assert await cluster.operator == 2
        assert any("index out of range [1] with length 1" in line for line in cluster.log)
        assert make.state(await cluster.get()) == "running"
        [left] = await cluster.pod_names("app")
        assert left.startswith("delete-data-")

    in_cluster(scenario)


async def _succeed(*args: Any, **more: Any) -> int:
    return 0
