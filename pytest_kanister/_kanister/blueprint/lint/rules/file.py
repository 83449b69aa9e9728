"""The file itself and the comments that silence rules; found while running, not by looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.model import Problem
    from pytest_kanister._kanister.blueprint.lint.view import View

_GOOD = scripts()
_PIPE = "    - |\n"
_EXCUSED = scripts(
    backup="mysqldump --all-databases --single-transaction --flush-privileges | gzip"
)
_LINE = "          mysqldump"


def _commented(comment: str) -> str:
    return _EXCUSED.replace(_LINE, f"          {comment}\n{_LINE}")


@rule(
    "KB001",
    "unreadable",
    "error",
    summary="The file cannot be read as YAML.",
    why="Kanister gets nothing to store. A key that stands twice loses its first value unseen.",
    remedy="Mend the YAML; quote templates, as `{` begins a mapping.",
    bad=_GOOD.replace("kind: Blueprint", "kind: Blueprint\nkind: Blueprint"),
    good=_GOOD,
)
@rule(
    "KB002",
    "suppression-without-reason",
    "error",
    summary="A comment that silences a rule names no rule, an unknown one, or no reason.",
    why="What is excused without a reason cannot be reviewed.",
    remedy="Write `# kanister-lint: disable=KB501 -- why it does no harm here`.",
    bad=_commented("# kanister-lint: disable=KB501"),
    good=_commented("# kanister-lint: disable=KB501 -- this server has no routines"),
)
@rule(
    "KB003",
    "suppression-unused",
    "warning",
    summary="A comment silences a rule that finds nothing there.",
    why="What was mended must not stay excused: the next mistake would go unseen.",
    remedy="Take the comment out.",
    bad=_GOOD.replace("actions:", "actions:  # kanister-lint: disable=KB501 -- no routines", 1),
    good=_GOOD,
)
def found_while_running(view: View) -> Iterator[Problem]:
    """`running` reports these three."""
    del view
    yield from ()
