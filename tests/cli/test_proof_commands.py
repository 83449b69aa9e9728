"""`snapshot` and `diff` without a server: arguments, exit codes, both forms of output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kanister.__main__ import main
from pytest_kanister._data.evidence import save_snapshot
from pytest_kanister._data.proof import Snapshot, Table
from pytest_kanister._data.proof.canonical import Column, Kind

COLUMNS = [Column("name", "text", Kind.TEXT), Column("balance", "int", Kind.INTEGER)]
PASSWORD = "PYTEST_KANISTER_PASSWORD"


def file(folder: Path, name: str, rows: list[tuple[bytes, ...]], engine: str = "mysql") -> str:
    table = Table.of(COLUMNS, rows)
    save_snapshot(Snapshot(engine, {("d", "t"): table}, {"user": {}}), folder / name)
    return str(folder / name)


def test_equal_snapshots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file(tmp_path, "before", [(b"nick", b"0"), (b"ed", b"1")])
    after = file(tmp_path, "after", [(b"ed", b"1"), (b"nick", b"0")])
    assert main(["diff", before, after]) == 0
    assert capsys.readouterr().out == "equal: 1 table, 2 rows\n"
    assert main(["diff", "--json", before, after]) == 0
    assert json.loads(capsys.readouterr().out)["different"] is False


def test_different_snapshots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file(tmp_path, "before", [(b"nick", b"0"), (b"ed", b"1")])
    after = file(tmp_path, "after", [(b"nick", b"0")])
    assert main(["diff", before, after]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "table d.t: 2 rows before, 1 after",
        "  - missing  ('ed', 1)",
        "different: data",
    ]
    assert main(["diff", "--json", before, after]) == 1
    assert json.loads(capsys.readouterr().out)["grades"] == ["data"]


def test_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file(tmp_path, "before", [(b"%d" % n, b"0") for n in range(5)])
    after = file(tmp_path, "after", [])
    assert main(["diff", "--limit", "2", before, after]) == 1
    assert "… and 3 more different rows are missing (5 rows in all)" in capsys.readouterr().out


def test_what_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file(tmp_path, "before", [])
    assert main(["diff", before, file(tmp_path, "other", [], engine="postgresql")]) == 3
    assert "engine mysql before, postgresql after" in capsys.readouterr().err
    assert main(["diff", before, str(tmp_path / "absent")]) == 2
    assert "cannot read the snapshot" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("kubeconfig:/tmp/x", "through a kubeconfig are not there yet"),
        ("redis://u@h", "or postgresql://USER@HOST[:PORT], found 'redis://u@h'"),
        ("mysql://h", "expected mysql://USER@HOST[:PORT]"),
        ("mysql://u@h/db", "expected mysql://USER@HOST[:PORT]"),
        ("mysql://u@h:port", "target: Port could not be cast"),
        ("mysql://u:hidden@h", "expected no password in it"),
    ],
)
def test_targets_that_are_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    target: str,
    text: str,
) -> None:
    monkeypatch.setenv(PASSWORD, "x")
    assert main(["snapshot", target, "-o", str(tmp_path / "x")]) == 2
    said = capsys.readouterr().err
    assert text in said
    assert "hidden" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    command = ["snapshot", "mysql://u@127.0.0.1", "-o", str(tmp_path / "x")]
    assert main(command) == 2
    assert f"no password: set {PASSWORD} or give --password-file" in capsys.readouterr().err
    assert main([*command, "--password-file", str(tmp_path / "absent")]) == 2
    assert "cannot read the password file" in capsys.readouterr().err


def test_full_rows_is_a_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["snapshot", "mysql://u@127.0.0.1", "-o", str(tmp_path / "x"), "--full-rows", "-1"]
    with pytest.raises(SystemExit):
        main(command)
    assert "expected a number from 0 on, found -1" in capsys.readouterr().err


def test_a_server_may_stand_where_a_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PASSWORD, "x")
    before = file(tmp_path, "before", [])
    assert main(["diff", before, "mysql://u@127.0.0.1:1"]) == 4
    assert "does not answer" in capsys.readouterr().err
    assert main(["diff", "mysql://u@127.0.0.1/db", before]) == 2
    assert "expected mysql://USER@HOST[:PORT]" in capsys.readouterr().err


def test_nobody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PASSWORD, "x")
    assert main(["snapshot", "mysql://u@127.0.0.1:1", "-o", str(tmp_path / "x")]) == 4
    assert "does not answer" in capsys.readouterr().err
