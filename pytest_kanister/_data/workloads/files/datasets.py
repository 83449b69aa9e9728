"""A dataset of files: YAML that says what is to be there, for the program in the pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from pytest_kanister.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["entries_of"]

_KINDS = ("file", "folder", "symbolic link", "hard link", "pipe")
_KEYS = {
    "path",
    "pathBytes",
    "kind",
    "text",
    "textBytes",
    "random",
    "seed",
    "hole",
    "parts",
    "mode",
    "uid",
    "gid",
    "mtimeNs",
    "target",
    "targetBytes",
    "xattrs",
}


def entries_of(dataset: Path) -> list[dict[str, Any]]:
    """The file's entries as the program takes them: every text is Latin-1 of its bytes.

    Raises:
        UsageProblem: it cannot be read, or an entry is none.
    """
    try:
        data = yaml.safe_load(dataset.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageProblem(f"cannot read the dataset {dataset}: {error}") from None
    if not isinstance(data, list):
        raise UsageProblem(f"dataset {dataset}: expected a list of entries")
    return [_entry(entry, f"dataset {dataset}, entry {at}") for at, entry in enumerate(data, 1)]


def _entry(entry: Any, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise UsageProblem(f"{where}: expected a mapping, found {entry!r}")
    if unknown := sorted(entry.keys() - _KEYS):
        raise UsageProblem(
            f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}"
        )
    found = _texts(entry)
    if not found.get("path") or found["path"].startswith("/") or ".." in found["path"].split("/"):
        raise UsageProblem(f"{where}: expected a path below the volume, found {entry!r}")
    if found.setdefault("kind", "file") not in _KINDS:
        raise UsageProblem(f"{where}: expected kind {' or '.join(_KINDS)}, found {found['kind']!r}")
    if "link" in found["kind"] and "target" not in found:
        raise UsageProblem(f"{where}: a link needs a target")
    if "parts" in found:
        found["parts"] = [_texts(part) for part in found["parts"]]
    found["xattrs"] = {key: _bytes(str(value)) for key, value in found.get("xattrs", {}).items()}
    return found


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    """`path`, `target`, `text` in UTF-8; `pathBytes` …, whose characters are bytes, as they are."""
    found = dict(entry)
    for key in ("path", "target", "text"):
        if f"{key}Bytes" in found:
            found[key] = str(found.pop(f"{key}Bytes"))
        elif key in found:
            found[key] = _bytes(str(found[key]))
    return found


def _bytes(text: str) -> str:
    return text.encode().decode("latin-1")
