"""Keys, certificates and ciphers: made by the world; Kanister's FIPS build forbids some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import FunctionError
from ..types import BUILTIN
from ..values import GoStruct
from .registry import Family

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..world import World

crypto = Family()


def _forbidden(usage: str) -> FunctionError:
    return FunctionError(
        f"sprig usage of '{usage}' is not allowed by kanister as it is not FIPS compatible"
    )


@crypto.add("derivePassword", "uint32, string, string, string, string -> string")
def _derive_password(*_: object) -> str:
    raise _forbidden("derivePassword")


@crypto.add("genPrivateKey", "string -> string", worldly=True)
def _gen_private_key(world: World, kind: str) -> object:
    """Kanister lets `ed25519` through, which sprig 2.22 does not know."""
    if kind == "ed25519":
        return f"Unknown type {kind}"
    if kind not in ("rsa", "ecdsa"):
        raise _forbidden(f"genPrivateKey for {kind} key")
    return world.crypto("genPrivateKey", (kind,))


def _certificate(name: str) -> Callable[..., object]:
    """A function whose result is a pair of PEM texts: certificate and key."""

    def make(world: World, *arguments: object) -> object:
        made = world.crypto(name, arguments)
        if not isinstance(made, tuple):
            raise FunctionError(f"{name}: the world's crypto returned no (certificate, key)")
        go_type = BUILTIN.type("sprig.certificate")
        return GoStruct(go_type, {"Cert": made[0], "Key": made[1]})

    return make


for _name, _signature in (
    ("buildCustomCert", "string, string"),
    ("genCA", "string, int"),
    ("genSelfSignedCert", "string, []any, []any, int"),
    ("genSignedCert", "string, []any, []any, int, sprig.certificate"),
):
    crypto.add(_name, f"{_signature} -> sprig.certificate", worldly=True)(_certificate(_name))


@crypto.add("encryptAES", "string, string -> string", worldly=True)
def _encrypt_aes(world: World, password: str, text: str) -> object:
    return world.crypto("encryptAES", (password, text)) if text else ""


@crypto.add("decryptAES", "string, string -> string", worldly=True)
def _decrypt_aes(world: World, password: str, text: str) -> object:
    return world.crypto("decryptAES", (password, text)) if text else ""
