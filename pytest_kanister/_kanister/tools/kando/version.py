"""What `kando --version` says: that this one is ours."""

from __future__ import annotations

__all__ = ["version_line"]


def version_line() -> str:
    """One line of JSON with Kanister's keys; the version tells that it is not a release."""
    return (
        '{"version":"pytest-kanister embedded (as Kanister 0.119.0)","gitCommit":"","buildDate":""}'
    )
