"""What a template that multiplies too much is told."""

from __future__ import annotations

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, render
from tests.kanister.messages.agreement import FOLDER, agree

pytestmark = pytest.mark.slow

TEMPLATES = (
    '{{ repeat 1000000000 "abcdefgh" }}',
    '{{ indent 1000000000 "a" }}',
    "{{ until 1000000000 }}",
    "{{ untilStep 0 -1000000000 -1 }}",
    "{{ randAlpha 1000000000 }}",
    '{{ regexMatch (printf "%s" (repeat 30 "a{1000}")) "a" }}',
    '{{ join (repeat 1000000 "a") (until 100) }}',
    '{{ range until 30 }}{{ $x := repeat 4000000 "a" }}{{ end }}',
    '{{ $x := repeat 3000000 "a" }}{{ range until 10 }}{{ $x }}{{ end }}',
    "{{ range until 100000 }}{{ 1 }}{{ 2 }}{{ 3 }}{{ 4 }}{{ 5 }}{{ end }}",
    "{{ $x := list 1 }}{{ range 100 }}{{ $x = concat $x $x }}{{ end }}",
)


def test_limits_are_as_reviewed() -> None:
    blocks: list[str] = []
    for template in TEMPLATES:
        with pytest.raises(TemplateError) as caught:
            render(template, {})
        blocks.append(f"{template}\n    {caught.value}\n")
    agree(FOLDER / "limits.txt", "\n".join(blocks))
