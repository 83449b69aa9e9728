"""Secrets with known values turn up in no output, bundle or report, however a Blueprint leaks."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from pytest_kanister.testing import Example
from tests.plugin.project import scenario

pytestmark = pytest.mark.slow

OWN = "Tr0ub4dor&3 'quoted' \"twice\""

ROOT = 'index .Phases.leak.Secrets.root.Data "mysql-root-password" | toString'

LEAKY = f"""
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata: {{name: leaky}}
actions:
  backup:
    phases:
    - func: KubeTask
      name: leak
      objects:
        root:
          kind: Secret
          name: '{{{{ index .Object.metadata.labels "app.kubernetes.io/instance" }}}}'
          namespace: "{{{{ .StatefulSet.Namespace }}}}"
      args:
        namespace: "{{{{ .StatefulSet.Namespace }}}}"
        image: ghcr.io/kanisterio/mysql-sidecar:0.75.0
        command:
        - bash
        - -c
        - |
          cat <<'SECRETS_END'
          profile {{{{ toJson .Profile }}}}
          own {{{{ index .Secrets.mine.Data "password" | toString }}}}
          root {{{{ {ROOT} }}}}
          encoded {{{{ index .Secrets.mine.Data "password" | toString | b64enc }}}}
          option {{{{ .Options.token }}}}
          SECRETS_END
          echo "it failed with {{{{ {ROOT} }}}}" >&2
          sleep 0.5
          exit 1
  restore:
    phases: []
"""

KNOWN = """
import json
from pathlib import Path

def told(run):
    session = run.stage._session
    kube = session.kube.result()
    from pytest_kanister._model.resources import SECRETS
    import base64
    found = [session.ready_store.result().secret_key.reveal()]
    for secret in kube.list(SECRETS, run.workload.namespace):
        for key, value in secret["data"].items():
            if "password" in key:
                found.append(base64.b64decode(value).decode())
    Path(KEPT).write_text(json.dumps(found))
"""


def test_nothing_tells_a_secret(tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    project = tmp_path / "project"
    own = json.dumps(OWN)
    files = {
        "checks.py": KNOWN.replace("KEPT", repr(str(kept))),
        "leaky.yaml": LEAKY,
        "a.kanister.yaml": scenario(
            "a",
            "- call: checks.py::told\n- backup: {}\n- sql: {statement: SELECT 1, expect: [[1]]}",
            spec=f"secrets: {{mine: {{stringData: {{password: {own}}}}}}}\n"
            f"options: {{token: {own}}}",
        ).replace("mysql-blueprint.yaml", "leaky.yaml"),
        "own.txt": OWN,
        "test_python.py": """
            from pathlib import Path

            def test_it(kanister, kanister_mysql):
                kanister_mysql.seed("accounts")
                step = kanister.steps(kanister_mysql, "leaky.yaml")
                step("call", "checks.py::told")
                data = {"password": (Path(__file__).parent / "own.txt").read_text()}
                step("backup", options={"token": "x"}, secrets={"mine": {"stringData": data}})
        """,
    }

    run = Example(project, files).run_pytest(
        *("-vv", "-rA", "--junitxml=junit.xml", "--kanister-report=report.json"),
        *("--kanister-artifacts=evidence", "--kanister-trace=trace.jsonl"),
        timeout_s=200.0,
    )

    assert run.outcomes == {"failed": 2}, run.stdout
    assert "it failed with ***" in run.stdout
    secrets = [OWN, *json.loads(kept.read_text())]
    assert len(set(secrets)) >= 3, "the own one, root's, the store's"
    forms = {form for secret in secrets for form in forms_of(secret)}
    written = {
        path: path.read_text(errors="replace")
        for path in project.rglob("*")
        if path.is_file() and path.name not in files and "__pycache__" not in path.parts
    }
    names = {path.name for path in written}
    assert {"junit.xml", "report.json", "trace.jsonl", "failure.txt", "result.json"} <= names
    assert any(path.parent.name == "pods" for path in written), names
    assert any("own ***" in text for text in written.values()), "the pod's output is kept"
    for where, text in {Path("stdout"): run.stdout, Path("stderr"): run.stderr, **written}.items():
        told = {form for form in forms if form in text}
        assert not told, (where, told)


def forms_of(secret: str) -> set[str]:
    return {
        secret,
        json.dumps(secret)[1:-1],
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
    }
