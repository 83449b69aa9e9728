"""`pytest-kanister try`, as far as no cluster is needed: guesses, refusals, copies, documents."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_kanister.__main__ import main
from pytest_kanister._cli.trying.advice import Advice, advise
from pytest_kanister._cli.trying.circles import circle_document, circles_for, kinds
from pytest_kanister._cli.trying.grading import losses
from pytest_kanister._cli.trying.plan import Wishes, make_plan, refusals
from pytest_kanister._cli.trying.running import Round
from pytest_kanister._data.proof import Diff
from pytest_kanister._data.proof.changes import Bounded, ObjectDiff, TableDiff
from pytest_kanister._kanister.blueprint import read_blueprint
from pytest_kanister._kanister.blueprint.guess import guess
from pytest_kanister._model.results import ScenarioResult, StepResult, Verdict
from pytest_kanister._scenario import load_scenarios

BESIDE = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))

Write = Callable[..., Path]
Capture = pytest.CaptureFixture[str]

_PHASE = """\
    phases:
    - func: KubeTask
      name: {name}
      args:
        image: {image}
        namespace: "{{{{ .{root}.Namespace }}}}"
        command: [bash, -c, {command!r}]
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a Blueprint of one phase for each action."""

    def written(
        *,
        root: str = "StatefulSet",
        image: str = "ghcr.io/kanisterio/mysql-sidecar:0.119.0",
        more: str = "",
        **commands: str,
    ) -> Path:
        text = "apiVersion: cr.kanister.io/v1alpha1\nkind: Blueprint\nmetadata:\n  name: mine\n"
        text += "actions:\n"
        for name, command in commands.items():
            text += f"  {name}:\n{more}" + _PHASE.format(
                name=f"{name}Phase", image=image, root=root, command=command
            )
            more = ""
        file = tmp_path / "mine.yaml"
        file.write_text(text)
        return file

    return written


DUMP, LOAD, REMOVE = "mysqldump -A | kando", "kando | mysql -u root", "kando location delete"


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}")
@pytest.mark.parametrize(
    ("path", "kind", "other"),
    [
        ("aws-rds-postgres/aws-rds-postgres-dump", "", "Amazon RDS"),
        ("cassandra/cassandra", "", "Cassandra"),
        ("couchbase/couchbase", "", "Couchbase"),
        ("csi-snapshot/csi-snapshot", "files", ""),
        ("elasticsearch-incremental/elasticsearch-incremental", "", "Elasticsearch"),
        ("elasticsearch/elasticsearch", "", "Elasticsearch"),
        ("foundationdb/blueprint-v2/foundationdb", "", "FoundationDB"),
        ("foundationdb/foundationdb", "", "FoundationDB"),
        ("k8ssandra/k8ssandra", "", "K8ssandra"),
        ("kafka-adobe-s3-connector/kafka", "", "Kafka"),
        ("maria/blueprint-v2/maria", "mariadb", ""),
        ("maria/maria", "mariadb", ""),
        ("mongodb-atlas/mongodb-atlas", "", "MongoDB Atlas"),
        ("mongodb-restic/mongodb-restic", "", "MongoDB"),
        ("mssql/mssql", "", "Microsoft SQL Server"),
        ("mysql/mysql", "mysql", ""),
        ("postgres-dep-config/postgres-dep-config", "postgresql", ""),
        ("postgres-rds-restore/postgres-rds-restore", "", "Amazon RDS"),
        ("postgres/postgres-start-stop", "postgresql", ""),
        ("postgres/v10.16.2/postgres", "postgresql", ""),
        ("postgresql-wale/postgresql-wale", "postgresql", ""),
        ("redis/redis", "redis", ""),
        ("time-log/time-log", "files", ""),
    ],
)
def test_what_the_public_ones_are_taken_for(path: str, kind: str, other: str) -> None:
    found = guess(read_blueprint(CORPUS / f"{path}-blueprint.yaml"))
    assert (found.kind, found.other) == (kind, other)
    assert found.clues or found.other_clues
    assert set(found.roles.values()) == {"backup", "restore", "delete"}


def test_a_key_of_mariadb_outweighs_mysql_s_dump_program(write: Write) -> None:
    command = f"x=mariadb-root-password; {DUMP}"
    found = guess(read_blueprint(write(backup=command, restore=LOAD)))
    assert found.kind == "mariadb"
    assert found.clues[0].where.endswith("mine.yaml:13:32")


def test_comments_and_images_alone(write: Write) -> None:
    image = "example.org/postgres-tools:1"
    file = write(image=image, backup="# mysqldump\nkando", restore="kando")
    found = guess(read_blueprint(file))
    assert found.kind == "postgresql"
    assert found.clues[0].what == "names postgres"


def test_nothing_says_what_it_is_for(write: Write, capsys: Capture) -> None:
    file = write(image="example.org/tools:1", backup="kando", restore="kando", delete="kando")
    assert main(["try", str(file)]) == 2
    assert "nothing in it says which database it is for" in capsys.readouterr().err


def test_actions_named_otherwise_are_renamed_in_a_copy(write: Write) -> None:
    file = write(nightlyDump=DUMP, recover=LOAD, purge=REMOVE)
    plan = make_plan(read_blueprint(file), Wishes())
    assert refusals(plan, Wishes()) is None
    assert plan.guess.roles == {"backup": "nightlyDump", "restore": "recover", "delete": "purge"}
    assert plan.text == file.read_text().replace("  nightlyDump:", "  backup:").replace(
        "  recover:", "  restore:"
    ).replace("  purge:", "  delete:")
    assert any("'recover' is run as 'restore'" in note for note in plan.notes)


def test_two_that_could_be_the_backup_are_none(write: Write, capsys: Capture) -> None:
    assert main(["try", str(write(dumpA=DUMP, dumpB=DUMP, restore=LOAD))]) == 2
    err = capsys.readouterr().err
    assert "expected an action 'backup', found dumpA, dumpB, restore" in err


def test_openshift_s_own_kind_is_refused_with_its_place(write: Write, capsys: Capture) -> None:
    file = write(root="DeploymentConfig", backup=DUMP, restore=LOAD)
    assert main(["try", str(file)]) == 2
    out, err = capsys.readouterr()
    assert "refused: it was not run" in out
    assert f"{file}:12:25: its object is a DeploymentConfig (apps.openshift.io/v1)" in err
    assert "only OpenShift has" in err


def test_everything_that_is_missing_is_told_at_once(write: Write, capsys: Capture) -> None:
    more = "    configMapNames: [settings]\n"
    command = f"{DUMP} {{{{ .Options.level }}}}"
    file = write(image="<registry>/<image>:<tag>", more=more, backup=command, restore=LOAD)
    assert main(["try", str(file)]) == 2
    err = capsys.readouterr().err
    assert "need a ConfigMap 'settings'" in err
    assert "need the option 'level'" in err
    assert "its image <registry>/<image>:<tag> is to be filled in" in err


def test_what_was_missing_can_be_given(write: Write) -> None:
    command = f"{DUMP} {{{{ .Options.level }}}}"
    file = write(image="<registry>/<image>:<tag>", backup=command, restore=LOAD)
    wishes = Wishes(images={"<registry>/<image>:<tag>": "mysql-tools:1"}, options={"level": "1"})
    plan = make_plan(read_blueprint(file), wishes)
    assert refusals(plan, wishes) is None
    assert plan.inputs == {"options": {"level": "1"}}
    assert plan.text is not None
    assert "<registry>" not in plan.text
    assert plan.text.count("mysql-tools:1") == 2


def test_a_secret_of_another_name_is_the_workload_s(write: Write) -> None:
    file = write(
        more="    secretNames: [dbcreds]\n",
        backup="psql {{ .Secrets.dbcreds.Data.password }}",
        restore="psql",
    )
    plan = make_plan(read_blueprint(file), Wishes())
    assert plan.inputs["secrets"] == {"dbcreds": {"name": "postgresql-store-postgresql"}}


def test_a_product_without_workload_is_named(write: Write, capsys: Capture) -> None:
    assert main(["try", str(write(backup="mongodump --archive", restore="mongorestore"))]) == 2
    out, err = capsys.readouterr()
    assert "guessed      MongoDB, because" in out
    assert "this is for MongoDB (has mongodump), and there is no workload of that kind" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--workload", "oracle"], "--workload: expected mysql or mariadb"),
        (["--image", "mine"], "--image: expected NAME=VALUE, found 'mine'"),
        (["--image", "mine=x"], "--image: expected one of ghcr.io/kanisterio/mysql-sidecar"),
        (["--save", "x.yaml"], "--save: expected a name that ends in .kanister.yaml"),
        (["--save", "nowhere/x.kanister.yaml"], "--save: there is no folder nowhere"),
        (
            ["--confirm", "kind", "--kanister-backend", "kind"],
            "--confirm: expected another kind of cluster than the first, which is kind",
        ),
    ],
)
def test_arguments_that_cannot_be_used(
    write: Write, capsys: Capture, arguments: list[str], told: str
) -> None:
    assert main(["try", str(write(backup=DUMP, restore=LOAD)), *arguments]) == 2
    assert told in capsys.readouterr().err


def test_nothing_is_overwritten(write: Write, tmp_path: Path, capsys: Capture) -> None:
    there = tmp_path / "x.kanister.yaml"
    there.write_text("mine")
    assert main(["try", str(write(backup=DUMP, restore=LOAD)), "--save", str(there)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert there.read_text() == "mine"


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("has_delete", [False, True])
def test_circles_are_valid_scenarios(
    kind: str, fast: bool, has_delete: bool, tmp_path: Path
) -> None:
    import yaml

    workload = {"kind": kind, "name": f"{kind}-store", "namespace": "shop"}
    documents = [
        circle_document(
            circle, name="b", workload=workload, blueprint="b.yaml", has_delete=has_delete
        )
        for circle in circles_for(kind, fast=fast)
    ]
    file = tmp_path / "x.kanister.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    for scenario in load_scenarios(file):
        words = [step.kind for step in scenario.steps]
        assert words.index("damage") < words.index("restore") < words.index("verify")
        assert ("delete" in words) is has_delete
        assert words.count("backup") == (1 if fast else 2)


def _round(tmp_path: Path, diff: Diff | None, *steps: StepResult) -> Round:
    import yaml

    (circle,) = circles_for("mysql", fast=True)
    document = circle_document(
        circle,
        name="b",
        workload={"kind": "mysql", "name": "s", "namespace": "n"},
        blueprint="b.yaml",
        has_delete=True,
    )
    file = tmp_path / "r.kanister.yaml"
    file.write_text(yaml.safe_dump(document))
    (scenario,) = load_scenarios(file)
    return Round(scenario, ScenarioResult("b", Verdict.DIFFERENT, steps, {}, (), 1.0), diff)


def _diff(*objects: ObjectDiff, tables: tuple[TableDiff, ...] = ()) -> Diff:
    return Diff(Bounded(tables), Bounded(objects), (), 1, 1)


def _advice(file: Path, found: Round) -> list[Advice]:
    blueprint = read_blueprint(file)
    return advise(blueprint, guess(blueprint).roles, "mysql", [found], ())


def test_without_lint_advice_points_at_the_program(write: Write, tmp_path: Path) -> None:
    file = write(backup=DUMP, restore=LOAD, delete=REMOVE)
    lost = ObjectDiff("event", ("shop", "daily"), "missing")
    later = ObjectDiff("database", ("later",), "extra")
    dump, load = _advice(file, _round(tmp_path, _diff(lost, later)))
    assert (dump.where, dump.what) == (f"{file}:13:30", "mysqldump")
    assert dump.remedy == "add --routines and --events to the dump"
    assert (load.where, load.what) == (f"{file}:21:38", "mysql")
    assert "drop the databases" in load.remedy


def test_a_failed_action_s_last_words_are_the_reason(write: Write, tmp_path: Path) -> None:
    file = write(backup=DUMP, restore=LOAD, delete=REMOVE)
    detail = f"x failed\n  phase  p\n  blueprint  {file}:15:7\n  Kanister says:\n"
    detail += "    | ERROR: no such thing\n    | exit code 2 (Error)\n"
    step = StepResult("restore", Verdict.DIFFERENT, "x failed", 1.0, detail=detail)
    (advice,) = _advice(file, _round(tmp_path, None, step))
    assert advice.seen == "restore failed: ERROR: no such thing"
    assert advice.where == f"{file}:15:7"


def test_without_the_extra_lint_says_so_and_goes_on(
    write: Write, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pytest_kanister._cli.trying.attempt.is_available", lambda: False)
    assert main(["try", str(write(root="DeploymentConfig", backup=DUMP, restore=LOAD))]) == 2
    out, err = capsys.readouterr()
    assert "scripts were not read: pip install 'pytest-kanister[lint]'" in out
    assert "DeploymentConfig" in err


def test_losses_are_counted_by_class_and_rows_too_many_are_told_apart() -> None:
    table = TableDiff(("shop", "t"), "changed", 9, 10, missing_rows=2, extra_rows=3)
    events = [ObjectDiff("event", ("shop", name), "missing") for name in "abcd"]
    told = [str(loss) for loss in losses(_diff(*events, tables=(table,)))]
    assert told == [
        "1 table changed: shop.t (rows: 2 missing)",
        "1 table fuller: shop.t (rows: 3 extra)",
        "4 events missing: shop.a, shop.b, shop.c, … 1 more",
    ]
