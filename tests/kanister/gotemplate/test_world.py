"""Clock, zone, randomness, DNS and crypto come from the injected world."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pytest_kanister._kanister.gotemplate import TemplateError, World, render

NOON = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)


def test_now_and_the_local_zone() -> None:
    world = World(now=lambda: NOON, local_zone=ZoneInfo("Europe/Berlin"))
    assert render('{{ now | date "2006-01-02T15:04:05.999 MST" }}', {}, world=world) == (
        "2026-01-31T13:00:00.25 CET"
    )
    assert render('{{ dateInZone "15:04 MST" (now) "UTC" }}', {}, world=world) == "12:00 UTC"


def test_now_with_nanoseconds() -> None:
    world = World(now=lambda: 1_600_000_000_123_456_789)
    assert render("{{ (now).UnixNano }}", {}, world=world) == "1600000000123456789"


def test_date_of_a_text_is_now_as_in_sprig() -> None:
    world = World(now=lambda: NOON)
    assert render('{{ "2001-02-03" | date "2006" }}', {}, world=world) == "2026"


def test_ago() -> None:
    world = World(now=lambda: NOON)
    template = '{{ ago (toDate "2006-01-02T15:04:05" "2026-01-31T10:29:59") }}'
    assert render(template, {}, world=world) == "1h30m1s"


def test_the_same_seed_gives_the_same_texts() -> None:
    template = '{{ randAlphaNum 8 }} {{ uuidv4 }} {{ shuffle "abcdef" }}'
    one, two = (render(template, {}, world=World(random=random.Random(7))) for _ in range(2))
    other = render(template, {}, world=World(random=random.Random(8)))
    assert one == two != other


def test_lookup_host() -> None:
    world = World(lookup_host=lambda host: f"<{host}>")
    assert render('{{ getHostByName "db" }}', {}, world=world) == "<db>"


def test_crypto_makes_keys_and_certificates() -> None:
    def crypto(name: str, arguments: tuple[object, ...]) -> object:
        return (f"{name}-cert", f"{arguments[0]}-key") if name == "genCA" else f"{name} key"

    world = World(crypto=crypto)
    assert render('{{ $c := genCA "x" 3 }}{{ $c.Cert }} {{ $c.Key }}', {}, world=world) == (
        "genCA-cert x-key"
    )
    assert render('{{ genPrivateKey "ecdsa" }}', {}, world=world) == "genPrivateKey key"


def test_kanister_s_fips_replacements() -> None:
    with pytest.raises(TemplateError, match="'genPrivateKey for dsa key' is not allowed"):
        render('{{ genPrivateKey "dsa" }}', {})
    with pytest.raises(TemplateError, match="'derivePassword' is not allowed by kanister"):
        render('{{ derivePassword 1 "long" "p" "u" "s" }}', {})
    with pytest.raises(TemplateError, match='function "bcrypt" not defined'):
        render('{{ bcrypt "x" }}', {})
