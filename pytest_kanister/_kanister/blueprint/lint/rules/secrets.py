"""Secrets: where they can be read, and what they break.

What is not reported: that the Profile and the Secrets stand in the pod's `command`.  A Blueprint
has no other way to hand the Profile to kando.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.rules.declaring import blueprint, rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import Call, calls, flow_of
from pytest_kanister._kanister.blueprint.lint.shell.resolving import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_kanister._kanister.blueprint.lint.shell.model import Command, Part
    from pytest_kanister._kanister.blueprint.lint.shell.scripts import Script
    from pytest_kanister._kanister.blueprint.lint.view import View

_BUILTINS = names(
    "echo printf export local declare readonly typeset read test [ [[ set unset eval true : "
    "let source . exit return shift trap cd"
)
_PRINTERS = frozenset({"echo", "printf"})
_SQL_CLIENTS = {
    "psql": ("-c", "--command"),
    "mysql": ("-e", "--execute"),
    "mariadb": ("-e", "--execute"),
    "sqlcmd": ("-Q", "-q"),
    "cqlsh": ("-e", "--execute"),
    "cockroach": ("-e", "--execute"),
}
_KEYS = re.compile(r"(password|passphrase|secret|encryptionkey|token)$", re.IGNORECASE)
_PLAIN = re.compile(r"^[\w!@#%^&*+=./:-]{4,}$")


def _own(call: Call) -> bool:
    """Whether the command is one of our scripts' functions or the shell's own."""
    name = call.command.name
    return name in _BUILTINS or name in call.script.program.functions


@rule(
    "KB401",
    "secret-on-argv",
    "error",
    summary="A secret stands in a program's argument list.",
    why="Every process of the pod, and of the node, reads it in /proc; it is in core dumps and in "
    "what monitoring collects.",
    remedy="Hand it on in an environment variable that the program reads (MYSQL_PWD, PGPASSWORD, "
    "REDISCLI_AUTH …), in a file of mode 600, or on stdin.",
    bad=scripts(backup='dump-it --password="${password}"'),
    good=scripts(backup='export DUMP_PASSWORD="${password}"\ndump-it'),
    needs_shell=True,
)
def secret_on_argv(view: View) -> Iterator[Problem]:
    """Secrets in words of commands that are programs."""
    for call in calls(view):
        if not call.command.words or _own(call):
            continue
        for word in call.command.words:
            if "secret" in call.flow.kinds(word):
                program = call.program or "a program"
                yield call.problem_at(word, f"a secret in the arguments of {program}")
                break


@rule(
    "KB402",
    "secret-echoed",
    "error",
    summary="A secret is printed.",
    why="A pod's output is its log, and Kanister copies it into the controller's log and, on "
    "failure, into the ActionSet.",
    remedy="Do not print it, nor a command line that holds it.",
    bad=scripts(backup='command="dump-it -p ${password}"\necho "running ${command}"'),
    good=scripts(backup='echo "running dump-it"'),
    needs_shell=True,
)
def secret_echoed(view: View) -> Iterator[Problem]:
    """`echo`, `printf` and `cat <<END` whose output nobody takes."""
    for call in calls(view):
        if not _prints(call):
            continue
        words = [*call.command.words[1:], *(r.body for r in call.command.redirects if r.body)]
        for word in words:
            if call.flow.kinds(word) & {"secret", "profile"}:
                yield call.problem_at(word, "a secret goes to the log")
                break


def _prints(call: Call) -> bool:
    command = call.command
    if command.name not in _PRINTERS and not (
        command.name == "cat" and any(r.body for r in command.redirects)
    ):
        return False
    if command.substitution or (command.pipeline and command is not command.pipeline.members[-1]):
        return False
    return not any(r.operator.lstrip("1&") in (">", ">>", ">|") for r in command.redirects)


@rule(
    "KB403",
    "secret-traced",
    "error",
    summary="A secret is used while `xtrace` is on.",
    why="bash prints every command with its values filled in: the secret goes to the log.",
    remedy="Leave xtrace out, or switch it off around these commands (`set +o xtrace`).",
    bad=scripts(
        options="bash, -o, errexit, -o, xtrace, -c",
        backup='export P="${password}"\ndump-it',
        restore="load-it",
    ),
    good=scripts(
        options="bash, -o, errexit, -c", backup='export P="${password}"\ndump-it', restore="load-it"
    ),
    needs_shell=True,
)
def secret_traced(view: View) -> Iterator[Problem]:
    """The script from above, with `set` switching."""
    for script in view.scripts:
        traced = "xtrace" in script.options
        flow = flow_of(script)
        for command in script.program.commands:
            traced = _switched(command, traced=traced)
            words = [*command.words, *(w for a in command.assignments for w in a.words)]
            if traced and any("secret" in flow.kinds(word) for word in words):
                place = script.place(command.start, command.end)
                yield Problem(place, "xtrace prints this with the secret in it")


def _switched(command: Command, *, traced: bool) -> bool:
    if command.name != "set":
        return traced
    texts = [word.literal for word in command.words[1:]]
    for number, text in enumerate(texts):
        on = text.startswith("-")
        if text in ("-x", "+x") or (text[:1] in "-+" and "x" in text[1:] and text[1:].isalpha()):
            traced = on
        if text in ("-o", "+o") and texts[number + 1 : number + 2] == ["xtrace"]:
            traced = on
    return traced


@rule(
    "KB404",
    "secret-in-shell-text",
    "warning",
    summary="A secret becomes part of the script's text.",
    why="Templates are filled in before the shell reads the script: a `$`, a backtick or a quote "
    "in the password changes it, or runs it; the backup then fails for one password and not for "
    "another.",
    remedy="Put it where the shell reads nothing: a here-document with a quoted end "
    "(`IFS= read -r x <<'END'`), or an environment variable from a Secret through podOverride.",
    bad=scripts(
        backup="export P='{{ index .Phases.dump.Secrets.login.Data \"the-password\" | toString }}'"
        "\ndump-it"
    ),
    good=scripts(
        backup="""\
        IFS= read -r P <<'ENDS'
        {{ index .Phases.dump.Secrets.login.Data "the-password" | toString }}
        ENDS
        export P
        dump-it"""
    ),
    needs_shell=True,
)
def secret_in_shell_text(view: View) -> Iterator[Problem]:
    """Placeholders of secrets anywhere but in a here-document that the shell leaves alone."""
    broken = {
        "none": "blanks, quotes and `$` in it change the script",
        "double": 'a `$`, a backtick or a `"` in it changes the script',
        "document": "a `$` or a backtick in it is expanded",
        "single": "a `'` in it ends the quotes",
    }
    for script in view.scripts:
        for part, variable in _placeholders(script):
            if part.quoting in broken and kind_of(script.printed(part), variable) == "secret":
                message = f"the secret is part of the script: {broken[part.quoting]}"
                yield Problem(script.place(part.start, part.end), message)


@rule(
    "KB405",
    "profile-in-quotes",
    "note",
    summary="The Profile stands in single quotes in the script.",
    why="Its JSON holds the store's secret key: a `'` in that ends the quotes.",
    remedy='Read it from a here-document with a quoted end, and give kando `"${profile}"`.',
    bad=scripts(
        backup="kando location push --profile '{{ toJson .Profile }}' --path \"${path}\" /dump"
    ),
    good=scripts(),
    needs_shell=True,
)
def profile_in_quotes(view: View) -> Iterator[Problem]:
    """`toJson .Profile` outside a here-document that the shell leaves alone."""
    for script in view.scripts:
        for part, _ in _placeholders(script):
            if part.quoting != "literal-document" and kind_of(script.printed(part)) == "profile":
                message = "a quote in the store's secret key ends these"
                if part.quoting != "single":
                    message = "the shell reads what stands in the Profile"
                yield Problem(script.place(part.start, part.end), message)


def _placeholders(script: Script) -> Iterator[tuple[Part, str]]:
    """Every placeholder, once, with the variable that takes it."""
    seen = set()
    for command in script.program.commands:
        words = [(word, "") for word in command.words]
        words += [(word, a.name) for a in command.assignments for word in a.words]
        words += [(word, "") for r in command.redirects for word in (r.target, r.body) if word]
        for word, variable in words:
            for part in word.parts:
                if part.kind == "placeholder" and part.start not in seen:
                    seen.add(part.start)
                    yield part, variable


@rule(
    "KB406",
    "secret-in-sql",
    "error",
    summary="A secret, an option or other free text becomes part of an SQL statement.",
    why="A quote in it ends the SQL text: the statement fails, or another one runs; and the "
    "statement is in the argument list and in the server's log.",
    remedy="Hand it over as a variable of the client (`psql -v` with `:'name'`), on stdin.",
    bad=scripts(restore="""psql -v ON_ERROR_STOP=1 -c "ALTER USER app PASSWORD '${password}'" """),
    good=scripts(restore="""psql -v ON_ERROR_STOP=1 -f /sql/alter-user.sql"""),
    needs_shell=True,
)
def secret_in_sql(view: View) -> Iterator[Problem]:
    """Values of `-c`, `-e`, `-Q` of SQL clients."""
    for call in calls(view, *_SQL_CLIENTS):
        word = call.word_of(*_SQL_CLIENTS[call.program])
        if word is None:
            continue
        kinds = call.flow.kinds(word) & {"secret", "free"}
        if kinds:
            what = "a secret" if "secret" in kinds else "text of unknown content"
            yield call.problem_at(word, f"{what} is part of the SQL statement")


@rule(
    "KB407",
    "secret-in-file",
    "error",
    summary="A password or an encryption key stands in the Blueprint itself.",
    why="Whoever may read Blueprints, or the repository, reads it.",
    remedy="Keep it in a Secret and reference that in the phase's `objects`.",
    bad=blueprint("""
        backup:
          outputArtifacts:
            data:
              keyValue: {id: "{{ .Phases.copy.Output.backupID }}"}
          phases:
          - func: BackupData
            name: copy
            args:
              namespace: "{{ .StatefulSet.Namespace }}"
              pod: "{{ index .StatefulSet.Pods 0 }}"
              container: db
              includePath: /data
              backupArtifactPrefix: "b/{{ .StatefulSet.Namespace }}/{{ .StatefulSet.Name }}"
              encryptionKey: hunter2hunter2
        """),
    good=blueprint("""
        check:
          phases:
          - func: CheckRepository
            name: look
            objects:
              key:
                kind: Secret
                name: "{{ .StatefulSet.Name }}"
                namespace: "{{ .StatefulSet.Namespace }}"
            args:
              backupArtifactPrefix: "b/{{ .StatefulSet.Namespace }}/{{ .StatefulSet.Name }}"
              encryptionKey: "{{ .Phases.look.Secrets.key.Data.key | toString }}"
        """),
)
def secret_in_file(view: View) -> Iterator[Problem]:
    """Plain values of arguments whose names say that they are secrets."""
    for phase in view.phases:
        for name, value in phase.args.items():
            if (
                _KEYS.search(name)
                and name != "credentialsSecret"
                and isinstance(value, str)
                and "{{" not in value
                and _PLAIN.match(value)
            ):
                yield view.problem((*phase.path, "args", name), f"{name} stands here in clear")
