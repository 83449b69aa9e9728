"""What must not be shown: the texts of Secrets, in every form in which they turn up."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_kanister._kube import KubeClient

__all__ = ["Redactor", "secret_texts"]

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


def secret_texts(secret: Mapping[str, object]) -> list[str]:
    """The texts of a Secret as the API gives it, but for those that are names and ports."""
    data = secret.get("data")
    found = []
    for key, value in (data if isinstance(data, dict) else {}).items():
        if not _NO_SECRET.search(key):
            found.append(base64.b64decode(value).decode(errors="replace"))
    return found


def secrets_of(kube: KubeClient, namespaces: Iterable[str]) -> list[str]:
    """The texts of all Secrets in some namespaces."""
    from pytest_kanister._model.resources import SECRETS

    return [
        text
        for namespace in namespaces
        for secret in kube.list(SECRETS, namespace)
        for text in secret_texts(secret)
    ]
