"""Dumps that are complete for their program and still leave something out.

Source of the rules: the manuals of mysqldump, mariadb-dump, pg_dump, sqlcmd, elasticdump.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import Call, calls, flow_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Part, Word
    from pytest_kanister._kanister.blueprint.lint.shell.resolving import Flow
    from pytest_kanister._kanister.blueprint.lint.view import ActionView, View

_MYSQL = ("mysqldump", "mariadb-dump")
_MYSQL_CLIENTS = ("mysql", "mariadb", "mysqladmin", "mariadb-admin")
_WHOLE = "--all-databases --single-transaction --flush-privileges"
_CODE = "--routines --events"
_LISTING = frozenset({"mysql", "mariadb", "psql", "sqlcmd", "mongo", "mongosh"})
_NOT_DATA = ("--no-data", "-d", "--tables")
_SCHEMAS = re.compile(r"not\s+in\s*\(([^)]*)\)", re.IGNORECASE)


def _dumps(action: ActionView) -> list[Call]:
    return [call for call in calls(action, *_MYSQL) if not call.has("--help", "--version", "-V")]


def _backup(command: str) -> str:
    return f'{command} | gzip | kando location push --profile "${{profile}}" --path "${{path}}" -'


@rule(
    "KB501",
    "dump-loses-code",
    "error",
    summary="mysqldump leaves stored procedures, functions and events out.",
    why="Neither is dumped unless asked for; since MySQL 8 they are no rows of the schema mysql "
    "any more. The restore is complete and the applications fail.",
    remedy="Add `--routines --events` (triggers are dumped by default).",
    bad=scripts(backup=_backup(f"mysqldump -h db {_WHOLE}")),
    good=scripts(backup=_backup(f"mysqldump -h db {_WHOLE} {_CODE}")),
    needs_shell=True,
)
def dump_loses_code(view: View) -> Iterator[Problem]:
    """Per action: another mysqldump of it may dump the code by itself."""
    for action in view.actions:
        found = _dumps(action)
        wanted = {"routines": ("--routines", "-R"), "events": ("--events", "-E")}
        missing = [w for w, o in wanted.items() if not any(call.has(*o) for call in found)]
        for call in found:
            if missing and not any(word in _NOT_DATA for word in call.argv):
                yield call.problem(f"{call.program} leaves out {' and '.join(missing)}")
            if call.has("--skip-triggers"):
                yield call.problem(f"{call.program} leaves out triggers")


@rule(
    "KB502",
    "dump-loses-accounts",
    "warning",
    summary="The dump holds databases, but no accounts and rights.",
    why="After a loss of the server nobody can log in, or rights are missing.",
    remedy="mysqldump `--all-databases` (MariaDB: also `--system=users`), pg_dumpall or beside "
    "pg_dump `pg_dumpall --globals-only`; for SQL Server script the logins.",
    bad=scripts(backup=_backup(f"mysqldump -h db --single-transaction {_CODE} --databases shop")),
    good=scripts(
        backup=_backup(f"mysqldump -h db --single-transaction {_CODE} --databases shop mysql")
    ),
    needs_shell=True,
)
def dump_loses_accounts(view: View) -> Iterator[Problem]:
    """Per action: another command of it may save them by itself."""
    for action in view.actions:
        every = list(calls(action))
        texts = [" ".join(call.argv) for call in every]
        if any("SHOW GRANTS" in text.upper() or "--system=" in text for text in texts):
            continue
        programs = {call.program for call in every}
        dumps = _dumps(action)
        whole = [c for c in dumps if c.has("--all-databases", "-A") or "mysql" in c.argv[1:]]
        if dumps and not whole and not any(c.program.startswith("pt-") for c in every):
            for call in dumps:
                yield call.problem(f"{call.program} of single databases saves no accounts")
        if "pg_dump" in programs and "pg_dumpall" not in programs:
            for call in every:
                if call.program == "pg_dump":
                    yield call.problem("pg_dump saves no roles")
        for call in every:
            statement = _statement(call)
            if call.program == "sqlcmd" and "'master'" in statement and _SCHEMAS.search(statement):
                yield call.problem("without master and msdb there are no logins and no jobs")


def _statement(call: Call) -> str:
    return " ".join(call.argv[1:])


@rule(
    "KB503",
    "accounts-not-loaded",
    "warning",
    summary="The dump replaces the grant tables and nothing makes the server read them.",
    why="Restored accounts and passwords have no effect before the server is started again.",
    remedy="Dump with `--flush-privileges`, or run `FLUSH PRIVILEGES` after the restore.",
    bad=scripts(backup=_backup(f"mysqldump -h db --all-databases --single-transaction {_CODE}")),
    good=scripts(backup=_backup(f"mysqldump -h db {_WHOLE} {_CODE}")),
    needs_shell=True,
)
def accounts_not_loaded(view: View) -> Iterator[Problem]:
    """`--all-databases` without either."""
    flushed = any(
        "flush-privileges" in " ".join(call.argv).lower()
        or "flush privileges" in _said(call).lower()
        for call in calls(view, *_MYSQL_CLIENTS)
    ) or any("flush privileges" in script.text.lower() for script in view.scripts)
    for call in calls(view, *_MYSQL):
        if call.has("--all-databases", "-A") and not call.has("--flush-privileges") and not flushed:
            yield call.problem("restored accounts take effect only when the server restarts")


def _said(call: Call) -> str:
    return " ".join(call.argv)


@rule(
    "KB504",
    "dump-not-consistent",
    "error",
    summary="mysqldump reads table after table without one point in time.",
    why="Rows written during the dump are in some tables and not in others.",
    remedy="Add `--single-transaction` (InnoDB), or `--lock-all-tables`.",
    bad=scripts(backup=_backup(f"mysqldump -h db --all-databases --flush-privileges {_CODE}")),
    good=scripts(backup=_backup(f"mysqldump -h db {_WHOLE} {_CODE}")),
    needs_shell=True,
)
def dump_not_consistent(view: View) -> Iterator[Problem]:
    """Neither option, nor `--master-data` and `--source-data`, which lock.

    `--lock-tables` locks each database by itself: enough for one whose name is the argument.
    """
    options = (
        *("--single-transaction", "--lock-all-tables", "-x", "--master-data", "--source-data"),
        "--dump-slave",
    )
    for action in view.actions:
        for call in _dumps(action):
            several = call.has("--databases", "-B", "--all-databases", "-A")
            if call.has("--lock-tables") and not several:
                continue
            if not call.has(*options) and not any(word in _NOT_DATA for word in call.argv):
                yield call.problem("each table is read at another moment")


@rule(
    "KB505",
    "system-schema-dumped",
    "warning",
    summary="A list of databases leaves out the system's schemas but not `sys`.",
    why="Newer MySQL and MariaDB servers have it; its views are then dumped as if they were data.",
    remedy="Leave out `sys` as well.",
    bad=scripts(
        backup="""names=$(mysql -h db -Ne "select schema_name from information_schema.schemata """
        """where schema_name not in ('mysql','information_schema','performance_schema')")"""
        '\nprintf "%s" "${names}"'
    ),
    good=scripts(
        backup="""names=$(mysql -h db -Ne "select schema_name from information_schema.schemata """
        """where schema_name not in ('mysql','information_schema','performance_schema','sys')")"""
        '\nprintf "%s" "${names}"'
    ),
    needs_shell=True,
)
def system_schema_dumped(view: View) -> Iterator[Problem]:
    """The SQL text of the client's `-e`."""
    for call in calls(view, "mysql", "mariadb"):
        text = " ".join(call.argv[1:]).lower()
        listed = "information_schema" in text and "performance_schema" in text
        if listed and "not in" in text and not re.search(r"['\"]sys['\"]", text):
            yield call.problem("the schema sys is not left out")


