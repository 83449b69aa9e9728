"""The log file of a container run."""

import asyncio
import errno
import fcntl
import os
from pathlib import Path

import pytest

from pytest_kanister._cluster.kubelet.log import RunLog


async def text(log: RunLog, **options: object) -> bytes:
    return b"".join([chunk async for chunk in log.read(**options)])  # type: ignore[arg-type]


def test_followers_get_every_byte_and_the_end(tmp_path: Path) -> None:
    async def main() -> None:
        log = RunLog(tmp_path / "c" / "0.log")
        assert ((tmp_path / "c" / "0.log").stat().st_mode & 0o777) == 0o600
        writing = log.pipe()
        following = asyncio.create_task(text(log, follow=True))
        data = os.urandom(3_000_000)

        def write() -> None:
            view = memoryview(data)
            while view:
                view = view[os.write(writing, view) :]
            os.close(writing)

        await asyncio.to_thread(write)
        await log.drained(5)
        (tmp_path / "c" / "0.log").unlink()
        log.end()
        assert await following == data
        assert await text(log, follow=True) == data

    asyncio.run(main())


def test_tail_counts_lines_as_kubectl_does(tmp_path: Path) -> None:
    async def main() -> None:
        log = RunLog(tmp_path / "0.log")
        assert await text(log, follow=False, tail_lines=3) == b""
        log.write(b"1\n2\n3\n")
        assert await text(log, follow=False, tail_lines=2) == b"2\n3\n"
        assert await text(log, follow=False, tail_lines=9) == b"1\n2\n3\n"
        assert await text(log, follow=False, tail_lines=0) == b""
        log.write(b"open")
        assert await text(log, follow=False, tail_lines=2) == b"3\nopen"
        log.write(b"\n" + b"x" * 600_000 + b"\nlast\n")
        assert await text(log, follow=False, tail_lines=1) == b"last\n"
        assert len(await text(log, follow=False, tail_lines=2)) == 600_006

    asyncio.run(main())


def test_each_line_bears_the_time_of_its_beginning(tmp_path: Path) -> None:
    async def main() -> None:
        log = RunLog(tmp_path / "0.log")
        log.write(b"one\ntw")
        log.write(b"o\nrest")
        log.end()
        lines = (await text(log, follow=True, timestamps=True)).decode().split("\n")
        times, words = zip(*(line.split(" ") for line in lines), strict=True)
        assert words == ("one", "two", "rest")
        assert times[0] == times[1] < times[2]

    asyncio.run(main())


def test_a_user_whose_pipes_are_limited_gets_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    async def main() -> None:
        log = RunLog(tmp_path / "0.log")
        with monkeypatch.context() as limited:
            limited.setattr(fcntl, "fcntl", refuse)
            writing = log.pipe()
        os.write(writing, b"said")
        os.close(writing)
        await log.drained(5)
        assert await text(log, follow=False) == b"said"

    asyncio.run(main())
