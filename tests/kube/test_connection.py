import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import NAMESPACES
from pytest_kanister.errors import EnvironmentProblem
from tests.support.api import CAPABILITIES, Server


def changed(running: Server, folder: Path, **cluster: object) -> Path:
    body = yaml.safe_load(running.kubeconfig.read_text())
    body["clusters"][0]["cluster"].update(cluster)
    file = folder / "kubeconfig"
    file.write_text(json.dumps(body))
    return file


def test_nobody_listens(server: Server, tmp_path: Path) -> None:
    kube = KubeClient(changed(server, tmp_path, server="https://127.0.0.1:1"), CAPABILITIES)

    with pytest.raises(EnvironmentProblem, match=r"127\.0\.0\.1:1 does not answer") as problem:
        kube.list(NAMESPACES)

    assert any("cluster up" in remedy for remedy in problem.value.remedies)


def test_an_authority_that_did_not_sign(server: Server, tmp_path: Path) -> None:
    import trustme

    other = trustme.CA().cert_pem.bytes()
    file = tmp_path / "other.pem"
    file.write_bytes(other)
    body = yaml.safe_load(server.kubeconfig.read_text())
    body["clusters"][0]["cluster"].pop("certificate-authority-data", None)
    body["clusters"][0]["cluster"]["certificate-authority"] = str(file)
    config = tmp_path / "kubeconfig"
    config.write_text(json.dumps(body))
    kube = KubeClient(config, CAPABILITIES)

    with pytest.raises(EnvironmentProblem, match="is not trusted"):
        kube.list(NAMESPACES)


def test_a_wrong_token(server: Server, tmp_path: Path) -> None:
    body = yaml.safe_load(server.kubeconfig.read_text())
    body["users"][0]["user"] = {"token": "wrong"}
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(body))

    with pytest.raises(EnvironmentProblem, match="does not accept the credentials"):
        KubeClient(file, CAPABILITIES).list(NAMESPACES)


def test_a_kubeconfig_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text("{}")

    with pytest.raises(EnvironmentProblem, match="cannot be used"):
        KubeClient(file, CAPABILITIES).list(NAMESPACES)


def test_a_proxy_from_the_environment_is_left_out_for_loopback(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    kube = server.client()

    assert kube.list(NAMESPACES)
    kube.close()


def test_importing_the_room_does_not_import_the_package() -> None:
    code = (
        "import sys, pytest_kanister._kube;"
        "assert not {'kubernetes', 'urllib3', 'yaml'} & set(sys.modules), 'loaded'"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_warming_up_twice_imports_once() -> None:
    code = (
        "import threading, sys; from pytest_kanister._kube import warm_up;"
        "warm_up(); warm_up();"
        "from pytest_kanister._kube.loading import package;"
        "assert package('kubernetes') is sys.modules['kubernetes'];"
        "assert threading.active_count() == 1"
    )

    subprocess.run([sys.executable, "-c", code], check=True)
