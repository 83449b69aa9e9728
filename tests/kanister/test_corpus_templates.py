"""Every template of the public Blueprints renders with plausible parameters."""

from __future__ import annotations

import pytest

from tests.kanister.corpus_templates import CORPUS, rows


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}: KANISTER_TEST_CORPUS")
def test_every_template_renders() -> None:
    found = list(rows())
    assert len(found) > 300
    assert [row for row in found if row.error] == []
