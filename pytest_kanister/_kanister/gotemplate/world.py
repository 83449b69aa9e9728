"""What a template may know of the world outside it; everything is injected."""

from __future__ import annotations

import random as random_module
import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

from .errors import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _now() -> datetime:
    return datetime.now(UTC)


def _refuse_lookup(host: str) -> str:
    raise FunctionError(f"getHostByName: looking up {host!r} is not allowed in this render")


def _refuse_crypto(name: str, arguments: tuple[object, ...]) -> str:
    raise FunctionError(f"{name}: certificates and keys cannot be made in this render")


def load_zone(name: str) -> tzinfo | None:
    """Go's `time.LoadLocation` from this machine's tz database; None for a zone it does not know.

    The empty name and `UTC` are UTC.
    """
    if name in ("", "UTC"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


@dataclass(frozen=True)
class World:
    """The outside world of one render, with safe defaults.

    Attributes:
        now: the present: an aware datetime, or nanoseconds since 1970 where microseconds will not
            do.
        local_zone: what Go calls `Local`; Kanister's container runs in UTC.
        environ: the controller's environment, for `env` and `expandenv`; empty by default.
        random: where every random text comes from.
        lookup_host: DNS for `getHostByName`; refuses by default.
        crypto: makes keys, certificates and ciphers: gets the function's name (`genPrivateKey`,
            `genCA`, `encryptAES`, …) and its arguments; refuses by default.
        load_zone: a zone by its tz database name, None where unknown.
    """

    now: Callable[[], datetime | int] = _now
    local_zone: tzinfo = UTC
    environ: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    random: random_module.Random = field(default_factory=random_module.SystemRandom)
    lookup_host: Callable[[str], str] = _refuse_lookup
    crypto: Callable[[str, tuple[object, ...]], object] = _refuse_crypto
    load_zone: Callable[[str], tzinfo | None] = load_zone
