"""What must not be shown: the texts of Secrets, in every form in which they turn up."""

from __future__ import annotations

import base64
import json
import re
import shlex
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from pytest_kanister._model.resources import SECRETS
from pytest_kanister.errors import ApiError, KanisterHarnessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_kanister._kube import KubeClient

__all__ = ["Redactor", "redact_error", "secrets_of", "texts_of_secret"]

_SHORTEST = 5
"""A shorter text turns up by itself everywhere; nobody could read a report without it."""

_NO_SECRET = re.compile(r"(^|[-_.])(user|username|name|host|hostname|port|database|db|role)$", re.I)
"""Keys of a Secret whose values are no secrets: `mysql-user`, `database`."""


class Redactor:
    """Replaces known secrets by `***`: as they are, in base64, quoted for whatever quotes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # stages are set up in threads of their own
        self._texts: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, texts: Iterable[str]) -> None:
        """More of them; those shorter than five characters are left out."""
        stripped = (text.strip("\n") for text in texts)
        forms = {form for text in stripped if len(text) >= _SHORTEST for form in _forms(text)}
        with self._lock:
            if not forms <= self._texts:
                self._texts |= forms
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
        _json_of_go(text),
        quote(text, safe=""),
        quote(text),
        quote_plus(text),
        text.replace("'", "''"),  # YAML and SQL
        text.replace("\\", "\\\\").replace("'", "\\'"),  # MySQL, Python
        shlex.quote(text)[1:-1] if "'" in text else text,
        text.replace("'", "'\\''"),  # a shell's own trace
        base64.b64encode(encoded).decode(),
        base64.b64encode(encoded + b"\n").decode(),
    }
    # A secret of several lines (a key) is shown line by line where text is indented.
    forms.update(line.strip() for line in text.splitlines() if len(line.strip()) >= 16)
    return forms


def _json_of_go(text: str) -> str:
    """As Kanister's `toJson` writes it: safe in HTML."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    for letter in "<>&":
        quoted = quoted.replace(letter, f"\\u{ord(letter):04x}")
    return quoted


def redact_error(error: BaseException, redact: Redactor) -> None:
    """Takes secrets out of everything that an error of ours, or its cause, carries as text."""
    for behind in (error.__cause__, error.__context__):
        if isinstance(behind, KanisterHarnessError):  # pytest shows the whole chain
            redact_error(behind, redact)
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


def texts_of_secret(kube: KubeClient, name: str, namespace: str) -> list[str]:
    """The texts of one Secret; none when it is not there, or not ours to read."""
    try:
        return _texts(kube.get(SECRETS, name, namespace))
    except ApiError:
        return []


def secrets_of(kube: KubeClient, namespaces: Iterable[str]) -> list[str]:
    """The texts of all Secrets in some namespaces, but for those that are names and ports."""
    return [
        text
        for namespace in namespaces
        for secret in kube.list(SECRETS, namespace)
        for text in _texts(secret)
    ]
