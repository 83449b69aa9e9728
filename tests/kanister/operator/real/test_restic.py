"""The restic functions with the real restic and a real S3 server."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("real")]

IMAGE = "ghcr.io/kanisterio/kanister-tools:0.119.0"


def _phase(func: str, **args: Any) -> Any:
    return {"func": func, "name": func.lower(), "args": args}


def _backup(real: Any, **args: Any) -> Any:
    given = {
        "namespace": real.namespace,
        "pod": "app-0",
        "container": "main",
        "includePath": "/data",
        "backupArtifactPrefix": "backups/one",
    }
    return _phase("BackupData", **given | args)


def _restore(real: Any, **args: Any) -> Any:
    given = {
        "namespace": real.namespace,
        "image": IMAGE,
        "pod": "app-0",
        "backupArtifactPrefix": "backups/one",
    }
    return _phase("RestoreData", **given | args)


def test_the_whole_circle(real: Any) -> None:
    real.deploy()
    real.sh("echo one > /data/a; mkdir /data/d; echo two > /data/d/b")
    [backup] = real.outputs(_backup(real))
    assert backup["version"] == "v0.0.0"
    assert backup["fileCount"] == "2"
    assert backup["size"] == "8 B"
    assert backup["phySize"].endswith("B")
    assert len(backup["backupTag"]) == 10
    # The Profile's prefix is ignored, the bucket is put in front.
    keys = [stored.key for stored in real.bucket.objects()]
    assert "backups/one/config" in keys

    common = {"namespace": real.namespace, "backupArtifactPrefix": "backups/one"}
    stats, raw, check = real.outputs(
        _phase("BackupDataStats", **common, backupID=backup["backupID"]),
        {
            **_phase(
                "BackupDataStats", **common, backupID=backup["backupID"], statsMode="raw-data"
            ),
            "name": "raw",
        },
        _phase("CheckRepository", backupArtifactPrefix="backups/one"),
    )
    assert stats == {
        "mode": "restore-size",
        "fileCount": "4",
        "size": "8 B",
        "version": "v0.0.0",
    }
    assert raw["mode"] == "raw-data"
    assert check == {"passwordIncorrect": "false", "repoUnavailable": "false", "version": "v0.0.0"}

    real.sh("rm -r /data/*; echo wrong > /data/a")
    assert real.outputs(_restore(real, backupIdentifier=backup["backupID"])) == [None]
    assert real.sh("cat /data/a /data/d/b") == "one\ntwo\n"

    real.sh("rm -r /data/*")
    volumes = {"data-app-0": "/elsewhere"}
    by_tag = {"backupTag": backup["backupTag"], "backupPath": "/data/d", "pod": ""}
    real.outputs(_restore(real, **by_tag, volumes=volumes, restorePath="/elsewhere"))
    assert real.sh("cd /data; find . -type f") == "./b\n"

    [deleted] = real.outputs(
        _phase("DeleteData", **common, backupTag=backup["backupTag"], reclaimSpace="true")
    )
    assert int(deleted["spaceFreed"].removesuffix(" B")) > 0
    assert "Snapshot not found" in real.failure(
        _phase("DeleteData", **common, backupTag=backup["backupTag"])
    )


def test_every_pod(real: Any) -> None:
    real.deploy(replicas=2)
    for pod in ("app-0", "app-1"):
        real.sh(f"echo {pod} > /data/name", pod)
    prefix = f"{real.bucket_name}/all"
    common = {"namespace": real.namespace, "backupArtifactPrefix": prefix}
    [backup] = real.outputs(
        _phase("BackupDataAll", **common, container="main", includePath="/data")
    )
    info = json.loads(backup["BackupAllInfo"])
    assert list(info) == ["app-0", "app-1"]
    assert info["app-1"].keys() == {"PodName", "BackupID", "BackupTag"}
    for pod in ("app-0", "app-1"):
        real.sh("rm /data/name", pod)
    everything = {**common, "backupInfo": backup["BackupAllInfo"]}
    real.outputs(_phase("RestoreDataAll", **everything, image=IMAGE))
    assert [real.sh("cat /data/name", pod) for pod in info] == ["app-0\n", "app-1\n"]

    unknown = real.failure(
        _phase("RestoreDataAll", **common, image=IMAGE, backupInfo="{}", pods="app-7")
    )
    assert unknown == (
        "null: Failed to get volumes of pod: Failed to find volumes for the Pod: app-7"
    )
    assert real.outputs(_phase("DeleteDataAll", **everything)) == [{"spaceFreed": "0 B"}]
    assert "Failed to forget data" in real.failure(
        _phase(
            "DeleteDataAll", **{**everything, "backupArtifactPrefix": f"{real.bucket_name}/none"}
        )
    )


def test_a_volume(real: Any) -> None:
    real.deploy()
    real.sh("echo x > /data/x")
    args = {"namespace": real.namespace, "volume": "data-app-0", "dataArtifactPrefix": "vol"}
    [copy] = real.outputs(_phase("CopyVolumeData", **args))
    assert copy["backupRoot"] == "/mnt/vol_data/data-app-0"
    assert copy["backupArtifactLocation"] == f"{real.bucket_name}/vol"
    assert copy["fileCount"] == "1"
    real.sh("rm /data/x")
    real.outputs(
        _restore(
            real,
            pod="",
            volumes={"data-app-0": copy["backupRoot"]},
            backupArtifactPrefix=copy["backupArtifactLocation"],
            backupIdentifier=copy["backupID"],
        )
    )
    assert real.sh("cat /data/x") == "x\n"
    assert real.failure(_phase("CopyVolumeData", **args | {"volume": "none"})) == (
        f'{{"name":"none","namespace":"{real.namespace}"}}: Failed to retrieve PVC.: '
        'persistentvolumeclaims "none" not found'
    )


def test_what_restic_refuses(real: Any) -> None:
    real.deploy()
    message = real.failure(_backup(real, includePath="/nowhere"))
    assert message.startswith(
        "null: Failed to create and upload backup: command terminated with exit code 1.\nstdout: "
    )
    assert "does not exist" in message
    missing = {"passwordIncorrect": "false", "repoUnavailable": "true", "version": "v0.0.0"}
    check = {"backupArtifactPrefix": "none"}
    assert real.outputs(_phase("CheckRepository", **check)) == [missing]
    check = {"backupArtifactPrefix": "backups/one", "encryptionKey": "other"}
    wrong = {"passwordIncorrect": "true", "repoUnavailable": "false", "version": "v0.0.0"}
    assert real.outputs(_phase("CheckRepository", **check)) == [wrong]
    # Kanister takes any failure for a missing repository.
    refused = real.failure(_backup(real, encryptionKey="other"))
    assert refused.startswith("null: Failed to create object store backup location: command ")
    restored = real.failure(_restore(real, backupIdentifier="12345678"))
    assert restored.startswith("null: Failed to restore backup: command terminated with exit code")
    gone = real.failure(_backup(real, pod="app-9"))
    assert 'pods "app-9" not found' in gone
