"""`Example`: a small project as a value, and a real pytest run in it."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING

from pytest_kanister._base.children import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Example", "ExampleRun"]

_OUTCOMES = re.compile(
    r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|warnings?|deselected)"
)


@dataclass(frozen=True)
class ExampleRun:
    """A pytest run that ended.

    Attributes:
        exit_status: pytest's.
        stdout: all it wrote.
        stderr: the same.
        outcomes: counts of its last line: `{"passed": 2, "error": 1}`, words in the singular.
    """

    exit_status: int
    stdout: str
    stderr: str
    outcomes: Mapping[str, int]


@dataclass(frozen=True)
class Example:
    """A project.

    Args:
        folder: where it is written; made when missing.
        files: texts by path inside the folder; common indentation is taken away.
    """

    folder: Path
    files: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Writes the files."""
        for name, text in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def run_pytest(
        self, *arguments: str, env: Mapping[str, str] | None = None, timeout_s: float = 180.0
    ) -> ExampleRun:
        """Writes the files and runs pytest there, in a child process of this interpreter.

        The child has no settings of the run around it: `PYTEST_*` variables are taken away, but
        for those in `env`.
        """
        self.write()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        finished = run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            env={**clean, "COLUMNS": "120", **(env or {})},
            cwd=self.folder,
            timeout_s=timeout_s,
        )
        return ExampleRun(
            finished.exit_status, finished.stdout, finished.stderr, _outcomes(finished.stdout)
        )


def _outcomes(stdout: str) -> dict[str, int]:
    """Counts from pytest's last line that has any."""
    for line in reversed(stdout.splitlines()):
        found = _OUTCOMES.findall(line)
        if found:
            words = {"errors": "error", "warnings": "warning"}
            return {words.get(word, word): int(count) for count, word in found}
    return {}
