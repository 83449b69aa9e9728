"""A kind's datasets: the files that come with the package, or one's own by its path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_kanister._base.bundled import bundled
from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Datasets"]

_FOLDER = ("fixtures", "datasets")


@dataclass(frozen=True)
class Datasets:
    """What `Workload.seed` of one kind takes.

    Attributes:
        kind: of the workload; also the folder's name.
        ending: of the files, without the dot.
        more: names that are no file's.
    """

    kind: str
    ending: str
    more: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """See `Workload.datasets`."""
        folder = bundled(*_FOLDER, self.kind)
        return [*sorted(path.stem for path in folder.glob(f"*.{self.ending}")), *self.more]

    def file(self, dataset: str | Path) -> Path:
        """A bundled dataset's file by its name; a path is taken as it is.

        Raises:
            UsageProblem: there is none of that name.
        """
        if not isinstance(dataset, str):
            return dataset
        known = self.names()
        if dataset not in known:
            raise UsageProblem(
                f"{self.kind} has the datasets {', '.join(known)}; found {dataset!r} "
                "(a file of one's own is given as a path)"
            )
        return bundled(*_FOLDER, self.kind, f"{dataset}.{self.ending}")

    def text(self, dataset: str | Path) -> str:
        """The contents of `file`.

        Raises:
            UsageProblem: there is none of that name, or it cannot be read.
        """
        file = self.file(dataset)
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageProblem(f"cannot read the dataset {file}: {error}") from None
