"""Restores whose errors do not fail the phase, and dumps that are changed on their way.

Source of the rules: the manuals of psql, sqlcmd, mysql and redis-cli.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import Call, calls, flow_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.model import Problem
    from pytest_kanister._kanister.blueprint.lint.shell.model import Pipeline
    from pytest_kanister._kanister.blueprint.lint.shell.scripts import Script
    from pytest_kanister._kanister.blueprint.lint.view import View

_PULL = 'kando location pull --profile "${profile}" --path "${path}" -'
_EDITORS = names("sed awk gawk perl tr grep egrep cut iconv")
_DUMPERS = frozenset(
    ["mysqldump", "mariadb-dump", "pg_dump", "pg_dumpall", "mongodump", "redis-dump", "elasticdump"]
)
_LOADERS = names("mysql mariadb psql sqlcmd mongorestore redis-cli pg_restore cqlsh elasticdump")


@rule(
    "KB551",
    "psql-goes-on-after-errors",
    "error",
    summary="psql reads statements and goes on after the ones that fail.",
    why="Without ON_ERROR_STOP psql ends with status 0 whatever failed: a restore that loaded half "
    "of the data is complete for Kanister.",
    remedy="Add `-v ON_ERROR_STOP=1` (and `--single-transaction` where the dump allows it).",
    bad=scripts(restore=f"{_PULL} | gunzip | psql -q -U postgres"),
    good=scripts(restore=f"{_PULL} | gunzip | psql -q -v ON_ERROR_STOP=1 -U postgres"),
    needs_shell=True,
)
def psql_goes_on_after_errors(view: View) -> Iterator[Problem]:
    """Psql without `-c`, without the variable on the command line, in PSQLRC's stead or in SQL."""
    for call in calls(view, "psql"):
        if call.has("-l", "--list", "--version", "-V"):
            continue
        only_commands = call.has("-c", "--command") and not call.has("-f", "--file")
        text = " ".join(call.argv)
        if only_commands or "ON_ERROR_STOP" in text:
            continue
        if "ON_ERROR_STOP" in call.script.text and call.command.pipeline is not None:
            first = call.command.pipeline.members[0]
            if first is not None and "ON_ERROR_STOP" in " ".join(w.literal for w in first.words):
                continue
        yield call.problem("psql goes on after errors and ends with status 0")


@rule(
    "KB552",
    "sqlcmd-ignores-errors",
    "error",
    summary="sqlcmd without `-b` succeeds whatever the server says.",
    why="A failed BACKUP or RESTORE DATABASE does not fail the phase.",
    remedy="Add `-b`.",
    bad=scripts(backup="sqlcmd -S db -i /sql/backup.sql"),
    good=scripts(backup="sqlcmd -b -S db -i /sql/backup.sql"),
    needs_shell=True,
)
def sqlcmd_ignores_errors(view: View) -> Iterator[Problem]:
    """`-b`, also among other letters."""
    for call in calls(view, "sqlcmd"):
        if not any(word == "-b" for word in call.argv) and not call.has("-?", "--version"):
            yield call.problem("a failed statement does not fail sqlcmd: add -b")


@rule(
    "KB553",
    "redis-cli-ignores-errors",
    "error",
    summary="redis-cli reads commands from stdin and succeeds whatever they answer.",
    why="Commands that the server refused are lost without a trace.",
    remedy="Use `redis-cli --pipe`, which counts errors and fails, `-e` (7.0 or newer), or restore "
    "the RDB file.",
    bad=scripts(restore=f"{_PULL} | gunzip | redis-cli -h db"),
    good=scripts(restore=f"{_PULL} | gunzip | redis-cli -h db --pipe"),
    needs_shell=True,
)
def redis_cli_ignores_errors(view: View) -> Iterator[Problem]:
    """redis-cli behind a pipe or with `<`."""
    for call in calls(view, "redis-cli"):
        fed = call.command.position > 0 or any(r.operator == "<" for r in call.command.redirects)
        if fed and not any(word in ("--pipe", "-x", "-X", "-e") for word in call.argv):
            yield call.problem("redis-cli ends with status 0 whatever the server answers")


@rule(
    "KB554",
    "client-forced",
    "error",
    summary="The MySQL client is told to go on after errors.",
    why="What failed is only in the log, and the rest is loaded over it.",
    remedy="Leave it out; mend what fails.",
    bad=scripts(restore=f"{_PULL} | gunzip | mysql --force -h db"),
    good=scripts(restore=f"{_PULL} | gunzip | mysql -h db"),
    needs_shell=True,
)
def client_forced(view: View) -> Iterator[Problem]:
    """`-f`, `--force` of mysql and mysqldump."""
    for call in calls(view, "mysql", "mariadb", "mysqldump", "mariadb-dump"):
        if any(word in ("-f", "--force") for word in call.argv):
            yield call.problem(f"{call.program} goes on after errors")


@rule(
    "KB555",
    "dump-edited",
    "error",
    summary="A dump is edited as text on its way.",
    why="The editor does not know data from SQL: rows that hold the same text are changed too, and "
    "nothing tells.",
    remedy="Dump with options that need no editing, or use client and server of one version.",
    bad=scripts(restore=f"{_PULL} | gunzip | sed 's/OLD/NEW/' | psql -v ON_ERROR_STOP=1"),
    good=scripts(restore=f"{_PULL} | gunzip | psql -v ON_ERROR_STOP=1"),
    needs_shell=True,
)
def dump_edited(view: View) -> Iterator[Problem]:
    """sed, awk and their like between a dump and what takes it."""
    for script in view.scripts:
        for pipeline in script.program.pipelines:
            members = _members(script, pipeline)
            for number, member in enumerate(members):
                if member is None or member.program not in _EDITORS:
                    continue
                before, after = members[:number], members[number + 1 :]
                if any(map(_gives_dump, before)) and any(map(_takes_dump, after)):
                    yield member.problem(f"{member.program} changes data that looks like it")


def _members(script: Script, pipeline: Pipeline) -> list[Call | None]:
    flow = flow_of(script)
    return [Call(script, c, flow) if c is not None else None for c in pipeline.members]


def _gives_dump(call: Call | None) -> bool:
    if call is None:
        return False
    return call.program in _DUMPERS or (call.program == "kando" and "pull" in call.argv)


def _takes_dump(call: Call | None) -> bool:
    if call is None:
        return False
    return call.program in _LOADERS or (call.program == "kando" and "push" in call.argv)


@rule(
    "KB556",
    "name-cut-at-dot",
    "warning",
    summary="A name is cut at its first dot.",
    why="A database whose name holds a dot is restored under another one, or not at all.",
    remedy="Take the suffix off instead: `name=${file%.bak}`.",
    bad=scripts(
        restore='for file in /dump/*; do\n  load-it "$(basename "${file}" | cut -d. -f1)"\ndone'
    ),
    good=scripts(restore='for file in /dump/*; do\n  load-it "$(basename "${file}" .bak)"\ndone'),
    needs_shell=True,
)
def name_cut_at_dot(view: View) -> Iterator[Problem]:
    """`cut -d. -f1` and `${x%%.*}` of names of files."""
    for call in calls(view, "cut"):
        if call.value("-d", "--delimiter") == "." and call.value("-f", "--fields") == "1":
            yield call.problem("a name that holds a dot is cut short")
