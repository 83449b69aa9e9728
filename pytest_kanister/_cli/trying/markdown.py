"""A block for a reviewer: what was tried with which files, what came back, how to repeat it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._cli.trying.rewriting import images_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_kanister._cli.trying.advice import Advice
    from pytest_kanister._cli.trying.grading import Grade
    from pytest_kanister._cli.trying.running import Round
    from pytest_kanister._kanister.blueprint import Blueprint
    from pytest_kanister._model.results import Verdict

__all__ = ["markdown_block"]


def markdown_block(
    blueprint: Blueprint,
    rounds: Sequence[tuple[Round, Sequence[Grade]]],
    advices: Sequence[Advice],
    verdict: Verdict,
    *,
    command: str,
    version: str,
    confirmed: str = "",
) -> str:
    """The block, ready to be pasted into a pull request.

    Args:
        blueprint: the original.
        rounds: what was run, with its grades.
        advices: what to change.
        verdict: of all rounds.
        command: that repeats it.
        version: of this program.
        confirmed: what another cluster said, a sentence; empty: none was asked.
    """
    lines = [
        f"### `{blueprint.name}`: {verdict.value}",
        "",
        f"`{command}` (pytest-kanister {version})",
        "",
        "| what | which |",
        "|---|---|",
        f"| Blueprint | `{Path(blueprint.document.file).name}`, sha256 `{blueprint.digest}` |",
    ]
    lines += [f"| image | {_image(image)} |" for image in images_of(blueprint)]
    for role, words in _ran(rounds):
        lines.append(f"| {role} | {_cell(words)} |")
    lines += ["", confirmed] if confirmed else []
    for found, grades in rounds:
        lines += [
            "",
            f"**{found.scenario.name}**",
            "",
            "| grade | verdict | what |",
            "|---|---|---|",
        ]
        lines += [f"| {g.name} | {g.verdict.value} | {_cell(g.what)} |" for g in grades]
    if advices:
        lines += ["", "What to change:", ""]
        for advice in advices:
            line = advice.where.removeprefix(f"{blueprint.document.file}:")
            code = f" ({advice.code})" if advice.code else ""
            lines.append(f"- line {line}: {_cell(advice.what)}{code} → {_cell(advice.remedy)}")
            lines.append(f"  - seen: {_cell(advice.seen)}")
    return "\n".join(lines)


def _image(image: str) -> str:
    """Its digest where its name holds one; a tag may mean another image tomorrow."""
    if "@sha256:" in image:
        return f"`{image}`"
    return f"`{image}` (no digest in its name)"


def _ran(rounds: Sequence[tuple[Round, Sequence[Grade]]]) -> Iterator[tuple[str, str]]:
    ran: dict[str, str] = {}
    losses: dict[str, None] = {}
    for found, _ in rounds:
        ran |= found.result.ran
        losses |= dict.fromkeys(found.result.losses)
    yield from ((role, words) for role, words in ran.items() if words)
    yield from (("lost", loss) for loss in losses)


def _cell(text: str) -> str:
    """Text that a table's cell holds."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
