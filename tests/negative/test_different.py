"""Backups and restores that end well and are wrong: told as different, never as passed."""

from __future__ import annotations

import pytest

from tests.negative.circle import Circle, Edit
from tests.negative.golden import agree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("negative")]

LOAD = "| sql --max-allowed-packet=1G\n          trap - EXIT\n"
UPLOAD = "if ! dump | gzip -c | kando location push"


def afterwards(statement: str) -> Edit:
    """A restore that does something more at its end."""
    more = f'          sql --execute="{statement}"\n'
    return LOAD, LOAD + more


# What the edits do to the Blueprint, the step that must notice, what the message must name.
CASES: dict[str, tuple[Edit, str, str]] = {
    "restore does nothing": (
        (LOAD, "> /dev/null\n          trap - EXIT\n"),
        "verify",
        "myImportantData",
    ),
    "one row less": (
        afterwards("DELETE FROM myImportantData.Accounts WHERE name = 'edwin'"),
        "verify",
        "edwin",
    ),
    "one balance changed": (
        afterwards("UPDATE myImportantData.Accounts SET balance = 1 WHERE name = 'nick'"),
        "verify",
        "nick",
    ),
    "a row doubled": (
        afterwards("INSERT INTO myImportantData.Accounts VALUES ('alfred', 358)"),
        "verify",
        "alfred",
    ),
    "dump cut in the middle": (
        (
            UPLOAD,
            UPLOAD.replace("if !", "set +o pipefail; if !").replace("gzip", "head -c 4000 | gzip"),
        ),
        "backup",
        "Dump completed",
    ),
    "dump cut in the middle and its end put back": (
        (UPLOAD, UPLOAD.replace("gzip", "sed \"s/,('bartholomew'.*/;/\" | gzip")),
        "verify",
        "bartholomew",
    ),
    "empty stream uploaded": (
        (UPLOAD, "if ! true | kando location push"),
        "backup",
        "empty",
    ),
    "empty stream compressed and uploaded": (
        (UPLOAD, "if ! true | gzip -c | kando location push"),
        "backup",
        "holds nothing",
    ),
}


def test_the_unedited_blueprint_passes(circle: Circle) -> None:
    ended = circle()

    assert ended.result.verdict.exit_code == 0, ended.text
    assert ended.last == ("verifyDeleted", "proven")


@pytest.mark.parametrize("name", CASES)
def test_is_told_as_different(circle: Circle, name: str) -> None:
    edit, step, says = CASES[name]

    ended = circle(edit)

    assert ended.last == (step, "different"), ended.text
    assert ended.result.verdict.exit_code == 1
    assert says in ended.text
    agree(name.replace(" ", "-"), ended.text)
