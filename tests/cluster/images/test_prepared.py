"""Prepared data folders: made once, sparse, checked."""

from pathlib import Path

import pytest

from pytest_kanister._cluster.images.prepared import prepare, prepared_folders, verify_prepared
from pytest_kanister.errors import EnvironmentProblem


def fill(folder: Path) -> None:
    (folder / "mysql").mkdir(parents=True)
    (folder / "mysql" / "t.ibd").write_bytes(b"\0" * 1_000_000 + b"end")
    (folder / "auto.cnf").write_text("server-uuid=1")


def test_prepared_once_without_what_differs_from_server_to_server(tmp_path: Path) -> None:
    calls: list[Path] = []

    def initialise(folder: Path) -> None:
        calls.append(folder)
        fill(folder)

    def get(key: str = "k") -> Path:
        return prepare(
            tmp_path, "mysql-9", key=key, initialise=initialise, drop=("auto.cnf",), progress=print
        )

    data = get()
    assert get() == data
    assert len(calls) == 1
    assert sorted(path.name for path in data.iterdir()) == ["mysql"]
    assert (data / "mysql/t.ibd").stat().st_blocks * 512 < 500_000
    assert (data.parent.stat().st_mode & 0o777) == 0o700
    assert get("other options") != data
    assert len(calls) == 2


def test_a_changed_size_is_noticed_at_start_and_changed_content_by_verify(tmp_path: Path) -> None:
    data = prepare(tmp_path, "mysql-9", key="k", initialise=fill, progress=print)
    (home,) = prepared_folders(tmp_path)
    assert verify_prepared(home) == []
    (data / "mysql/t.ibd").write_bytes(b"\0" * 1_000_000 + b"END")
    assert prepare(tmp_path, "mysql-9", key="k", initialise=fill, progress=print) == data
    assert len(verify_prepared(home)) == 1
    (data / "mysql/t.ibd").write_bytes(b"short")
    prepare(tmp_path, "mysql-9", key="k", initialise=fill, progress=print)
    assert verify_prepared(home) == []


def test_a_failed_initialisation_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        folder.mkdir()
        raise EnvironmentProblem("disk full", remedies=["make room"])

    with pytest.raises(EnvironmentProblem):
        prepare(tmp_path, "mysql-9", key="k", initialise=fail, progress=print)
    assert [path.name for path in (tmp_path / "prepared").iterdir() if path.is_dir()] == []
