"""Programs called in a way that does not do what was meant.

Source of the rules: bash's manual (errexit, pipefail, the status of `export`, of `for` and of
`&`), dash's lack of pipefail, kubectl's and curl's options.  Over 300 lines: each rule brings its
two examples.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import calls, is_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Word
    from pytest_kanister._kanister.blueprint.lint.view import View

_PULL = 'kando location pull --profile "${profile}" --path "${path}" -'
_CONSTANT_OPTION = re.compile(r"^\s+-")
_UNDERSCORED = re.compile(
    r"(pg|mysql|mariadb|mongo|redis|clickhouse|cassandra|backup|restore|docker|aws|gcloud|kafka|"
    r"etcd|influx|neo4j|es|rabbitmq|ssh|update|db|sqlite|vault|consul|run|innobackupex|xtra)_|_(ctl|"
    r"dump|restore|server|client|agent|cli|tool)$"
)


@rule(
    "KB308",
    "curl-without-fail",
    "error",
    summary="curl is called without `--fail`, and nothing looks at its answer.",
    why="curl succeeds on every answer of the server, 404 and 500 too.",
    remedy="Add `--fail` (or `--fail-with-body`), or read the answer.",
    bad=scripts(restore='curl -s -X POST "http://server/_restore"'),
    good=scripts(restore='curl -s --fail -X POST "http://server/_restore"'),
    needs_shell=True,
)
def curl_without_fail(view: View) -> Iterator[Problem]:
    """Curl alone in its pipeline and in no substitution."""
    for call in calls(view, "curl"):
        pipeline = call.command.pipeline
        alone = pipeline is None or call.command is pipeline.members[-1]
        if call.has("--fail", "-f", "--fail-with-body", "--fail-early") or not alone:
            continue
        if call.command.substitution or call.has("-w", "--write-out"):
            continue
        yield call.problem("curl succeeds on HTTP errors: add --fail")


@rule(
    "KB309",
    "tls-not-verified",
    "warning",
    summary="A script switches the verification of TLS certificates off.",
    why="Anybody on the way can read the password and change the backup.",
    remedy="Give the authority's certificate (`--cacert`, NODE_EXTRA_CA_CERTS …), or make it "
    "depend on `.Profile.SkipSSLVerify`.",
    bad=scripts(restore='curl -sk --fail "https://server/_restore"'),
    good=scripts(restore='curl -s --cacert /ca.crt --fail "https://server/_restore"'),
    needs_shell=True,
)
def tls_not_verified(view: View) -> Iterator[Problem]:
    """Options and variables that do so, unless the Profile asks for it."""
    for call in calls(view):
        command = call.command
        if any("SkipSSLVerify" in text for text in call.script.conditions(command.start)):
            continue
        for assignment in command.assignments:
            values = [word.literal for word in assignment.words]
            if assignment.name == "NODE_TLS_REJECT_UNAUTHORIZED" and values == ["0"]:
                place = call.script.place(assignment.start, assignment.end)
                yield Problem(place, "certificates are not verified")
        off = {"curl": ("-k", "--insecure"), "wget": ("--no-check-certificate",)}
        options = (*off.get(call.program, ()), "--no-verify-ssl", "--insecure-skip-tls-verify")
        # An option in an array may stand under a condition of its own.
        written = [word.literal for word in command.words[1:]]
        if call.program and any(is_option(text, option) for text in written for option in options):
            yield call.problem(f"{call.program} does not verify certificates")


@rule(
    "KB310",
    "exec-with-terminal",
    "warning",
    summary="`kubectl exec -t` in a script.",
    why="There is no terminal: kubectl warns, and a program that gets one mixes stderr into stdout "
    "and turns line ends into CR LF.",
    remedy="Leave `-t` out; `-i` only where something is piped in.",
    bad=scripts(restore="kubectl exec -it pod -- true"),
    good=scripts(restore="kubectl exec pod -- true"),
    needs_shell=True,
)
def exec_with_terminal(view: View) -> Iterator[Problem]:
    """`-t`, `-it`, `-ti`, `--tty` between `exec` and `--`."""
    for call in calls(view):
        words = [text for text, _ in call.flow.words(call.command)]
        if not words or words[0].rsplit("/", 1)[-1] not in ("kubectl", "oc") or "exec" not in words:
            continue
        own = words[: words.index("--")] if "--" in words else words
        if any(word in ("-t", "-it", "-ti", "--tty", "--tty=true") for word in own):
            yield call.problem("there is no terminal here: leave -t out")


@rule(
    "KB311",
    "unknown-function-called",
    "warning",
    summary="A script calls what looks like a function and defines none of that name.",
    why="Command not found: under errexit the phase fails there, otherwise it goes on without.",
    remedy="Define the function in this script; functions of other phases are not there. If it is "
    "a program of the image, silence the rule and say so.",
    bad=scripts(backup='print_debug "starting"\ndump-it'),
    good=scripts(backup='print_debug() { printf "%s\\n" "$1"; }\nprint_debug "starting"\ndump-it'),
    needs_shell=True,
)
def unknown_function_called(view: View) -> Iterator[Problem]:
    """Names with `_` that are neither functions here nor of the known families of programs."""
    for script in view.scripts:
        names = {c.name for c in script.program.commands}
        sources = bool(names & {"source", "."})
        for call in calls([script]):
            name = call.command.name
            if "_" not in name or sources or not call.program or "/" in name:
                continue
            if name in script.program.functions or _UNDERSCORED.search(name):
                continue
            if call.command.words[0].is_plain:
                message = f"{name} is no function of this script and no program we know"
                yield call.problem(message)


@rule(
    "KB312",
    "option-with-blank",
    "error",
    summary="An option begins with a blank inside quotes.",
    why='As an element of an array it reaches the program as " --option", which is no option.',
    remedy="Take the blank out.",
    bad=scripts(backup='args=()\nargs+=(" --verbose")\ndump-it "${args[@]}"'),
    good=scripts(backup='args=()\nargs+=("--verbose")\ndump-it "${args[@]}"'),
    needs_shell=True,
)
def option_with_blank(view: View) -> Iterator[Problem]:
    """Elements of arrays that are expanded in quotes, and quoted arguments."""
    for script in view.scripts:
        program = script.program
        quoted = {
            part.text
            for command in program.commands
            for word in command.words
            for part in word.parts
            if part.kind == "variable" and part.quoting == "double"
        }
        quoted |= {
            part.text
            for assignment in program.assignments
            if assignment.is_array
            for word in assignment.words
            for part in word.parts
            if part.kind == "variable" and part.quoting == "double"
        }
        words: list[Word] = [
            word
            for assignment in program.assignments
            if assignment.is_array and assignment.name in quoted
            for word in assignment.words
        ]
        words += [
            word
            for command in program.commands
            if command.name not in ("echo", "printf", "")
            for word in command.words[1:]
        ]
        for word in words:
            is_quoted = bool(word.parts) and word.parts[0].quoting in ("double", "single")
            if is_quoted and _CONSTANT_OPTION.match(word.literal) and "\n" not in word.literal:
                shown = word.literal.split()[0].split("=")[0].replace("\0", "…")
                message = f"the blank before {shown} is part of the argument"
                yield Problem(script.place(word.start, word.end), message)


@rule(
    "KB313",
    "option-without-value",
    "error",
    summary="A command ends in an option that needs a value.",
    why="The program stops with a usage error, or takes the next line for the value.",
    remedy="Give the value.",
    bad=scripts(restore=f"{_PULL} | psql -v ON_ERROR_STOP=1 -U postgres -d"),
    good=scripts(restore=f"{_PULL} | psql -v ON_ERROR_STOP=1 -U postgres -d postgres"),
    needs_shell=True,
)
def option_without_value(view: View) -> Iterator[Problem]:
    """Last arguments of clients whose options are known."""
    needs = {
        "psql": "-d -h -p -U -f -c -v --dbname --host --port --username --file --command",
        "pg_dump": "-d -h -p -U -f -n -t",
        "pg_dumpall": "-d -h -p -U -f -l",
        "pg_restore": "-d -h -p -U -f -n -t",
        "mysql": "-h -P -u -D -e",
        "mysqldump": "-h -P -u -r",
        "mongodump": "-h -u -d -c --uri --db --collection",
        "mongorestore": "-h -u -d -c --uri --db --collection",
        "redis-cli": "-h -p -n -u",
        "sqlcmd": "-S -U -P -Q -q -i -o -d",
        "kando": "--path --profile -s -p",
    }
    for call in calls(view, *needs):
        if len(call.argv) > 1 and call.argv[-1] in needs[call.program].split():
            message = f"{call.argv[-1]} has no value"
            yield call.problem_at(call.command.words[-1], message)
