"""apt-get with a private state: it resolves and downloads, and touches nothing of the system."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_kanister._base.children import Finished, run
from pytest_kanister._base.packages.sources import (
    Source,
    distribution,
    own_archive,
    read_sources,
)
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PrivateApt", "sources_for"]

_NETWORK_REMEDIES = (
    "check that `apt-get update` works on this machine: the same sources and proxies are used",
    "or run once where there is network and copy the cache folder over",
)


def sources_for(suite: str | None) -> list[Source]:
    """The distribution's own entries, or for `suite` its main archive with the suite replaced.

    Raises:
        EnvironmentProblem: apt is missing, or its configuration holds no such entry.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise EnvironmentProblem(
            "no apt-get or dpkg-deb on this machine, so no server can be fetched",
            remedies=[
                "use Debian or Ubuntu, or put the programs (mysqld, bwrap …) into PATH yourself"
            ],
            looked=["PATH"],
        )
    said = run(
        ["apt-config", "shell", "L", "Dir::Etc::sourcelist/f", "P", "Dir::Etc::sourceparts/d"]
    )
    places = dict(re.findall(r"^([LP])='(.*)'$", said.stdout, re.MULTILINE))
    listing, parts = Path(places.get("L", "")), Path(places.get("P", ""))
    identity, codename = distribution()
    own = own_archive(read_sources(listing, parts), identity, codename)
    if suite is not None:
        own = [
            Source(entry.uris, (suite,), ("main",), entry.options)
            for entry in own
            if any("-" not in name and "/" not in name for name in entry.suites)
        ][:1]
    if not own:
        raise EnvironmentProblem(
            "apt is configured with no entry of the distribution's own archive"
            f" ({identity or 'unknown distribution'} {codename}, component main)",
            remedies=["add the distribution's archive to apt's sources, then run again"],
            looked=[str(listing), str(parts)],
        )
    return own


class PrivateApt:
    """apt-get on private folders under `folder`, with an empty dpkg status.

    The machine's own apt configuration is read first, so proxies and credentials hold; ours
    comes after it and moves every folder that is written to.
    """

    def __init__(self, folder: Path, sources: Sequence[Source]) -> None:
        self._archives = folder / "cache" / "archives"
        for made in (folder / "state/lists/partial", self._archives / "partial", folder / "etc"):
            made.mkdir(parents=True)
        (folder / "status").touch()
        # apt reads the packages of a `file:` archive in place; `copy:` brings them to the others.
        copied = [
            replace(source, uris=tuple(re.sub("^file:", "copy:", uri) for uri in source.uris))
            for source in sources
        ]
        (folder / "etc" / "own.sources").write_text("\n".join(s.stanza() for s in copied))
        self._config = folder / "apt.conf"
        self._config.write_text(_CONFIG.format(folder=folder), encoding="utf-8")

    def update(self) -> None:
        """Reads the package indexes; raises `EnvironmentProblem` when it cannot."""
        done = self._run("apt-get", "update", "--error-on=any")
        if done.exit_status:
            raise EnvironmentProblem(
                "the package indexes cannot be read",
                remedies=_NETWORK_REMEDIES,
                evidence=done.tail(),
            )

    def choose(self, alternatives: str) -> str:
        """The first of `a | b | c` that the indexes offer."""
        names = [name.strip() for name in alternatives.split("|")]
        for name in names:
            done = self._run("apt-cache", "show", "--no-all-versions", name)
            if done.exit_status == 0 and done.stdout.startswith("Package:"):
                return name
        raise EnvironmentProblem(
            f"the distribution's archive has no package {' or '.join(names)}",
            remedies=["use a release that has it, or put the program into PATH yourself"],
        )

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Downloads packages with everything they depend on; the .deb files in name order."""
        done = self._run(
            "apt-get", "install", "--yes", "--download-only", "--no-install-recommends", *packages
        )
        if done.exit_status:
            raise EnvironmentProblem(
                f"{', '.join(packages)} cannot be downloaded",
                remedies=_NETWORK_REMEDIES,
                evidence=done.tail(),
            )
        return sorted(self._archives.glob("*.deb"))

    def _run(self, program: str, *words: str) -> Finished:
        return run([program, "-q", "-c", str(self._config), *words], timeout_s=1200)


# Check-Valid-Until: a mirror that was frozen on purpose serves a Release past its date; its
# signature is still checked.  Sandbox user: root's apt-get would drop to a user that cannot
# read private folders.  Every hook of the system's configuration is cleared.
_CONFIG = """\
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "{folder}/etc";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Log "{folder}";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
Debug::NoLocking "true";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
"""
