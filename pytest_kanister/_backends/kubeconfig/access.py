"""A kubeconfig that holds one context of the person's own, which is only read.

What we and the tests' own kubectl use is a copy with that context as its current one: nobody can
slip onto another cluster by leaving the context out, and no client can write into the original.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml

from pytest_kanister.errors import EnvironmentProblem, UsageProblem

__all__ = ["named_context", "write_private"]

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Fields that name a file, relative to the kubeconfig's own folder."""


def named_context(chosen: str, context: str) -> dict[str, Any]:
    """A kubeconfig with the named context, its cluster and its user, and nothing else.

    Args:
        chosen: the file; empty: those of `$KUBECONFIG`, else `~/.kube/config`.
        context: the context's name.

    Raises:
        UsageProblem: no context was named, or there is none of that name.
        EnvironmentProblem: a file that cannot be read.
    """
    files = _files(chosen)
    configs = [(file, _load(file)) for file in files]
    known = [
        str(entry.get("name"))
        for _, config in configs
        for entry in config.get("contexts") or ()
        if isinstance(entry, dict)
    ]
    there = ", ".join(dict.fromkeys(known)) or "none"
    if not context:
        raise UsageProblem(
            "backend kubeconfig: the context has to be named (--kanister-context), as the current "
            f"one may be any cluster\n  contexts in {_shown(files)}: {there}"
        )
    if context not in known:
        raise UsageProblem(
            f"backend kubeconfig: there is no context {context!r} in {_shown(files)}\n"
            f"  contexts there: {there}"
        )
    inner = _entry(configs, "contexts", context)
    cluster, user = str(inner["context"].get("cluster")), str(inner["context"].get("user"))
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [inner],
        "clusters": [_entry(configs, "clusters", cluster)],
        "users": [_entry(configs, "users", user)],
        "preferences": {},
    }


def write_private(config: dict[str, Any], folder: Path) -> Path:
    """Writes it as `folder/kubeconfig`, which only we may read."""
    file = folder / "kubeconfig"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(config, stream, indent=1)  # JSON is YAML
    return file


def _files(chosen: str) -> list[Path]:
    if chosen:
        return [Path(chosen).expanduser()]
    listed = [Path(part) for part in os.environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [file for file in listed if file.exists()] or [Path.home() / ".kube" / "config"]


def _load(file: Path) -> dict[str, Any]:
    remedy = "name the file: --kanister-kubeconfig"
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise EnvironmentProblem(
            f"the kubeconfig {file} cannot be read: {error.strerror}", remedies=[remedy]
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(
            f"the kubeconfig {file} is not YAML: {str(error).splitlines()[0]}", remedies=[remedy]
        ) from None
    if not isinstance(config, dict):
        found = "nothing" if config is None else f"a {type(config).__name__}"
        raise EnvironmentProblem(
            f"the kubeconfig {file}: expected a mapping, found {found}",
            remedies=[remedy],
        )
    return config


def _entry(configs: list[tuple[Path, dict[str, Any]]], section: str, name: str) -> dict[str, Any]:
    for file, config in configs:
        for entry in config.get(section) or ():
            if isinstance(entry, dict) and entry.get("name") == name:
                key = section.removesuffix("s")
                inner = dict(entry.get(key) or {})
                for field in _FILES:
                    if inner.get(field):
                        inner[field] = str(file.absolute().parent / str(inner[field]))
                return {"name": name, key: inner}
    raise UsageProblem(
        f"backend kubeconfig: the context names {section.removesuffix('s')} {name!r}, "
        f"which is not among the {section} of {', '.join(str(file) for file, _ in configs)}; "
        "mend the file, or name another context (--kanister-context)"
    )


def _shown(files: list[Path]) -> str:
    return ", ".join(map(str, files))
