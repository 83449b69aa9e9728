"""Queries of PostgreSQL's catalogue: how they are asked, and what they all need."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pytest_kanister._data.workloads.postgresql.connection import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

    from pytest_kanister._data.proof.snapshot import Name, Properties

__all__ = ["FIRST_OID", "fingerprint", "listed", "own", "properties"]

FIRST_OID = 16384
"""What has a smaller number was there when the server was made (FirstNormalObjectId)."""


def own(alias: str, catalogue: str, *, parts: str = "'e'") -> str:
    """A condition: made by somebody, and not as a part of what is listed itself.

    `parts` are the kinds of dependency that make a part: of an extension; `'e', 'i'`: also of
    whatever object brings it along, as a range type does with its functions.
    """
    return (
        f"{alias}.oid >= {FIRST_OID} AND NOT EXISTS (SELECT FROM pg_depend AS part WHERE"
        f" part.classid = '{catalogue}'::regclass AND part.objid = {alias}.oid"
        f" AND part.deptype IN ({parts}))"
    )


def listed(
    connection: Connection[Any], query: str, *, within: tuple[str, ...] = ()
) -> dict[Name, Properties]:
    """Runs a query of (name as text[], properties as jsonb); names are put below `within`.

    Rows of the same name complete each other.
    """
    found: dict[Name, Properties] = {}
    for name, values in rows_of(connection, query):
        found.setdefault((*within, *name), {}).update(properties(values))
    return found


def properties(values: dict[str, Any]) -> Properties:
    """As texts; what is NULL is no property."""
    return {key: _text(value) for key, value in values.items() if value is not None}


def fingerprint(secret: str | None) -> str:
    """Tells whether a secret is the same, not what it is."""
    if not secret:
        return "none"
    raw = secret.encode(errors="surrogateescape")
    return f"fingerprint {hashlib.blake2b(raw, digest_size=8, person=b'account').hexdigest()}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
