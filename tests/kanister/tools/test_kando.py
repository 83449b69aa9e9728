"""kando as Blueprints call it: a program in a pipe, against a real S3 server."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import pytest_kanister
from pytest_kanister._base.polling import Deadline, wait_until
from pytest_kanister._kanister.tools import write_programs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def kando(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_programs(tmp_path_factory.mktemp("programs")) / "kando")


def _run(
    *argv: str, stdin: bytes | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    if stdin is not None:
        options["input"] = stdin
    else:
        options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(argv, capture_output=True, timeout=60, check=False, **options)


def _profile(server: Any, bucket: str, prefix: str = "") -> str:
    return json.dumps(
        {
            "Location": {
                "type": "s3Compliant",
                "bucket": bucket,
                "endpoint": server.endpoint,
                "prefix": prefix,
                "region": "eu-west-2",
            },
            "Credential": {
                "Type": "keyPair",
                "KeyPair": {"ID": server.access_key, "Secret": server.secret_key},
                "Secret": None,
                "KopiaServerSecret": None,
            },
            "SkipSSLVerify": False,
        }
    )


def test_output_line(kando: str) -> None:
    done = _run(kando, "output", "s3path", '/<b>&"c"\\ ü')
    assert (
        done.stdout
        == (
            '###Phase-output###: {"key":"s3path","value":"/\\u003cb\\u003e\\u0026\\"c\\"\\\\ ü"}\n'
        ).encode()
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert _run(kando, "output", "k", "").stdout == b'###Phase-output###: {"key":"k","value":""}\n'
    assert _run(kando, "output", "--", "k", "-v").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["output", "k"], "Command accepts 2 arguments, received 1 arguments"),
        (["output", "", "v"], "Key should not be empty"),
        (["output", "a-b", "v"], "Key should contain only alphanumeric characters and underscore"),
        (["output", "k", "-x"], "unknown shorthand flag: 'x' in -x"),
        (["location", "push", "--bad", "-"], "unknown flag: --bad"),
        (["location", "push"], "accepts 1 arg(s), received 0"),
        (["location", "delete"], "Please provide the --profile flag"),
        (["location", "pull", "-", "--path"], "flag needs an argument: --path"),
        (["location", "push", "-"], 'Stdin must be piped when the source parameter is "-"'),
        (["chronicle", "push", "x"], "kando chronicle: the embedded kando does not have it"),
        (["nope"], 'unknown command "nope" for "kando"'),
        (["location", "push", "/none"], "open /none: no such file or directory"),
    ],
)
def test_errors_come_with_usage_and_69(kando: str, arguments: list[str], message: str) -> None:
    done = _run(kando, *arguments)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 69
    assert lines[0].startswith(f"Error: {message}")
    assert lines[1].startswith("Usage:")
    assert done.stdout == b""


def test_version(kando: str) -> None:
    assert set(json.loads(_run(kando, "--version").stdout)) == {"version", "gitCommit", "buildDate"}


def test_the_pods_environment_does_not_matter(kando: str, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    env = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": "/nowhere", "PATH": "/usr/bin:/bin"}
    assert _run(kando, "output", "k", "v", env=env, cwd=tmp_path).returncode == 0


def test_round_trip(kando: str, s3_server: Any, tmp_path: Path) -> None:
    bucket = s3_server.bucket()
    profile = _profile(s3_server, bucket, "pre")
    done = _run(
        kando, "location", "push", "--profile", profile, "--path", "/a//b", "-", stdin=b"x" * 9
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert s3_server.keys(bucket) == ["pre/a/b"]
    pulled = _run(kando, "location", "pull", "-p", profile, "-s", "a/b", "-")
    assert (pulled.returncode, pulled.stdout) == (0, b"x" * 9)
    target = tmp_path / "old"
    target.write_bytes(b"0123456789ABC")
    assert (
        _run(
            kando, "location", "pull", f"--profile={profile}", "--path=a/b", str(target)
        ).returncode
        == 0
    )
    assert target.read_bytes() == b"x" * 9 + b"9ABC"
    source = tmp_path / "file"
    source.write_bytes(b"from a file")
    assert _run(kando, "location", "push", "-p", profile, "-s", "f", str(source)).returncode == 0
    assert _run(kando, "location", "pull", "-p", profile, "-s", "f", "-").stdout == b"from a file"


def test_pull_of_nothing_leaves_an_empty_file(kando: str, s3_server: Any, tmp_path: Path) -> None:
    profile = _profile(s3_server, s3_server.bucket())
    target = tmp_path / "new"
    done = _run(kando, "location", "pull", "-p", profile, "-s", "nope", str(target))
    assert done.returncode == 69
    assert done.stderr.startswith(b"Error: not found\nUsage:")
    assert target.read_bytes() == b""
    assert target.stat().st_mode & 0o111


def test_empty_stream_makes_an_empty_object(kando: str, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    profile = _profile(s3_server, bucket)
    assert _run(kando, "location", "push", "-p", profile, "-s", "e", "-", stdin=b"").returncode == 0
    assert s3_server.keys(bucket) == ["e"]


def test_delete_goes_by_string_prefix(kando: str, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    for key in ("backups/1", "backups/10/x", "backups/2"):
        s3_server.boto().put_object(Bucket=bucket, Key=key, Body=b"")
    profile = _profile(s3_server, bucket)
    assert _run(kando, "location", "delete", "-p", profile, "-s", "backups/1").returncode == 0
    assert s3_server.keys(bucket) == ["backups/2"]
    assert _run(kando, "location", "delete", "-p", profile, "-s", "none").returncode == 0
    assert _run(kando, "location", "delete", "-p", profile).returncode == 0
    assert s3_server.keys(bucket) == []


def test_pull_to_a_full_disk(kando: str, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    s3_server.boto().put_object(Bucket=bucket, Key="x", Body=b"y")
    profile = _profile(s3_server, bucket)
    done = _run(kando, "location", "pull", "-p", profile, "-s", "x", "/dev/full")
    assert done.returncode == 69
    assert done.stderr.startswith(b"Error: write /dev/full: no space left on device\n")


def test_missing_bucket(kando: str, s3_server: Any) -> None:
    profile = _profile(s3_server, "nope")
    done = _run(kando, "location", "push", "-p", profile, "-s", "x", "-", stdin=b"y")
    assert done.returncode == 69
    assert done.stderr.startswith(b"Error: failed to get bucket nope: NoSuchBucket: ")


def test_bad_key_fails_the_upload(kando: str, s3_server: Any) -> None:
    profile = _profile(s3_server, s3_server.bucket()).replace(s3_server.secret_key, "wrong")
    done = _run(kando, "location", "push", "-p", profile, "-s", "x", "-", stdin=b"y")
    assert done.returncode == 69
    assert b"failed to write contents to bucket" in done.stderr
    assert b"SignatureDoesNotMatch" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_upload_leaves_no_object(kando: str, s3_server: Any, number: int) -> None:
    bucket = s3_server.bucket()
    argv = [kando, "location", "push", "-p", _profile(s3_server, bucket), "-s", "big", "-"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    pipe = process.stdin
    pipe.write(os.urandom(9_000_000))  # more than a part, so the upload has begun
    pipe.flush()

    def begun() -> Any:
        return s3_server.boto().list_multipart_uploads(Bucket=bucket).get("Uploads")

    assert wait_until(begun, Deadline(20))
    process.send_signal(number)
    assert process.wait(20) == -number
    pipe.close()
    assert s3_server.keys(bucket) == []
    if number == signal.SIGTERM:
        assert not begun()


def test_large_stream_in_constant_memory(kando: str, s3_server: Any) -> None:
    bucket = s3_server.bucket()
    profile = _profile(s3_server, bucket)
    argv = [kando, "location", "push", "-p", profile, "-s", "big", "-"]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE)
    assert process.stdin is not None
    pipe, block = process.stdin, os.urandom(1 << 20)
    peak_kib = 0

    def feed() -> None:
        for _ in range(192):
            pipe.write(block)
        pipe.close()

    feeder = threading.Thread(target=feed)
    feeder.start()
    while feeder.is_alive():
        feeder.join(0.02)
        peak_kib = max(peak_kib, _resident_kib(process.pid))
    assert process.wait(60) == 0
    assert 0 < peak_kib < 100 * 1024
    head = s3_server.boto().head_object(Bucket=bucket, Key="big")
    assert head["ContentLength"] == 192 << 20
    s3_server.boto().delete_object(Bucket=bucket, Key="big")


def _resident_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return 0
    rows = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(rows[0].split()[1]) if rows else 0


def test_start_up_costs_little(kando: str, s3_server: Any) -> None:
    profile = _profile(s3_server, s3_server.bucket())
    argv = [kando, "location", "push", "-p", profile, "-s", "x", "-"]
    _run(*argv, stdin=b"warm")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(5):
        assert _run(*argv, stdin=b"y").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent / 5 < 0.25  # 0.08 s on a quiet machine


def test_python_of_choice(tmp_path: Path) -> None:
    folder = write_programs(tmp_path / "a b", python=sys.executable)
    assert _run(str(folder / "kando"), "output", "k", "v").returncode == 0


def test_start_up_loads_no_slow_modules() -> None:
    package = Path(pytest_kanister.__file__).parent
    code = f"""
import sys
package = type(sys)("pytest_kanister")
package.__path__ = [{str(package)!r}]
sys.modules["pytest_kanister"] = package
import pytest_kanister._kanister.tools.kando.main
import pytest_kanister._kanister.tools.kando.transfer
import pytest_kanister._kanister.location.upload
print({{"typing", "dataclasses", "inspect"}} & set(sys.modules))
"""
    done = _run(sys.executable, "-I", "-S", "-c", code)
    assert done.stdout == b"set()\n", done
