"""The parameters of the verbs, parsed and with their defaults."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["DeleteOptions", "ListOptions", "WriteOptions"]


@dataclass
class WriteOptions:
    """Parameters of create, update and patch.

    Attributes:
        dry_run: do everything but store.
        field_validation: `Ignore`, `Warn` or `Strict`: what an unknown field means.
        field_manager: who writes; owns the fields of a server-side apply.
        force: take over fields that another manager applied.
        warnings: filled on the way; sent as Warning headers.
    """

    dry_run: bool = False
    field_validation: str = "Warn"
    field_manager: str = ""
    force: bool = False
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ListOptions:
    """Parameters of list and deletecollection; `limit` 0 means all."""

    label_selector: str = ""
    field_selector: str = ""
    limit: int = 0
    continue_token: str = ""


@dataclass(frozen=True)
class DeleteOptions:
    """Parameters of delete; None and empty mean that the kind decides."""

    grace_period_s: int | None = None
    propagation: str = ""
    uid: str = ""
    resource_version: str = ""
    dry_run: bool = False
