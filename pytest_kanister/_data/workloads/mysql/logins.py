"""Real logins: of the accounts whose passwords went through the harness.

That a row of mysql.user came back does not say that anybody can log in: a server reads it at
FLUSH PRIVILEGES only.  So whoever was given a password by a seeded or executed statement is
logged in with it; passwords stay in memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_kanister._data.workloads.mysql.connection import Login, try_login
from pytest_kanister._data.workloads.mysql.grants import account
from pytest_kanister._data.workloads.mysql.script import statements
from pytest_kanister._model.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_kanister._data.proof.snapshot import Name, Properties
    from pytest_kanister._kube import Address

__all__ = ["CLASS", "LOGINS", "Logins"]

CLASS = "login"
"""The inventory's class."""

_QUOTED = r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\""
_PART = rf"{_QUOTED}|`(?:[^`]|``)*`|[\w$.%-]+"
_GIVEN = re.compile(
    rf"(?P<user>{_PART})\s*(?:@\s*(?P<host>{_PART}))?\s+"
    rf"IDENTIFIED\s+(?:(?:WITH|VIA)\s+\S+\s+)?(?:BY|USING\s+PASSWORD\s*\()\s*(?P<word>{_QUOTED})",
    re.IGNORECASE | re.DOTALL,
)
_MAKES_USER = re.compile(r"(CREATE|ALTER)(?:\s+OR\s+REPLACE)?\s+USER\b", re.IGNORECASE)


class Logins:
    """Passwords by account, in the order in which they were given."""

    def __init__(self) -> None:
        self._given: dict[str, list[Secret]] = {}

    def learn(self, script: str) -> None:
        """Remembers what CREATE USER sets, and what ALTER USER sets for those accounts.

        Of an account that somebody else made nothing is learnt on the way: it would be tried
        after the restore and was not before.
        """
        if "IDENTIFIED" not in script.upper():
            return
        for statement in statements(script):
            if verb := _MAKES_USER.match(statement):
                for who, password in _given(statement):
                    if verb[1].upper() == "CREATE":
                        self._given.setdefault(who, [])
                    known = self._given.get(who)
                    if known is not None and password not in [s.reveal() for s in known]:
                        known.append(Secret(password))

    def tried(self, address: Address, users: Mapping[Name, Properties]) -> dict[Name, Properties]:
        """How each account that exists and whose password is known fares; by account.

        Args:
            address: of the server.
            users: the inventory's class `user`.
        """
        return {
            name: {"login": self._try(address, name[0], properties)}
            for name, properties in users.items()
            if name[0] in self._given
        }

    def __bool__(self) -> bool:
        return bool(self._given)

    def _try(self, address: Address, who: str, properties: Properties) -> str:
        if "attribute Password_locking" in properties:
            return "not tried, as failed logins lock the account"
        user = who[1:-1].rsplit("'@'", 1)[0]
        said = ""
        for number, password in enumerate(self._given[who], 1):
            outcome = try_login(Login(address, password, user))
            if not outcome.refused:
                return f"let in with password {number} as {outcome.said}"
            said = said or outcome.said
        return f"refused: {said}"


LOGINS = Logins()
"""Of this process: what was seeded in one server may be restored into another."""


def _given(statement: str) -> Iterator[tuple[str, str]]:
    for match in _GIVEN.finditer(statement):
        host = _plain(match["host"]) if match["host"] else "%"
        yield account(_plain(match["user"]), host), _plain(match["word"])


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}


def _plain(text: str) -> str:
    quote = text[0]
    if quote not in "'\"`":
        return text
    body = text[1:-1].replace(quote * 2, quote)
    if quote == "`":
        return body
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), body, flags=re.DOTALL)
