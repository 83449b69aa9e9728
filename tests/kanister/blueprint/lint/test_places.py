"""A finding inside a script points at the file's own line and column, through templates."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, scripts
from pytest_kanister._kanister.blueprint.lint.running import lint_text

BEFORE = {
    "a template on the line": "echo {{ .StatefulSet.Name }} | ",
    "a template longer than what it prints": 'echo "{{ .Time | replace ":" "-" }}" | ',
    "letters beyond ASCII": 'echo "Größe — ok" | ',
    "two templates side by side": "echo {{ .StatefulSet.Name }}{{ .StatefulSet.Namespace }} | ",
    "a condition": "{{ if .Profile.SkipSSLVerify }}echo x{{ else }}echo y{{ end }} | ",
    "a comment of the template's": "echo {{/* psql */}} | ",
}


def place(text: str, code: str) -> str:
    """What stands at the first finding of a rule."""
    result = lint_text(text, "x.yaml")
    assert result is not None
    found = next(finding for finding in result.findings if finding.rule.code == code).place
    return text.splitlines()[found.line - 1][found.column - 1 :][: found.length]


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_behind_something_of_another_length(before: str) -> None:
    assert place(scripts(restore=f"{before}psql -q"), "KB551") == "psql"


def test_a_template_over_two_lines() -> None:
    script = "echo {{ printf `a`\n  .StatefulSet.Name }}\nls | psql -q"

    assert place(scripts(restore=script), "KB551") == "psql"


def test_the_placeholder_is_the_template_itself() -> None:
    template = "{{ .Phases.dump.Secrets.login.Data.password | toString }}"

    assert place(scripts(backup=f'dump-it "x{template}y"'), "KB404") == template


QUOTED = """
restore:
  phases:
  - func: KubeTask
    name: load
    args:
      namespace: "{{ .StatefulSet.Namespace }}"
      image: ghcr.io/kanisterio/kanister-tools:0.116.0
      command: [bash, -o, pipefail, -o, errexit, -c, SCRIPT]
"""
SCALARS = {
    "plain": "ls x | psql -q",
    "single": "'ls ''x'' | psql -q'",
    "double": '"ls \\"x\\" | psql -q"',
}


@pytest.mark.parametrize("scalar", SCALARS.values(), ids=SCALARS)
def test_a_script_in_a_flow_scalar(scalar: str) -> None:
    assert place(blueprint(QUOTED.replace("SCRIPT", scalar)), "KB551") == "psql"


def test_a_script_in_a_manifest_in_the_blueprint() -> None:
    text = blueprint("""
    restore:
      phases:
      - func: KubeOps
        name: session
        args:
          operation: create
          namespace: "{{ .StatefulSet.Namespace }}"
          spec: |-
            apiVersion: v1
            kind: Pod
            metadata:
              name: "{{ .StatefulSet.Name }}-session"
            spec:
              containers:
              - name: main
                image: postgres:17.2
                command:
                - bash
                - -o
                - errexit
                - -o
                - pipefail
                - -c
                - |
                  # {{ .StatefulSet.Name }}
                  cat "/{{ .StatefulSet.Name }}/fifo" | psql -q
    """)

    assert place(text, "KB551") == "psql"
