"""`pytest-kanister render`: what a phase's templates become, and what they do not see yet."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pytest_kanister.__main__ import main
from pytest_kanister._kanister.blueprint.lint.rules.declaring import scripts

Capture = pytest.CaptureFixture[str]
PARAMS = """
StatefulSet: {Name: db, Namespace: shop, Pods: [db-0]}
Time: "2026-08-21T22:01:00.5Z"
Profile:
  Location: {Type: s3Compliant, Bucket: b}
  Credential: {Type: keyPair, KeyPair: {ID: id, Secret: hidden-key}}
Phases:
  dump:
    Secrets: {login: {Data: {the-password: hidden-word}}}
    Output: {path: a/path}
"""


@pytest.fixture
def blueprint(tmp_path: Path) -> Path:
    file = tmp_path / "b.yaml"
    file.write_text(scripts())
    return file


@pytest.fixture
def params(tmp_path: Path) -> Path:
    file = tmp_path / "p.yaml"
    file.write_text(PARAMS)
    return file


def test_every_action_renders_with_made_up_parameters(blueprint: Path, capsys: Capture) -> None:
    assert main(["render", str(blueprint)]) == 0
    out = capsys.readouterr().out
    assert set(yaml.safe_load(out)) == {"backup", "restore", "delete"}
    assert "{{" not in out


def test_given_parameters_are_used_and_secrets_are_not_shown(
    blueprint: Path, params: Path, capsys: Capture
) -> None:
    command = ["render", str(blueprint), "--action", "backup", "--params", str(params)]
    assert main(command) == 0
    out = capsys.readouterr().out
    backup = yaml.safe_load(out)["backup"]

    assert backup["outputArtifacts"]["dump"]["keyValue"]["path"] == "a/path"
    script = backup["phases"][0]["args"]["command"][-1]
    assert script.startswith('path="backups/shop/db/2026-08-21T22-01-00.5Z/dump"')
    assert "hidden" not in out
    assert '"Secret":"***"' in script


def test_what_is_missing_is_named_with_its_place(
    blueprint: Path, params: Path, capsys: Capture
) -> None:
    params.write_text("StatefulSet: {Name: db, Namespace: shop}\nTime: ''\n")
    line = next(
        n for n, text in enumerate(scripts().splitlines(), 1) if ".Phases.dump.Output" in text
    )

    command = ["render", str(blueprint), "--action", "backup", "--params", str(params)]
    assert main(command) == 1
    assert f"{blueprint}:{line}:" in capsys.readouterr().err


def test_an_output_is_not_there_before_its_phase(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(
        scripts()
        .replace("{{ .Phases.dump.Output.path }}", "x")
        .replace('name: "{{ .StatefulSet.Name }}"', 'name: "{{ .Phases.dump.Output.path }}"', 1)
    )

    assert main(["render", str(file), "--action", "backup"]) == 1
    assert 'no entry for key "dump"' in capsys.readouterr().err


def test_the_parameters_shown_would_do(blueprint: Path, params: Path, capsys: Capture) -> None:
    assert main(["render", str(blueprint), "--show-params"]) == 0
    params.write_text(capsys.readouterr().out)

    assert main(["render", str(blueprint), "--params", str(params)]) == 0


def test_an_unknown_action_is_usage(blueprint: Path, capsys: Capture) -> None:
    assert main(["render", str(blueprint), "--action", "nothing"]) == 2
    assert "backup, restore, delete" in capsys.readouterr().err
