from __future__ import annotations

import pytest

from pytest_kanister._base.bundled import bundled
from pytest_kanister.errors import EnvironmentProblem


def test_finds_files_and_folders() -> None:
    assert bundled("fixtures", "datasets", "mysql").is_dir()
    assert "Accounts" in bundled("fixtures", "datasets", "mysql", "accounts.sql").read_text()


def test_what_is_nowhere_names_both_places() -> None:
    with pytest.raises(EnvironmentProblem) as caught:
        bundled("fixtures", "no-such-file")
    packaged, beside = caught.value.looked
    assert packaged.endswith("pytest_kanister/_bundled/fixtures/no-such-file")
    assert beside.endswith("/fixtures/no-such-file")
