import subprocess
import sys

import pytest

from pytest_kanister.__main__ import COMMANDS, main
from pytest_kanister.errors import EnvironmentProblem, UsageProblem


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])

    assert left.value.code == 0
    text = capsys.readouterr().out
    for word in COMMANDS:
        assert f"\n  {word} " in text


def test_without_a_command_the_help_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "commands:" in captured.err


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["frobnicate"])

    assert left.value.code == 2
    assert "frobnicate" in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pytest-kanister ")


@pytest.mark.parametrize(
    ("error", "status"),
    [(UsageProblem("no such thing"), 2), (EnvironmentProblem("no disk", remedies=["buy one"]), 4)],
)
def test_our_errors_become_text_and_a_status(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
) -> None:
    def fail(arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr("pytest_kanister._cli.cluster.main", fail)

    assert main(["cluster", "status"]) == status
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"{error}\n"


def test_starting_costs_no_heavy_import() -> None:
    code = (
        "import sys; from pytest_kanister.__main__ import main; main(['--version']);"
        "print(sorted({'kubernetes', 'aiohttp', 'boto3', 'pymysql', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["demo", "try"])
@pytest.mark.parametrize(
    "flag", ["--kanister-report", "--kanister-artifacts", "--kanister-missing"]
)
def test_what_is_about_pytests_items_is_no_option_of_a_round(
    capsys: pytest.CaptureFixture[str], command: str, flag: str
) -> None:
    """It would be taken and do nothing."""
    with pytest.raises(SystemExit) as caught:
        main([command, *(["b.yaml"] if command == "try" else []), f"{flag}=x"])

    assert caught.value.code == 2
    assert f"unrecognized arguments: {flag}=x" in capsys.readouterr().err


def test_scenarios_of_a_kind_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--workload", "oracle"]) == 2
    assert "--workload: expected one of command, files, mariadb" in capsys.readouterr().err
