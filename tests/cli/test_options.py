import argparse

import pytest

from pytest_kanister._cli.options import add_settings, settings_of
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import UsageProblem


def parse(*argv: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_settings(parser, ("cache", "strict", "actionset_timeout_s"))
    return settings_of(parser.parse_args(argv))


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "STRICT", "ACTIONSET_TIMEOUT_S", "ISOLATION"):
        monkeypatch.delenv(f"PYTEST_KANISTER_{name}", raising=False)


def test_defaults() -> None:
    assert parse() == Settings()


def test_the_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_KANISTER_CACHE", "/from/environment")
    monkeypatch.setenv("PYTEST_KANISTER_ISOLATION", "nss_wrapper")

    assert parse("--kanister-cache", "/from/option").cache == "/from/option"
    assert parse().cache == "/from/environment"
    assert parse().isolation == "nss_wrapper", "settings without an option here are read too"


def test_switches_and_seconds() -> None:
    settings = parse("--kanister-strict", "--kanister-actionset-timeout-s", "7.5")

    assert settings.strict
    assert settings.actionset_timeout_s == 7.5


def test_a_value_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageProblem, match="expected seconds, found 'soon'"):
        parse("--kanister-actionset-timeout-s", "soon")
