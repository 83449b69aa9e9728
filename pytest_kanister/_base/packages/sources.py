"""What the machine's own apt is configured for, as values: sources.list(5) in both its formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Source", "distribution", "own_archive", "read_sources"]

_OPTION_NAMES = {"arch": "Architectures", "lang": "Languages", "target": "Targets"}
"""Options of the one-line format whose deb822 field is not just the name in title case."""

_ALIASES = {"stable", "testing", "unstable", "sid"}
"""Suites by which a Debian machine may name its distribution instead of the code name."""


@dataclass(frozen=True)
class Source:
    """One entry of sources.list: where, which suites, which components, and its options.

    `options` are deb822 fields by name (`Signed-By`, `Architectures` …), kept as they stand.
    """

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)

    def stanza(self) -> str:
        """The entry in deb822 format, limited to the index of binary packages."""
        fields = {
            "Types": "deb",
            "URIs": " ".join(self.uris),
            "Suites": " ".join(self.suites),
            "Components": " ".join(self.components),
            **self.options,
            "Targets": "Packages",
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


def read_sources(listing: Path, parts: Path) -> list[Source]:
    """Every enabled binary source of `listing` (sources.list) and of the files under `parts`."""
    files = [listing] if listing.is_file() else []
    if parts.is_dir():
        files += sorted(file for file in parts.iterdir() if file.suffix in (".list", ".sources"))
    found: list[Source] = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        found += _deb822(text) if file.suffix == ".sources" else _one_line(text)
    return found


def distribution(os_release: Path = Path("/etc/os-release")) -> tuple[str, str]:
    """(`debian` or `ubuntu` or another ID, code name); empty texts where the file says nothing."""
    try:
        text = os_release.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    said = dict(re.findall(r'^([A-Z_]+)="?([^"\n]*)"?$', text, re.MULTILINE))
    return said.get("ID", ""), said.get("VERSION_CODENAME", "")


def own_archive(sources: Sequence[Source], identity: str, codename: str) -> list[Source]:
    """The entries that are the distribution's own archive; vendors' repositories are left out.

    An own entry serves a suite named after the distribution (`bookworm`, `bookworm-updates`)
    with the component `main`, and is signed with the distribution's keyring.  A mirror may be
    signed anew: when no entry bears the distribution's keyring, those of the right suite count.
    """
    by_suite = []
    for source in sources:
        suites = tuple(s for s in source.suites if _belongs(s, identity, codename))
        if suites and "main" in source.components:
            by_suite.append(replace(source, suites=suites))
    keyring = f"{identity}-archive"
    signed = [s for s in by_suite if keyring in s.options.get("Signed-By", keyring)]
    return signed or by_suite


def _belongs(suite: str, identity: str, codename: str) -> bool:
    stem = re.split(r"[-/]", suite, maxsplit=1)[0]
    return (bool(codename) and stem == codename) or (identity == "debian" and stem in _ALIASES)


def _one_line(text: str) -> Iterator[Source]:
    """`deb [ option=value … ] uri suite component …`, see sources.list(5)."""
    for line in text.splitlines():
        match = re.match(r"deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line.strip())
        if match is None:
            continue
        options = {}
        for pair in (match[1] or "").split():
            name, _, value = pair.partition("=")
            key = _OPTION_NAMES.get(name, "-".join(part.title() for part in name.split("-")))
            options[key] = value.replace(",", " ")
        yield Source((match[2],), (match[3],), tuple(match[4].split()), options)


def _deb822(text: str) -> Iterator[Source]:
    for block in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if line[:1] in (" ", "\t") and name:
                fields[name] += "\n" + line  # an inline key in Signed-By keeps its line breaks
            elif ":" in line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        if "deb" not in fields.pop("Types", "").split():
            continue
        if fields.pop("Enabled", "yes").lower() in ("no", "false", "0", "off"):
            continue
        yield Source(
            tuple(fields.pop("URIs", "").split()),
            tuple(fields.pop("Suites", "").split()),
            tuple(fields.pop("Components", "").split()),
            fields,
        )
