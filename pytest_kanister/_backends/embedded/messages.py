"""What the cluster's process tells whoever started it: one JSON object a line, over a pipe.

`{"progress": text}` any number of times; then one of `{"ready": …}` (the description that
`ready.json` in the cluster's folder holds for those who join), `{"taken": folder}` (another
process was first) and `{"error": …}`; after `ready` more progress may follow.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pytest_kanister._model.capabilities import Capabilities
from pytest_kanister.errors import (
    EnvironmentProblem,
    HarnessBug,
    KanisterHarnessError,
    UsageProblem,
)

__all__ = ["Description", "Reporter", "error_of", "load_description"]

READY_FILE = "ready.json"


@dataclass(frozen=True)
class Description:
    """A cluster that is ready.

    Attributes:
        pid: the cluster's process.
        kubeconfig: its kubeconfig.
        capabilities: what it can do.
        started: seconds since the epoch.
        keep: whether it outlives its owner.
    """

    pid: int
    kubeconfig: Path
    capabilities: Capabilities
    started: float
    keep: bool

    @property
    def folder(self) -> Path:
        """The cluster's folder."""
        return self.kubeconfig.parent

    def to_json(self) -> dict[str, Any]:
        """For the pipe and the file."""
        return {**asdict(self), "kubeconfig": str(self.kubeconfig)}

    @classmethod
    def of(cls, body: dict[str, Any]) -> Description:
        """The reverse of `to_json`."""
        # JSON knows no tuples.
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in body["capabilities"].items()
        }
        return cls(
            pid=body["pid"],
            kubeconfig=Path(body["kubeconfig"]),
            capabilities=Capabilities(**told),
            started=body["started"],
            keep=body["keep"],
        )


def load_description(folder: Path) -> Description | None:
    """What the cluster in a folder says of itself; None while it is not ready."""
    try:
        return Description.of(json.loads((folder / READY_FILE).read_text()))
    except FileNotFoundError:
        return None


class Reporter:
    """The cluster's end of the pipe.  A reader that has gone, or sleeps, never holds it up."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        os.set_blocking(handle, False)

    def progress(self, text: str) -> None:
        """One line for a person who waits."""
        self._send({"progress": text})

    def ready(self, description: Description) -> None:
        """The cluster serves; also told to those who join later."""
        body = description.to_json()
        draft = description.folder / f".{READY_FILE}"
        draft.write_text(json.dumps(body))
        draft.rename(description.folder / READY_FILE)
        self._send({"ready": body})

    def taken(self, folder: Path) -> None:
        """Another process serves this cluster."""
        self._send({"taken": str(folder)})

    def failed(self, error: Exception, log_tail: str = "") -> None:
        """The cluster cannot be."""
        body: dict[str, Any] = {"kind": "bug", "message": f"{type(error).__name__}: {error}"}
        if isinstance(error, EnvironmentProblem):
            body = {
                "kind": "environment",
                "message": error.message,
                "remedies": error.remedies,
                "looked": error.looked,
                "evidence": error.evidence,
            }
        elif isinstance(error, UsageProblem):
            body = {"kind": "usage", "message": str(error)}
        else:
            body["evidence"] = log_tail
        self._send({"error": body})

    def _send(self, message: dict[str, Any]) -> None:
        try:
            os.write(self._handle, json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, BlockingIOError):
            return


def error_of(body: dict[str, Any]) -> KanisterHarnessError:
    """The error that `Reporter.failed` sent."""
    if body["kind"] == "environment":
        return EnvironmentProblem(
            body["message"],
            remedies=body["remedies"],
            looked=body["looked"],
            evidence=body["evidence"],
        )
    if body["kind"] == "usage":
        return UsageProblem(body["message"])
    return HarnessBug(f"the embedded cluster did not start: {body['message']}\n{body['evidence']}")
