"""What must not be shown: the texts of Secrets, in every form in which they turn up."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from pytest_kanister._model.resources import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_kanister._kube import KubeClient

__all__ = ["Redactor", "redact_error", "secrets_of"]

_SHORTEST = 5
"""A shorter text turns up by itself everywhere; nobody could read a report without it."""

_NO_SECRET = re.compile(r"(^|[-_.])(user|username|name|host|hostname|port|database|db|role)$", re.I)
"""Keys of a Secret whose values are no secrets: `mysql-user`, `database`."""


class Redactor:
    """Replaces known secrets by `***`: as they are, in base64, quoted for URLs and for JSON."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, texts: Iterable[str]) -> None:
        """More of them; those shorter than five characters are left out."""
        known = len(self._texts)
        for text in texts:
            stripped = text.strip("\n")
            if len(stripped) >= _SHORTEST:
                self._texts.update(_forms(stripped))
        if len(self._texts) != known:
            longest_first = sorted(self._texts, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        return self._pattern.sub("***", text) if self._pattern else text


def _forms(text: str) -> set[str]:
    encoded = text.encode()
    forms = {
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, safe=""),
        base64.b64encode(encoded).decode(),
        base64.b64encode(encoded + b"\n").decode(),
    }
    # A secret of several lines (a key) is shown line by line where text is indented.
    forms.update(line.strip() for line in text.splitlines() if len(line.strip()) >= 16)
    return forms


def redact_error(error: BaseException, redact: Redactor) -> None:
    """Takes secrets out of everything that an error of ours carries as text."""
    for name, value in vars(error).items():
        if isinstance(value, str):
            setattr(error, name, redact(value))
        elif isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            setattr(error, name, tuple(redact(part) for part in value))
    error.args = tuple(redact(part) if isinstance(part, str) else part for part in error.args)


def _texts(secret: Mapping[str, object]) -> list[str]:
    data = secret.get("data")
    found = []
    for key, value in (data if isinstance(data, dict) else {}).items():
        if not _NO_SECRET.search(key):
            found.append(base64.b64decode(value).decode(errors="replace"))
    return found


def secrets_of(kube: KubeClient, namespaces: Iterable[str]) -> list[str]:
    """The texts of all Secrets in some namespaces, but for those that are names and ports."""
    return [
        text
        for namespace in namespaces
        for secret in kube.list(SECRETS, namespace)
        for text in _texts(secret)
    ]
