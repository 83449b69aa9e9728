"""`BuiltinCatalogue`: image names that are known here, by family."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from pytest_kanister._cluster.images import machine, mariadb, mysql, seaweedfs
from pytest_kanister._cluster.images.names import ImageName, mapped, parse_mapping
from pytest_kanister.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pytest_kanister._cluster.contracts import Program

__all__ = ["MAPPING_VARIABLE", "BuiltinCatalogue"]

MAPPING_VARIABLE = "PYTEST_KANISTER_IMAGE_MAP"

_FAMILIES = {
    "mysql": "mysql",
    "mariadb": "mariadb",
    "mysql-sidecar": "tools",
    "mysql-tools": "tools",
    "redis": "redis",
    "redis-tools": "redis-tools",
    "valkey": "redis",
    "postgres": "postgres",
    "postgresql": "postgres",
    "postgres-kanister-tools": "postgres-tools",
    "postgres-task": "postgres-tools",
    "seaweedfs": "seaweedfs",
    "kanister-tools": "kanister-tools",
    "busybox": "machine",
    "alpine": "machine",
    "bash": "machine",
    "debian": "machine",
    "ubuntu": "machine",
}
"""Family by the last element of the image's repository."""


class BuiltinCatalogue:
    """Implements `contracts.Catalogue`.

    Registry and tag do not choose anything: the title says what runs for which image.

    Args:
        cache: where fetched trees and prepared data are kept.
        strict: a substitution (MariaDB for MySQL) is an error.
        mapping: unknown image → known image; None reads PYTEST_KANISTER_IMAGE_MAP.
        tools: folder of wrapper scripts (kando) put into the PATH of every image.
    """

    def __init__(
        self,
        cache: Path,
        *,
        strict: bool = False,
        mapping: Mapping[str, str] | None = None,
        tools: Path | None = None,
    ) -> None:
        self._cache = cache
        self._strict = strict
        self._tools = tools
        if mapping is None:
            mapping = parse_mapping(os.environ.get(MAPPING_VARIABLE, ""))
        self._mapping = dict(mapping)
        self._resolved: dict[str, Program] = {}

    def knows(self, image: str) -> bool:
        """Whether the name belongs to a family, itself or by the mapping."""
        return self._family(image) is not None

    def resolve(self, image: str, progress: Callable[[str], None]) -> Program:
        """See `contracts.Catalogue.resolve`; the answer is kept for the process' life."""
        known = self._resolved.get(image)
        if known is not None:
            return known
        family = self._family(image)
        if family is None:
            raise self._unknown(image)
        program = self._program(family, image, progress)
        if program.substituted and self._strict:
            raise EnvironmentProblem(
                f"image {image}: {program.substituted}, and substitutions are refused",
                remedies=[
                    "make the asked server available (see `pytest-kanister doctor`)",
                    "or allow substitutions",
                ],
            )
        if self._tools is not None:
            program = replace(
                program,
                path=(*program.path, self._tools),
                paths=(*program.paths, self._tools),
            )
        self._resolved[image] = program
        return program

    def _family(self, image: str) -> str | None:
        return _FAMILIES.get(ImageName.parse(mapped(image, self._mapping)).base)

    def _program(self, family: str, image: str, progress: Callable[[str], None]) -> Program:
        name = ImageName.parse(mapped(image, self._mapping))
        if family == "seaweedfs":
            return seaweedfs.server_program(image)
        if family == "machine":
            return machine.machine_program(image, name.base)
        if family == "kanister-tools":
            from pytest_kanister._cluster.images.tools import tools_program

            return tools_program(image, self._cache, progress)
        if family in ("redis", "redis-tools"):
            # Rare, so it is imported when asked for.
            from pytest_kanister._cluster.images import redis

            if family == "redis":
                return redis.server_program(name, image, self._cache, progress)
            return redis.client_program(name, image, self._cache, progress)
        if family in ("postgres", "postgres-tools"):
            from pytest_kanister._cluster.images import postgres

            if family == "postgres":
                return postgres.server_program(name, image, self._cache, progress)
            return postgres.client_program(image, self._cache, progress)
        if family == "mariadb":
            installation = mariadb.find_mariadb(self._cache, progress)
            return mariadb.server_program(installation, name, image, self._cache, progress)
        try:
            installation = mysql.find_mysql(self._cache, progress)
        except EnvironmentProblem:
            if self._strict:
                raise
            installation = mariadb.stand_in(mariadb.find_mariadb(self._cache, progress), image)
        if family == "tools":
            return machine.client_program(image, installation)
        serve = mariadb.server_program if installation.substituted else mysql.server_program
        return serve(installation, name, image, self._cache, progress)

    def _unknown(self, image: str) -> EnvironmentProblem:
        return EnvironmentProblem(
            f"the embedded cluster does not know the image {image!r} and pulls none",
            remedies=[
                f"map it onto a known one: env {MAPPING_VARIABLE}='{image}=KNOWN'"
                " (several: unknown=known,unknown=known)",
            ],
            looked=[f"known images: {', '.join(sorted(_FAMILIES))}"],
        )
