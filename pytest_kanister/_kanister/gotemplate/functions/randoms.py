"""Sprig's random texts, all drawn from the world's generator."""

from __future__ import annotations

import string
import uuid
from typing import TYPE_CHECKING

from .. import limits
from ..errors import LimitError
from .registry import Family

if TYPE_CHECKING:
    from ..world import World

randoms = Family()

_ASCII = "".join(map(chr, range(32, 127)))


def _text(world: World, alphabet: str, count: int) -> str:
    """A count below zero gives the empty text, as sprig ignores the error."""
    if count > limits.RANDOM_CHARACTERS:
        raise LimitError("a random text", limits.RANDOM_CHARACTERS, "characters")
    return "".join(world.random.choices(alphabet, k=max(0, int(count))))


@randoms.add("randAlphaNum", "int -> string", worldly=True)
def _rand_alpha_num(world: World, count: int) -> str:
    return _text(world, string.ascii_letters + string.digits, count)


@randoms.add("randAlpha", "int -> string", worldly=True)
def _rand_alpha(world: World, count: int) -> str:
    return _text(world, string.ascii_letters, count)


@randoms.add("randAscii", "int -> string", worldly=True)
def _rand_ascii(world: World, count: int) -> str:
    return _text(world, _ASCII, count)


@randoms.add("randNumeric", "int -> string", worldly=True)
def _rand_numeric(world: World, count: int) -> str:
    return _text(world, string.digits, count)


@randoms.add("shuffle", "string -> string", worldly=True)
def _shuffle(world: World, text: str) -> str:
    return "".join(world.random.sample(text, len(text)))


@randoms.add("uuidv4", "-> string", worldly=True)
def _uuidv4(world: World) -> str:
    return str(uuid.UUID(int=world.random.getrandbits(128), version=4))
