"""How a rule is declared, and the small Blueprints that show it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_kanister._kanister.blueprint.lint.model import Problem, Severity
    from pytest_kanister._kanister.blueprint.lint.view import View

__all__ = ["DECLARED", "blueprint", "rule", "scripts"]

DECLARED: dict[str, Rule] = {}

_HEAD = """\
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata:
  name: example
actions:
"""
_IMAGE = "ghcr.io/kanisterio/kanister-tools:0.116.0"
_SECRET = """\
      objects:
        login:
          kind: Secret
          name: "{{ .StatefulSet.Name }}"
          namespace: "{{ .StatefulSet.Namespace }}"
"""
_BACKUP = """\
  backup:
    outputArtifacts:
      dump:
        keyValue:
          path: "{{ .Phases.dump.Output.path }}"
    phases:
    - func: KubeTask
      name: dump
"""
_RESTORE = """\
  restore:
    inputArtifactNames: [dump]
    phases:
    - func: KubeTask
      name: load
"""
_DELETE = """\
  delete:
    inputArtifactNames: [dump]
    phases:
    - func: KubeTask
      name: remove
"""
_GUARD = """\
path='{{ .ArtifactsIn.dump.KeyValue.path }}'
[[ -n "${path}" ]]
"""
_PROFILE = """\
IFS= read -r profile <<'ENDS'
{{ toJson .Profile }}
ENDS
"""
_OPTIONS = "bash, -o, errexit, -o, pipefail, -c"


def rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    summary: str,
    why: str,
    remedy: str,
    bad: str,
    good: str,
    needs_shell: bool = False,
) -> Callable[[Callable[[View], Iterator[Problem]]], Callable[[View], Iterator[Problem]]]:
    """Declares the function below as a rule; what the arguments hold: `Rule`."""

    def declare(
        check: Callable[[View], Iterator[Problem]],
    ) -> Callable[[View], Iterator[Problem]]:
        if code in DECLARED:
            raise ValueError(f"two rules bear the code {code}")
        DECLARED[code] = Rule(
            code, name, severity, summary, why, remedy, bad, good, needs_shell, check
        )
        return check

    return declare


def blueprint(actions: str) -> str:
    """A Blueprint of these actions, indented as below `actions:`."""
    return _HEAD + textwrap.indent(textwrap.dedent(actions).strip("\n") + "\n", "  ")


def scripts(
    *,
    backup: str = 'dump-it | kando location push --profile "${profile}" --path "${path}" -',
    restore: str = 'kando location pull --profile "${profile}" --path "${path}" - | load-it',
    options: str = _OPTIONS,
    image: str = _IMAGE,
) -> str:
    """A Blueprint whose backup and restore run these scripts in job pods.

    Each finds `profile`, `path` and, read from a here-document, `password` set.
    """
    path = (
        'path="backups/{{ .StatefulSet.Namespace }}/{{ .StatefulSet.Name }}/'
        '{{ .Time | replace ":" "-" }}/dump"\n'
    )
    return "".join(
        [
            _HEAD,
            _BACKUP,
            _SECRET,
            _task(
                path + _login("dump") + _body(backup, 'kando output path "${path}"'), options, image
            ),
            _RESTORE,
            _SECRET,
            _task(_GUARD + _login("load") + _body(restore), options, image),
            _DELETE,
            _task(
                _GUARD
                + _PROFILE
                + 'kando location delete --profile "${profile}" --path "${path}"\n',
                _OPTIONS,
                _IMAGE,
                namespace="{{ .Namespace.Name }}",
            ),
        ]
    )


def _login(phase: str) -> str:
    return (
        "IFS= read -r password <<'ENDS'\n"
        f'{{{{ index .Phases.{phase}.Secrets.login.Data "the-password" | toString }}}}\n'
        "ENDS\n" + _PROFILE
    )


def _body(*scripts: str) -> str:
    return "".join(textwrap.dedent(script).strip("\n") + "\n" for script in scripts)


def _task(
    script: str, options: str, image: str, namespace: str = "{{ .StatefulSet.Namespace }}"
) -> str:
    return (
        "      args:\n"
        f'        namespace: "{namespace}"\n'
        f"        image: {image}\n"
        "        command:\n"
        + "".join(f"        - {word.strip()}\n" for word in options.split(","))
        + "        - |\n"
        + textwrap.indent(script, " " * 10)
    )
