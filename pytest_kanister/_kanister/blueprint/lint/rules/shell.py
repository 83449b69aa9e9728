"""Scripts: failures that nobody sees, and text that the shell reads otherwise than it was meant.

Source of the rules: bash's manual (errexit, pipefail, the status of `export`, of `for` and of
`&`), dash's lack of pipefail, kubectl's and curl's options.  Over 300 lines: each rule brings its
two examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_kanister._kanister.blueprint.lint.model import Problem
from pytest_kanister._kanister.blueprint.lint.names import names
from pytest_kanister._kanister.blueprint.lint.rules.declaring import rule, scripts
from pytest_kanister._kanister.blueprint.lint.shell.looking import calls, flow_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._kanister.blueprint.lint.shell.model import Command, Word
    from pytest_kanister._kanister.blueprint.lint.view import View

_PULL = 'kando location pull --profile "${profile}" --path "${path}" -'
_HARMLESS = names(
    "echo printf seq date basename dirname awk cut tr sed head tail sort uniq wc hostname pwd "
    "ls grep egrep xargs which true false test [ [[ expr nproc id whoami uname tee"
)
"""Programs whose failure inside a substitution says nothing about the backup."""

_ALWAYS_TRUE = frozenset({"true", ":", "echo", "printf"})
_ALLOWED_TO_FAIL = names("grep egrep rm kill pkill diff read let expr mkdir rmdir umount")


@rule(
    "KB300",
    "script-unreadable",
    "warning",
    summary="A script, or a part of it, cannot be read.",
    why="Either bash cannot read it as well, and stops there half-way through the action; or it is "
    "bash that the parser does not know. In both cases the shell rules have not seen it.",
    remedy="Mend it, or write it more plainly. Where templates choose between two halves of a "
    "statement, put the whole statement into each branch.",
    bad=scripts(backup="if true; then\n  dump-it"),
    good=scripts(backup="if true; then\n  dump-it\nfi"),
    needs_shell=True,
)
def script_unreadable(view: View) -> Iterator[Problem]:
    """What tree-sitter could not make sense of."""
    for script in view.scripts:
        for start, end in script.program.errors:
            yield Problem(
                script.place(start, end), "this cannot be read, so no other rule has seen it"
            )


@rule(
    "KB301",
    "no-pipefail",
    "error",
    summary="A script pipes without `pipefail`.",
    why="Only the last command's status counts then: a dump that breaks off is uploaded as a whole "
    "backup, since kando sees nothing but the end of its input.",
    remedy="Start the script with `bash -o errexit -o pipefail -c`, or `set -o pipefail` first.",
    bad=scripts(options="bash, -o, errexit, -c"),
    good=scripts(
        options="bash, -o, errexit, -c", backup="set -o pipefail\ndump-it | gzip", restore="load-it"
    ),
    needs_shell=True,
)
def no_pipefail(view: View) -> Iterator[Problem]:
    """Pipelines in scripts that never set it."""
    for script in view.scripts:
        if script.is_set("pipefail"):
            continue
        for pipeline in script.program.pipelines:
            first = pipeline.members[0]
            if first is None or first.name not in ("echo", "printf"):
                place = script.place(pipeline.start, pipeline.end)
                yield Problem(place, "without pipefail only the last command's failure counts")


@rule(
    "KB302",
    "pipefail-in-sh",
    "error",
    summary="`sh` is started with the option `pipefail`.",
    why="Debian's and Ubuntu's `sh` is dash, which refuses the option: the script does not run.",
    remedy="Start `bash`.",
    bad=scripts(options="sh, -o, errexit, -o, pipefail, -c"),
    good=scripts(),
    needs_shell=True,
)
def pipefail_in_sh(view: View) -> Iterator[Problem]:
    """Shells other than bash, ksh and zsh."""
    for script in view.scripts:
        if script.shell in ("sh", "dash") and script.is_set("pipefail"):
            message = f"{script.shell} knows no pipefail where it is dash: start bash"
            yield Problem(script.shell_place, message)


@rule(
    "KB303",
    "no-errexit",
    "error",
    summary="A script of several commands runs without `errexit`.",
    why="Only the last command decides whether the phase failed; the others may fail unseen.",
    remedy="Start the script with `bash -o errexit -o pipefail -c`.",
    bad=scripts(options="bash, -o, pipefail, -c"),
    good=scripts(),
    needs_shell=True,
)
def no_errexit(view: View) -> Iterator[Problem]:
    """Scripts with more than one statement that never set it."""
    for script in view.scripts:
        if script.program.statements > 1 and not script.is_set("errexit"):
            message = "without errexit only the last command's failure counts"
            yield Problem(script.shell_place, message)


@rule(
    "KB304",
    "status-ignored",
    "warning",
    summary="`|| true` or `|| echo` makes a failure a success.",
    why="The phase goes on as if the command had done its work.",
    remedy="Let it fail; where one failure is harmless, test for that one.",
    bad=scripts(restore=f"{_PULL} | load-it || echo failed"),
    good=scripts(restore=f"{_PULL} | load-it || {{ echo failed >&2; exit 1; }}"),
    needs_shell=True,
)
def status_ignored(view: View) -> Iterator[Problem]:
    """Left sides of `||` whose right side always succeeds."""
    for call in calls(view):
        fallback = call.command.fallback
        if not fallback or not call.program or call.program in _ALLOWED_TO_FAIL:
            continue
        pipeline = call.command.pipeline
        if pipeline is not None and call.command is not pipeline.members[-1]:
            continue
        if all(command.name in _ALWAYS_TRUE for command in fallback):
            if _fails_anyway(call.script.program.commands, fallback[-1]):
                continue
            shown = fallback[0].name
            yield call.problem(f"a failure of {call.program} is lost: `|| {shown}` succeeds")


def _fails_anyway(commands: Sequence[Command], last: Command) -> bool:
    """Whether `exit 1` follows: what came before was clearing up behind a failure."""
    for command in commands:
        if command.start <= last.start or command.name in _ALWAYS_TRUE:
            continue
        values = [word.literal for word in command.words[1:]]
        return command.name in ("exit", "return") and values not in ([], ["0"])
    return False


@rule(
    "KB305",
    "exit-zero",
    "warning",
    summary="The script ends in `exit 0` whatever happened in the background or before.",
    why="What runs with `&`, or fails where errexit is not set, has no say in the phase's status.",
    remedy="Take it out; `wait` for the background process and let its status be the script's.",
    bad=scripts(restore="load-it &\nwait-for-it\nexit 0"),
    good=scripts(restore="load-it &\nwait $!"),
    needs_shell=True,
)
def exit_zero(view: View) -> Iterator[Problem]:
    """A last statement `exit 0` behind something whose status is lost."""
    for script in view.scripts:
        commands = script.program.commands
        last = commands[-1] if commands else None
        if last is None or last.name != "exit" or not last.top:
            continue
        if [word.literal for word in last.words[1:]] == ["0"]:
            lost = any(c.background for c in commands) or not script.is_set("errexit")
            if lost:
                place = script.place(last.start, last.end)
                what = "without errexit nothing that failed before counts"
                if script.is_set("errexit"):
                    what = "what runs in the background may fail: this is a success"
                yield Problem(place, what)


@rule(
    "KB306",
    "background-status-lost",
    "warning",
    summary="A process is started in the background and nobody waits for it.",
    why="Its failure goes unseen, and it ends with the script in the middle of its work.",
    remedy="Run it in the foreground, or `wait` for it and use its status.",
    bad=scripts(backup="backup-agent --all &\nstart-backup"),
    good=scripts(backup='backup-agent --all &\nagent=$!\nstart-backup\nwait "${agent}"'),
    needs_shell=True,
)
def background_status_lost(view: View) -> Iterator[Problem]:
    """Simple commands with `&` in scripts without `wait`."""
    for script in view.scripts:
        if any(command.name == "wait" for command in script.program.commands):
            continue
        for call in calls([script]):
            if (
                call.command.background
                and call.program
                and not call.command.conditional
                and call.program not in ("sleep", "tail", ":", "true")
            ):
                yield call.problem(f"nobody waits for {call.program}: its failure is not seen")


@rule(
    "KB307",
    "substitution-status-lost",
    "warning",
    summary="A command's failure is lost inside `$(…)`.",
    why="errexit sees the status of an assignment `x=$(…)` alone. In `export x=$(…)`, in the list "
    "of `for`, in an argument or a here-document a failure leaves an empty text and goes on.",
    remedy="Assign first, on a line of its own: `x=$(…)`, then use `${x}`.",
    bad=scripts(backup='export version=$(database-version --of it)\ndump-it "${version}"'),
    good=scripts(
        backup='version=$(database-version --of it)\nexport version\ndump-it "${version}"'
    ),
    needs_shell=True,
)
def substitution_status_lost(view: View) -> Iterator[Problem]:
    """Substitutions anywhere but in plain assignments and conditions."""
    where = {
        "for": "in the list of `for`",
        "export": "behind `export`",
        "local": "behind `local`",
        "declare": "behind `declare`",
        "readonly": "behind `readonly`",
        "typeset": "behind `typeset`",
        "argument": "in an argument",
        "document": "in a here-document",
        "process": "in a process substitution",
    }
    seen = set()
    for call in calls(view):
        context = call.command.substitution
        if context not in where or not call.program or call.program in _HARMLESS:
            continue
        if call.command.conditional or call.program in ("read", "cd", "set"):
            continue
        if call.program == "cat" and len(call.argv) == 1:
            continue  # a here-document cannot fail
        place = call.problem("").place
        if place not in seen:
            seen.add(place)
            yield call.problem(f"a failure of {call.program} {where[context]} is not seen")


@rule(
    "KB314",
    "unquoted-interpolation",
    "warning",
    summary="Text of unknown content stands in a script without quotes.",
    why="The shell splits it at blanks, expands `*` and takes `;`, `|` and `$(…)` in it for its "
    "own: an option, a ConfigMap's value or a password can then run anything.",
    remedy="Read it from a here-document with a quoted end (`<<'END'`) into a variable, and use "
    'the variable in double quotes: `"${x}"`.',
    bad=scripts(backup="dump-it --database {{ index .Options `the-database` }}"),
    good=scripts(
        backup="""\
        IFS= read -r database <<'END'
        {{ index .Options `the-database` }}
        END
        dump-it --database "${database}\""""
    ),
    needs_shell=True,
)
def unquoted_interpolation(view: View) -> Iterator[Problem]:
    """Secrets, options and data outside quotes, directly or through a variable."""
    for script in view.scripts:
        flow = flow_of(script)
        for command in script.program.commands:
            for word in _split_words(command):
                for source in flow.sources(word):
                    if source.kind not in ("free", "secret") or source.part.quoting != "none":
                        continue
                    if source.part.operator.startswith((":+", "+")):
                        continue
                    what = "a secret" if source.kind == "secret" else "text of unknown content"
                    message = f"{what} without quotes: the shell splits and expands it"
                    yield Problem(script.place(source.part.start, source.part.end), message)
                    break


def _split_words(command: Command) -> Iterator[Word]:
    if command.name in ("[[", "let"):
        return
    yield from command.words
    for assignment in command.assignments:
        # The shell does not split here, but what a template leaves in the text is read as shell.
        for word in assignment.words:
            direct = tuple(part for part in word.parts if part.kind == "placeholder")
            if direct:
                yield type(word)(direct, word.start, word.end)
