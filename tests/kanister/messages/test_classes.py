"""How each class of the taxonomy builds its text, with every field filled and with few."""

from __future__ import annotations

from typing import Any

from pytest_kanister import errors
from tests.kanister.messages.agreement import FOLDER, agree

PLACE: dict[str, Any] = {"file": "shop.kanister.yaml", "line": 7, "column": 5}
SET = {"namespace": "kanister", "action": "backup", "message": "null: Failed to exec\nstdout: a"}
EXAMPLES: list[errors.KanisterHarnessError] = [
    errors.UsageProblem("--kanister-backend: expected embedded or kubeconfig, found minikube"),
    errors.ScenarioError("spec.steps[2]: expected a step, found null", **PLACE, remedy="drop it"),
    errors.ScenarioError("expected a mapping, found a list", file="shop.kanister.yaml"),
    errors.VacuousScenario("the damage changed nothing", **PLACE, remedy="damage what is seeded"),
    errors.EnvironmentProblem(
        "mysqld: expected version 9.7, found none",
        remedies=["install it", "give its folder: --kanister-servers"],
        looked=["/usr/sbin/mysqld", "PATH"],
        evidence="first line\nlast line\n",
    ),
    errors.EnvironmentProblem("no memory left", remedies=["close something"]),
    errors.ApiError(503, "ServiceUnavailable", "the server is going down"),
    errors.NotFound(404, "NotFound", 'pods "p" not found'),
    errors.AlreadyExists(409, "AlreadyExists", 'pods "p" already exists'),
    errors.Conflict(409, "Conflict", "the object has been modified"),
    errors.Invalid(422, "Invalid", 'Pod "p" is invalid: spec.containers: Required value'),
    errors.BadRequest(400, "BadRequest", "container c is not valid for pod p"),
    errors.Gone(410, "Expired", "too old resource version"),
    errors.ActionSetFailed(
        "backup-x7k2q",
        **SET,
        phase="dump",
        where="mysql-blueprint.yaml:12:7",
        evidence="mysqldump: Got error: 1045",
        remedies=["see the pod's events"],
    ),
    errors.ActionSetFailed("backup-x7k2q", **{**SET, "message": ""}),
    errors.ActionSetTimeout("backup-x7k2q", **{**SET, "message": "state running after 60 s"}),
    errors.BlueprintDenied(
        "mysql-blueprint", **{**SET, "message": "raw"}, told="a phase's name is used twice"
    ),
    errors.RoundTripMismatch("shop.accounts: 1 row is missing", "  - (3, 'c')"),
    errors.RoundTripMismatch("shop.accounts differs", ""),
    errors.Unverified("users could not be compared: no right to read mysql.user"),
    errors.HarnessBug("no such state"),
]


def test_each_class_is_as_reviewed() -> None:
    blocks = [f"{type(error).__name__}\n{_indented(str(error))}" for error in EXAMPLES]
    agree(FOLDER / "classes.txt", "\n".join(blocks))


def test_no_class_is_left_out() -> None:
    never_raised = {"ActionSetError", "KanisterHarnessError", "ScenarioErrors"}
    shown = {type(error).__name__ for error in EXAMPLES}
    assert set(errors.__all__) - shown <= never_raised


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
