"""`pytest-kanister try` on real servers: what it says of public Blueprints, and of our own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_kanister.__main__ import main
from pytest_kanister._base.bundled import bundled

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("corpus")]

BESIDE = Path(__file__).parents[3] / "shared" / "corpus" / "blueprints"
CORPUS = Path(os.environ.get("KANISTER_TEST_CORPUS", BESIDE))
GOLDEN = Path(__file__).parent / "golden"

Capture = pytest.CaptureFixture[str]

# What a run makes up; what is the machine's; what a run takes.
_MASKS = (
    (r"\n {4,24}(?=[^\s|])", " "),  # where lines are folded follows from names' lengths
    (r"\d+\.\d\d s", "# s"),
    (r"\b(backup|delete)-[a-z0-9]{5}\b", r"\1-#"),
    (r"-#-[a-z0-9]{5}\b", "-#-#"),
    (r"kanister-job-[a-z0-9]{5}", "kanister-job-#"),
    (r"my-production-app(-\d{1,3})?-[0-9a-f]{6}\b", "my-production-app-#"),
    (r"my-production-app(-\d{1,3}\b)?", "my-production-app"),
    (r"my-production-app/[0-9a-f]{6}/", "my-production-app/#/"),
    (r"20\d\d-\d\d-\d\dT\d\d-?:?\d\d-?:?\d\d(\.sql)?", "<time>"),
    (r"[0-9a-f]{64}", "<digest>"),
    (r"1\d{18}\b", "<nanoseconds>"),
    (r"[\d,]+ bytes", "# bytes"),
    (r"\d+ new objects?", "# new objects"),
    (r"127\.\d+\.\d+\.\d+", "<address>"),
    # Which of many errors come last in a log is a race.
    (r"(restore failed: ).*?(?=; restore failed| \S+-blueprint\.yaml:)", r"\1<reason>"),
    (r"^finding .*(\n {13}.*)*\n", ""),
    (r"(?m)^ *\| .*\n|^ *evidence:\n", ""),
)


def _masked(text: str) -> str:
    """Without the lint part (`golden` of its own) and the machine's own words."""
    head, _, rest = text.partition("what reading it shows:\n")
    text = head + rest[rest.index("scenario     ") :]
    before, _, after = text.partition("what really ran:\n")
    text = before + after[after.find("what to change:") :] if after else before
    for pattern, word in _MASKS:
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    # How wide a column is follows from what stood there.
    return re.sub(r"(?m)^ *# s", "# s", text)


@pytest.mark.thorough
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no Blueprints at {CORPUS}")
@pytest.mark.parametrize(
    "path",
    [
        "mysql/mysql",
        "maria/maria",
        "postgres/v10.16.2/postgres",
        "redis/redis",
        "time-log/time-log",
    ],
)
def test_what_public_blueprints_lose(
    path: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CORPUS)
    assert main(["try", f"{path}-blueprint.yaml"]) == 1
    seen = _masked(capsys.readouterr().out)
    golden = GOLDEN / f"try-{path.split('/')[0]}.txt"
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        golden.write_text(seen, encoding="utf-8")
    assert seen == golden.read_text(encoding="utf-8")


def test_our_own_is_proven_saved_and_told_to_a_reviewer(tmp_path: Path, capsys: Capture) -> None:
    saved = tmp_path / "mine.kanister.yaml"
    blueprint = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")
    arguments = ["try", str(blueprint), "--fast", "--save", str(saved), "--markdown"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("### `")
    assert ": proven\n" in out
    assert re.search(r"\| Blueprint \| `mysql-blueprint.yaml`, sha256 `[0-9a-f]{64}` \|", out)
    assert "| database | MySQL " in out
    assert "| data | proven | 9 rows |" in out
    assert "proven: mysql-blueprint-fast" in err
    repeated = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(saved)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        check=False,
    )
    assert repeated.returncode == 0, repeated.stdout
    assert "1 passed" in repeated.stdout


def test_what_nobody_deletes_is_unverified(tmp_path: Path, capsys: Capture) -> None:
    text = bundled("fixtures", "blueprints", "mysql-blueprint.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(re.sub(r"(?ms)^  delete:.*?(?=^  \w|\Z)", "", text), encoding="utf-8")
    assert main(["try", str(file), "--fast"]) == 3
    out = capsys.readouterr().out
    assert "it has no action that deletes" in out
    assert "  bucket    unverified  nothing deletes backups" in out


def test_a_second_cluster_that_is_not_there_leaves_the_first_verdict(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    blueprint = bundled("fixtures", "blueprints", "mysql-blueprint.yaml")
    saved = tmp_path / "x.kanister.yaml"
    arguments = ["--fast", "--markdown", "--save", str(saved), "--confirm", "kubeconfig"]
    assert main(["try", str(blueprint), *arguments]) in (2, 4)
    out, err = capsys.readouterr()
    assert ": proven\n" in out
    assert "kubeconfig did not get as far" in out
    assert "once more on kubeconfig:" in err
    assert saved.is_file()
