"""`seed: accounts`, or `seed: {file: rows.sql}`: loads the data that must survive."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._scenario.steps.kind import Context, Outcome, StepKind

if TYPE_CHECKING:
    from pytest_kanister._scenario.reader import Reader

__all__ = ["KIND", "Seed"]


@dataclass(frozen=True)
class Seed:
    """A dataset by name, or a file beside the scenario."""

    dataset: str = ""
    file: str = ""


def parse(reader: Reader) -> Seed:
    """A name, or a mapping with `file`."""
    if isinstance(reader.data, dict):
        reader.mapping(required=("file",))
        return Seed(file=reader.at("file").text())
    return Seed(dataset=reader.text())


def run(context: Context, seed: Seed) -> Outcome:
    """Loads, then takes the snapshot that everything else is measured against."""
    workload = context.stage.workload
    if seed.file:
        dataset: str | Path = context.scenario.path.parent / seed.file
        if not Path(dataset).is_file():
            raise context.error(f"there is no file {seed.file!r} beside the scenario")
    else:
        dataset = seed.dataset
        # `generated:7:1000`: what follows the name is the dataset's own affair.
        if dataset.partition(":")[0] not in workload.datasets():
            raise context.error(
                f"workload {workload.kind} has no dataset {dataset!r}",
                f"datasets: {', '.join(workload.datasets())}; or 'seed: {{file: rows.sql}}'",
            )
    context.touched()
    rows = workload.seed(dataset)
    if not rows:
        raise context.mark.vacuous(
            f"the dataset {seed.dataset or seed.file!r} holds no row, so nothing can be lost",
            "seed at least one row",
        )
    context.content()
    return Outcome(
        f"{rows:,} rows of dataset {seed.dataset or seed.file} loaded, snapshot taken",
        facts={"rows": rows, "dataset": seed.dataset or seed.file},
    )


KIND = StepKind(
    "seed",
    "Loads a dataset of the workload by name, or a file beside the scenario",
    {
        "oneOf": [
            {"type": "string", "minLength": 1},
            {
                "type": "object",
                "properties": {"file": {"type": "string", "minLength": 1}},
                "required": ["file"],
                "additionalProperties": False,
            },
        ]
    },
    parse,
    run,
)
