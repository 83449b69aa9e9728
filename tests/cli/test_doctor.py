from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister._backends.embedded import examination
from pytest_kanister._backends.embedded.examination import Finding
from pytest_kanister._cli import doctor
from pytest_kanister._model.settings import Settings


def findings(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    def examine(settings: object, progress: object) -> Iterator[Finding]:
        yield from found

    monkeypatch.setattr(doctor, "examine", examine)


@pytest.mark.slow
def test_this_machine_is_fit(capsys: pytest.CaptureFixture[str]) -> None:
    """The tests run a cluster here, so doctor must find that one can run."""
    status = doctor.main([])

    text = capsys.readouterr().out
    assert status == 0, text
    assert text.startswith("backend: embedded")
    for what in ("system", "extra 'embedded'", "addresses", "isolation", "S3 server"):
        assert f"ok   {what}" in text


def test_an_empty_cache_is_told_with_the_command_that_fills_it(tmp_path: Path) -> None:
    *_, last = examination._servers(Settings(cache=str(tmp_path)))

    assert last.ok, "nothing is wrong: servers are fetched when needed"
    assert last.found.startswith(f"none in {tmp_path}")
    assert last.remedy == "pytest-kanister demo"


def test_what_ails_makes_status_4_and_ends_in_remedies(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    findings(
        monkeypatch,
        Finding("one", "fine"),
        Finding("two", "works", losses=("pods see each other's files",)),
        Finding("three", "missing", ok=False, remedy="fetch three"),
        Finding("four", "missing", ok=False, remedy="fetch three"),
    )

    assert doctor.main([]) == 4
    assert capsys.readouterr().out.splitlines() == [
        "backend: embedded (what the others lack, they say at their start: docs/clusters.md)",
        "ok   one: fine",
        "ok   two: works",
        "     lost: pods see each other's files",
        "FAIL three: missing",
        "FAIL four: missing",
        "what now:",
        "  fetch three",
    ]


def test_a_missing_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "NEEDED", ("no_such_package",))

    *_, last = examination.examine(None, print)  # type: ignore[arg-type]  # not looked at

    assert not last.ok
    assert last.remedy == "pip install 'pytest-kanister[embedded]'"