@rule(
    "KB506",
    "names-split-at-blanks",
    "warning",
    summary="Names of databases are taken apart at blanks.",
    why="A name may hold a blank (and a `*`); such a database is not backed up, or the loop works "
    "on names that do not exist.",
    remedy="Read line by line: `while IFS= read -r name; do …; done`, after the listing was "
    "assigned to a variable of its own.",
    bad=scripts(
        backup='for name in $(mysql -h db -Ne "show databases"); do\n  dump-it "${name}"\ndone'
    ),
    good=scripts(
        backup="""\
        names=$(mysql -h db -Ne "show databases")
        while IFS= read -r name; do
          dump-it "${name}"
        done <<<"${names}\""""
    ),
    needs_shell=True,
)
def names_split_at_blanks(view: View) -> Iterator[Problem]:
    """`for` over the output of a database client, directly or through a variable."""
    for script in view.scripts:
        flow = flow_of(script)
        for _, words, _ in script.program.loops:
            for word in words:
                for part in _unquoted(flow, word):
                    programs = [flow.argv(c)[:1] for c in part.commands]
                    found = [name[0] for name in programs if name and name[0] in _LISTING]
                    if found:
                        place = script.place(word.start, word.end)
                        yield Problem(place, f"names from {found[0]} are split at blanks")


