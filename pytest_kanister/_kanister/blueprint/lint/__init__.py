"""What reading a Blueprint shows: `lint_files` gives findings, each with a place and a rule.

What may live here: the rules (`rules/`, one module per family), what they look at (`view`: the
Blueprint's actions, phases and texts with positions; `templates/`: a walk over the trees of our
own template engine; `shell/`: scripts, parsed by tree-sitter), comments that silence a rule
(`suppression`) and the forms in which findings are told (`output/`).

Nothing here runs, renders or connects.  May import `gotemplate`, the rest of `blueprint`, `_base`,
`_model`, `errors`.  tree-sitter is the extra `lint`: imported when the first script is read; where
it is missing, `lint_files` says so, unless the caller gave the shell rules up by name.
"""

from __future__ import annotations

from pytest_kanister._kanister.blueprint.lint.model import Finding, Rule
from pytest_kanister._kanister.blueprint.lint.registry import RULES
from pytest_kanister._kanister.blueprint.lint.running import LintResult, lint_files

__all__ = ["RULES", "Finding", "LintResult", "Rule", "lint_files"]
