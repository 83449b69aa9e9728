"""Reading what apt is configured for, in both formats."""

from pathlib import Path

from pytest_kanister._base.packages.sources import distribution, own_archive, read_sources

DEB822 = """\
# the archive
Types: deb deb-src
URIs: http://mirror.invalid/debian
Suites: bookworm bookworm-updates
# a comment inside
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.invalid/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://vendor.invalid/apt
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg

Types: deb
Enabled: no
URIs: http://off.invalid/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.invalid/debian
Suites: bookworm
Components: main
"""


def configured(tmp_path: Path, **files: str) -> tuple[Path, Path]:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    for name, text in files.items():
        (parts / name.replace("_", ".")).write_text(text)
    return tmp_path / "sources.list", parts


def test_deb822_keeps_own_archive_and_leaves_vendors_disabled_and_source_entries_out(
    tmp_path: Path,
) -> None:
    listing, parts = configured(tmp_path, a_sources=DEB822)
    own = own_archive(read_sources(listing, parts), "debian", "bookworm")
    assert [(source.uris, source.suites) for source in own] == [
        (("http://mirror.invalid/debian",), ("bookworm", "bookworm-updates")),
        (("http://mirror.invalid/debian-security",), ("bookworm-security",)),
    ]
    assert own[0].options == {"Signed-By": "/usr/share/keyrings/debian-archive-keyring.gpg"}


def test_one_line_format_with_options_becomes_a_stanza(tmp_path: Path) -> None:
    listing, parts = configured(tmp_path)
    listing.write_text(
        "deb [arch=amd64,arm64 signed-by=/k/ubuntu-archive-keyring.gpg] http://m.invalid/u noble"
        " main universe # why\n# deb http://commented.invalid/u noble main\n"
        "deb-src http://m.invalid/u noble main\n"
    )
    (source,) = own_archive(read_sources(listing, parts), "ubuntu", "noble")
    assert source.components == ("main", "universe")
    assert source.stanza() == (
        "Types: deb\nURIs: http://m.invalid/u\nSuites: noble\nComponents: main universe\n"
        "Architectures: amd64 arm64\nSigned-By: /k/ubuntu-archive-keyring.gpg\nTargets: Packages\n"
    )


def test_vendor_of_the_same_suite_without_main_is_left_out(tmp_path: Path) -> None:
    listing, parts = configured(tmp_path, v_list="deb http://v.invalid/debian bookworm stable\n")
    assert own_archive(read_sources(listing, parts), "debian", "bookworm") == []


def test_mirror_signed_anew_counts_when_no_entry_bears_the_distribution_s_key(
    tmp_path: Path,
) -> None:
    text = "deb [signed-by=/k/corp.gpg] http://corp.invalid/debian trixie main\n"
    listing, parts = configured(tmp_path, corp_list=text)
    (source,) = own_archive(read_sources(listing, parts), "debian", "trixie")
    assert source.uris == ("http://corp.invalid/debian",)


def test_inline_key_keeps_its_lines(tmp_path: Path) -> None:
    text = (
        "Types: deb\nURIs: http://m.invalid/d\nSuites: sid\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEY865UxYJ\n"
    )
    listing, parts = configured(tmp_path, k_sources=text)
    (source,) = own_archive(read_sources(listing, parts), "debian", "forky")
    assert "\n .\n mDMEY865UxYJ" in source.stanza()


def test_distribution_reads_os_release(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text('NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME=bookworm\n')
    assert distribution(file) == ("debian", "bookworm")
    assert distribution(tmp_path / "none") == ("", "")