def _unquoted(flow: Flow, word: Word) -> Iterator[Part]:
    for part in word.parts:
        if part.quoting != "none":
            continue
        if part.kind == "substitution":
            yield part
        elif part.kind == "variable":
            for assignment in flow.assignments(part.text):
                for value in assignment.words:
                    yield from (inner for inner in value.parts if inner.kind == "substitution")


@rule(
    "KB507",
    "empty-list-of-databases",
    "warning",
    summary="`--databases` is followed by a list that may be empty.",
    why="A server without databases of its own makes mysqldump stop with a usage error: the "
    "backup of a fresh server fails.",
    remedy='Ask first: `[[ -n "${list}" ]]`.',
    bad=scripts(
        backup=_backup(
            f"mysqldump -h db --single-transaction {_CODE} --system=users --databases ${{names}}"
        ),
    ),
    good=scripts(
        backup='[[ -n "${names}" ]]\n'
        + _backup(
            f"mysqldump -h db --single-transaction {_CODE} --system=users --databases ${{names}}"
        ),
    ),
    needs_shell=True,
)
def empty_list_of_databases(view: View) -> Iterator[Problem]:
    """A variable alone behind `--databases` that nothing tests."""
    for script in view.scripts:
        tested = {
            part.text
            for command in script.program.commands
            if command.name in ("[", "[[", "test")
            for word in command.words
            for part in word.parts
            if part.kind == "variable"
        }
        for call in calls([script]):
            for option in ("--databases", "-B"):
                argv = [text for text, _ in call.flow.words(call.command)]
                if call.program not in _MYSQL or option not in argv:
                    continue
                following = "".join(argv[argv.index(option) + 1 :]).replace("\0", "").strip()
                names = _variables(call)
                if not following and names and not names & tested:
                    yield call.problem("where the list is empty, mysqldump stops")


def _variables(call: Call) -> set[str]:
    """Variables that end the command line, through one that holds the whole of it."""
    # An array that is empty at first has no words of its own yet: its name stands in the command.
    written = (part for word in call.command.words for part in word.parts)
    found = {part.text for part in written if part.kind == "variable"}
    for _, word in call.flow.words(call.command):
        for part in word.parts:
            if part.kind == "variable":
                found.add(part.text)
                for assignment in call.flow.assignments(part.text):
                    found |= {
                        p.text for w in assignment.words for p in w.parts if p.kind == "variable"
                    }
    return found


@rule(
    "KB508",
    "dump-loses-definitions",
    "error",
    summary="elasticdump saves documents only.",
    why="Its default type is `data`: mappings, settings, aliases and templates are lost, and the "
    "restore guesses the fields' types anew.",
    remedy="Run it for `--type=settings`, `mapping`, `alias` and `template` too, or take a "
    "snapshot of the cluster.",
    bad=scripts(backup="elasticdump --input=http://db:9200 --output=/data.json"),
    good=scripts(
        backup="""\
        for type in settings mapping alias template data; do
          elasticdump --type="${type}" --input=http://db:9200 --output="/${type}.json"
        done"""
    ),
    needs_shell=True,
)
def dump_loses_definitions(view: View) -> Iterator[Problem]:
    """Per action: no elasticdump with a type other than data."""
    for action in view.actions:
        found = list(calls(action, "elasticdump"))
        types = {call.value("--type") or "data" for call in found}
        if found and types == {"data"}:
            for call in found:
                yield call.problem("only documents: no mapping, settings, aliases, templates")
