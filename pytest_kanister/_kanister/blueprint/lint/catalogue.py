"""The rules as a page, `docs/lint.md`: running this module prints it, a test holds it current."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.registry import FAMILIES, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.model import Rule

__all__ = ["page"]

_HEAD = """\
# Lint

    pytest-kanister lint FILE|FOLDER…

reads Blueprints and says what will fail, what loses data, and what hides that it does, with the
line to change. It needs no cluster. In folders it takes each `.yaml` and `.yml` file that holds a
Blueprint.

The exit status is 0 when nothing is found, 1 when something is, 2 when it was not used rightly, 3
when nothing is found but rules were given up (`--without-shell`), 4 when the extra is missing.

    pip install 'pytest-kanister[lint]'

brings the parser for shell scripts (tree-sitter). Without it `lint` refuses to run, since most
rules read scripts; `--without-shell` runs the others and names in every output those that were
not.

| option | |
|---|---|
| `--format text` | for people (default): the line with a caret, the remedy |
| `--format json` | for programs |
| `--format sarif` | SARIF 2.1.0, for code hosts |
| `--output FILE` | there instead of on stdout |
| `--select CODE`, `--ignore CODE` | these rules only, all but these; may be repeated |
| `--rules` | lists the rules |
| `--without-shell` | leaves out the rules that read scripts |

The severities: an **error** makes the action fail, or a backup lose data unseen; a **warning**
does so under circumstances that happen; a **note** is worth knowing. All three count for the exit
status.

## Silencing a rule

    # kanister-lint: disable=KB501 -- this server has no routines

at the end of a line speaks for that line, on a line of its own for the next one; `disable-file=`
speaks for the file. In a script it is a comment of the shell. A reason must follow `--`; a
comment that silences nothing is a finding itself.

## In pre-commit

```yaml
repos:
- repo: URL-OF-THIS-REPOSITORY
  rev: v0.1.0
  hooks:
  - id: kanister-lint
```

## What it cannot see

It reads; it does not run. Whether everything comes back is shown by a round trip
(`pytest-kanister try`). Values that arise when an action runs, other files' scripts and programs'
own behaviour are unknown to it; where it cannot tell, it is silent.
[public-blueprints.md](public-blueprints.md) says of each known defect of the public Blueprints
which of the two finds it.

## Rules

Each has an example that it finds, shown as the lines that differ from one that is clean; tests
run both.
"""


def page() -> str:
    """The whole page."""
    lines = [_HEAD]
    for family, heading in FAMILIES.items():
        lines.append(f"### {heading}\n")
        module = f"pytest_kanister._kanister.blueprint.lint.rules.{family}"
        for rule in RULES.values():
            if rule.check.__module__ == module:
                lines += _rule(rule)
    return "\n".join(lines).rstrip() + "\n"


def _rule(rule: Rule) -> Iterator[str]:
    shell = ", reads scripts" if rule.needs_shell else ""
    yield f"#### {rule.code} {rule.name}\n"
    yield f"*{rule.severity}{shell}*: {rule.summary}\n"
    yield f"{rule.why}\n"
    yield f"**Instead:** {rule.remedy}\n"
    yield "```diff"
    yield from _difference(rule)
    yield "```\n"


def _difference(rule: Rule) -> Iterator[str]:
    """From the bad example to the good one."""
    bad, good = rule.bad.splitlines(), rule.good.splitlines()
    shown = list(difflib.unified_diff(bad, good, n=1, lineterm=""))[2:]
    for line in shown:
        yield "@@" if line.startswith("@@") else line.rstrip()


if __name__ == "__main__":
    sys.stdout.write(page())
