from pathlib import Path

import pytest

from pytest_kanister._kanister.blueprint import Blueprint, read_blueprint
from pytest_kanister.errors import ScenarioError

TEXT = """\
# a comment, so that lines count
apiVersion: cr.kanister.io/v1alpha1
kind: Blueprint
metadata:
  name: example
actions:
  backup:
    phases:
    - func: KubeTask
      name: dump
      args:
        image: '{{ .Options.image }}'
        namespace: {{NAMESPACE}}
        command:
        - sh
        - -c
        - |
          echo one
          echo "{{ .Options.two }}"
        - >
          folded
          text {{ .Options.three }}
    deferPhase:
      func: KubeTask
      name: tidy
      args: {}
"""


@pytest.fixture
def blueprint(tmp_path: Path) -> Blueprint:
    file = tmp_path / "example.yaml"
    file.write_text(TEXT.replace("{{NAMESPACE}}", '"{{ .Namespace.Name }}"'))
    return read_blueprint(file)


def place(blueprint: Blueprint, where: str) -> str:
    """The text at a `file:line:column`."""
    _, line, column = where.rsplit(":", 2)
    return blueprint.lines[int(line) - 1][int(column) - 1 :]


def test_a_blueprint_knows_its_name_actions_and_phases(blueprint: Blueprint) -> None:
    assert blueprint.name == "example"
    assert blueprint.actions == ("backup",)
    assert blueprint.phases("backup") == ["dump", "tidy"]


def test_the_digest_follows_the_bytes(blueprint: Blueprint) -> None:
    before = blueprint.digest
    blueprint.path.write_text(blueprint.path.read_text() + "\n")

    assert read_blueprint(blueprint.path).digest != before


def test_where_points_at_phases_and_falls_back_to_the_action(blueprint: Blueprint) -> None:
    assert place(blueprint, blueprint.where("backup", "dump")).startswith("func: KubeTask")
    assert place(blueprint, blueprint.where("backup", "tidy")).startswith("deferPhase:")
    assert place(blueprint, blueprint.where("backup", "absent")).startswith("backup:")
    assert place(blueprint, blueprint.where("backup")).startswith("backup:")


def test_a_position_inside_a_block_scalar(blueprint: Blueprint) -> None:
    where = blueprint.position_in("backup", "dump", ("args", "command", 2), 2, 7)

    assert place(blueprint, where) == '{{ .Options.two }}"'


@pytest.mark.parametrize(
    ("argument", "column", "text"),
    [("image", 4, ".Options.image }}'"), ("namespace", 1, '{{ .Namespace.Name }}"')],
)
def test_a_position_inside_a_quoted_scalar(
    blueprint: Blueprint, argument: str, column: int, text: str
) -> None:
    where = blueprint.position_in("backup", "dump", ("args", argument), 1, column)

    assert place(blueprint, where) == text


def test_a_folded_scalar_has_no_lines_so_its_beginning_is_given(blueprint: Blueprint) -> None:
    where = blueprint.position_in("backup", "dump", ("args", "command", 3), 1, 12)

    assert blueprint.lines[int(where.rsplit(":", 1)[1]) - 1].strip() == "folded"


def test_a_phase_by_its_name(blueprint: Blueprint) -> None:
    tidy = blueprint.phase("backup", "tidy")

    assert tidy == {"func": "KubeTask", "name": "tidy", "args": {}}
    assert blueprint.phase("backup", "absent") is None
    assert blueprint.phase("absent", "tidy") is None


HEAD = "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata: {name: x}\n"


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a: [", "1:5", "not valid YAML"),
        ("- a\n", "1:1", "expected a Blueprint, found a list"),
        ("", "", "found 0 documents"),
        ("kind: A\n---\nkind: B\n", "", "found 2 documents"),
        ("apiVersion: v1\nkind: Secret\n", "1:1", "expected cr.kanister.io/v1alpha1"),
        (
            "apiVersion: cr.kanister.io/v1alpha1\nkind: ActionSet\n",
            "2:1",
            "kind: expected Blueprint, found 'ActionSet'",
        ),
        (HEAD, "1:1", "expected at least one action, found nothing"),
        (HEAD + "actions: {}\n", "4:1", "expected at least one action"),
        (HEAD + "actions:\n  backup: 3\n", "5:3", "expected an action, found 3"),
        (HEAD + "actions:\n  a: {phases: {}}\n", "5:7", "phases: expected a list"),
        (HEAD + "actions:\n  a: {phases: [text]}\n", "5:16", "expected a phase, found a text"),
        (HEAD + "actions:\n  a: {}\n  a: {}\n", "6:3", "'a' stands here twice"),
        (HEAD.replace("{name: x}", "{}") + "actions: {a: {}}\n", "3:1", "metadata.name"),
    ],
)
def test_what_is_no_blueprint_is_refused_with_its_position(
    tmp_path: Path, text: str, position: str, message: str
) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(text)

    with pytest.raises(ScenarioError) as refused:
        read_blueprint(file)

    assert message in refused.value.message
    assert refused.value.where == f"{file}:{position}".rstrip(":")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        read_blueprint(tmp_path / "absent.yaml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_bytes(b"kind: x\n\xff\n")

    with pytest.raises(ScenarioError, match="not UTF-8") as refused:
        read_blueprint(file)

    assert refused.value.line == 2
