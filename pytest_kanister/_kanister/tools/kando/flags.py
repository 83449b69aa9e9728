"""A command line as cobra and pflag read it: flags and arguments in any order."""

from __future__ import annotations

__all__ = ["CommandError", "Flag", "parse"]


class CommandError(Exception):
    """The command line is wrong, or the command failed; the text follows `Error: `."""


class Flag:
    """One flag: `--name VALUE`, `-s VALUE`; a switch takes no value.

    One that is `repeated` gathers the values of all its uses, with commas between them; one that
    is `hidden` stands in no help text.
    """

    def __init__(
        self,
        name: str,
        short: str,
        text: str,
        *,
        kind: str = "string",
        default: str = "",
        switch: bool = False,
        repeated: bool = False,
        hidden: bool = False,
    ) -> None:
        self.name = name
        self.short = short
        self.text = text
        self.kind = kind
        self.default = default
        self.switch = switch
        self.repeated = repeated
        self.hidden = hidden

    def put(self, values: dict[str, str], value: str) -> None:
        """Takes one value in."""
        before = values[self.name] if self.repeated else ""
        values[self.name] = f"{before},{value}" if before else value


def parse(arguments: list[str], flags: list[Flag]) -> tuple[dict[str, str], list[str]]:
    """Values by flag name (switches: `true` or `false`), and what is no flag.

    A lone `-` is an argument, `--` ends the flags.

    Raises:
        CommandError: unknown flag or missing value, in pflag's words.
    """
    by_name = {flag.name: flag for flag in flags}
    by_short = {flag.short: flag for flag in flags if flag.short}
    values = {flag.name: flag.default for flag in flags}
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += queue
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            flag = by_name.get(name)
            if flag is None:
                raise CommandError(f"unknown flag: --{name}")
            if flag.switch:
                values[name] = value if equals else "true"
            elif equals:
                flag.put(values, value)
            elif queue:
                flag.put(values, queue.pop(0))
            else:
                raise CommandError(f"flag needs an argument: --{name}")
        elif word.startswith("-") and word != "-":
            _short(word, by_short, values, queue)
        else:
            rest.append(word)
    return values, rest


def _short(word: str, by_short: dict[str, Flag], values: dict[str, str], queue: list[str]) -> None:
    """`-p VALUE`, `-pVALUE`, `-p=VALUE`, and switches in a row."""
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        flag = by_short.get(letter)
        if flag is None:
            raise CommandError(f"unknown shorthand flag: {letter!r} in {word}")
        if flag.switch:
            values[flag.name] = "true"
            continue
        if letters:
            flag.put(values, letters.removeprefix("="))
        elif queue:
            flag.put(values, queue.pop(0))
        else:
            raise CommandError(f"flag needs an argument: {letter!r} in {word}")
        return
