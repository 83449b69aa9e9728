"""`docs/scenarios.md`, made from the bundled files: `python -m tests.bundled.catalogue`."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.bundled.library import kinds, scenarios_of
from tests.bundled.twins import twins_of

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"

_HEAD = """\
# The bundled scenarios

<!-- Made by `python -m tests.bundled.catalogue`; a test checks that it is current. -->

They come with the package: `pytest-kanister scenarios` lists them, and
`pytest --pyargs pytest_kanister._bundled.scenarios` runs them; each is a pattern for one's own.
Their Blueprints are this project's (`fixtures/blueprints`), drop-ins for the public ones;
[findings.md](findings.md) says what those lose.

Each has a **twin that must fail**: the same steps with the Blueprint broken where the
scenario looks.

    python -m tests.bundled.library --twins

runs all of them in a checkout and prints scenario, backend, seconds, verdict, and which step
noticed the sabotage; `--kind mysql` runs one kind, `--backend kind` another cluster.
"""


def page() -> str:
    """The page's text."""
    parts = [_HEAD]
    for kind in kinds():
        parts += [
            f"\n## {kind}\n\n",
            "| scenario | shows | its twin: noticed by |\n|---|---|---|\n",
        ]
        blueprints = set()
        for path in scenarios_of(kind):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            blueprints.add(Path(str(data["spec"]["blueprint"])).name)
            twins = "; ".join(
                f"{twin.what}: {' or '.join(f'`{s}`' for s in twin.sabotage.found_by)}"
                for twin in twins_of(path)
            )
            name, shows = data["metadata"]["name"], data["metadata"]["description"]
            link = f"../scenarios/{kind}/{path.name}"
            known = data["spec"].get("known", [])
            losses = "".join(f" Known: {loss['why']}." for loss in known)
            dot = "." if losses else ""
            parts.append(f"| [{name}]({link}) | {shows}{dot}{losses} | {twins or 'none'} |\n")
        parts.append(f"\nBlueprint: {', '.join(f'`{name}`' for name in sorted(blueprints))}.\n")
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
