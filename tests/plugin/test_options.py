"""Each setting by option, by ini file and by environment, in that order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_kanister._model.settings import OPTIONS
from pytest_kanister.testing import Example

SHOW = {
    "test_it.py": """
        from pytest_kanister._plugin.state import RUN

        def test_it(request):
            print(f"<{request.config.stash[RUN].settings.NAME}>")
    """
}

VALUES = {
    "backend": ("embedded", "embedded", "embedded"),
    "strict": ("", "true", "yes"),
    "isolation": ("bubblewrap", "nss_wrapper", "auto"),
    "keep": ("", "true", "1"),
    "missing": ("skip", "error", "skip"),
    "cache": ("/a", "/b", "/c"),
    "actionset_timeout_s": ("1.5", "2.5", "3.5"),
    "ready_timeout_s": ("1.5", "2.5", "3.5"),
    "trace": ("a", "b", "c"),
    "report": ("a", "b", "c"),
    "artifacts": ("a", "b", "c"),
}

TOGETHER = {
    "context": ("a", "b", "c"),
    "full_rows": ("1", "2", "3"),
    "images": ("pull", "catalogue", "auto"),
    "install": ("manifests", "helm", "none"),
    "kind_config": ("/a", "/b", "/c"),
    "kind_image": ("a", "b", "c"),
    "kind_load": ("a,b", "c", "d"),
    "kind_name": ("a", "b", "c"),
    "kubeconfig": ("/a", "/b", "/c"),
    "namespace": ("a", "b", "c"),
    "namespaces": ("a,b", "c", "d"),
    "reach": ("exec", "portforward", "auto"),
    "release": ("1", "2", "3"),
    "s3_bucket": ("a", "b", "c"),
    "s3_endpoint": ("http://a", "http://b", "http://c"),
    "s3_prefix": ("a", "b", "c"),
    "s3_profile": ("a", "b", "c"),
    "s3_region": ("a", "b", "c"),
    "store": ("minio", "s3", "seaweedfs"),
    "store_image": ("a", "b", "c"),
}
"""Plain words, which take the same way: tried in one run each, as every run costs a second."""


def shown(folder: Path, name: str, *arguments: str, ini: str = "", variable: str = "") -> str:
    (option,) = [option for option in OPTIONS if option.name == name]
    files = {"test_it.py": SHOW["test_it.py"].replace("NAME", name)}
    if ini:
        files["pytest.ini"] = f"[pytest]\n{option.ini} = {ini}\n"
    run = Example(folder, files).run_pytest(
        "-s", "-W", "error", *arguments, env={option.variable: variable} if variable else {}
    )
    assert run.outcomes == {"passed": 1}, run.stdout + run.stderr
    return run.stdout.partition("<")[2].partition(">")[0]


def test_every_option_is_tried_here() -> None:
    assert VALUES.keys() | TOGETHER.keys() == {option.name for option in OPTIONS}


@pytest.mark.slow
def test_plain_words_in_three_ways(tmp_path: Path) -> None:
    options = {option.name: option for option in OPTIONS if option.name in TOGETHER}
    show = """
        import json
        from pytest_kanister._plugin.state import RUN

        def test_it(request):
            settings = request.config.stash[RUN].settings
            print("<" + json.dumps({name: getattr(settings, name) for name in NAMES}) + ">")
    """.replace("NAMES", repr(sorted(TOGETHER)))
    flags = [f"{options[name].flag}={values[0]}" for name, values in TOGETHER.items()]
    ini = [f"{options[name].ini} = {values[1]}" for name, values in TOGETHER.items()]
    variables = {options[name].variable: values[2] for name, values in TOGETHER.items()}
    files = {"test_it.py": show, "pytest.ini": "[pytest]\n" + "\n".join(ini) + "\n"}

    def found(*arguments: str, files: dict[str, str], folder: str) -> object:
        (tmp_path / folder).mkdir()
        run = Example(tmp_path / folder, files).run_pytest("-s", *arguments, env=variables)
        assert run.outcomes == {"passed": 1}, run.stdout + run.stderr
        return json.loads(run.stdout.partition("<")[2].partition(">")[0])

    def expected(way: int) -> object:
        return {name: options[name].parse(values[way]) for name, values in TOGETHER.items()}

    assert found(*flags, files=files, folder="flags") == expected(0)
    assert found(files=files, folder="ini") == expected(1)
    assert found(files={"test_it.py": show}, folder="variables") == expected(2)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(VALUES))
def test_each_setting_in_three_ways(tmp_path: Path, name: str) -> None:
    (option,) = [option for option in OPTIONS if option.name == name]
    by_flag, by_ini, by_variable = VALUES[name]
    flag = option.flag if option.is_switch else f"{option.flag}={by_flag}"

    def expected(text: str) -> str:
        return str(True) if option.is_switch else str(option.parse(text))

    assert shown(tmp_path, name, variable=by_variable) == expected(by_variable)
    assert shown(tmp_path, name, ini=by_ini, variable=by_variable) == expected(by_ini)
    assert shown(tmp_path, name, flag, ini=by_ini, variable=by_variable) == expected(by_flag)


@pytest.mark.slow
def test_a_wrong_setting_ends_the_run_at_once(tmp_path: Path) -> None:
    run = Example(tmp_path, SHOW).run_pytest("--kanister-isolation=none")

    assert run.exit_status == 4
    assert "expected one of auto, bubblewrap, nss_wrapper, found 'none'" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    run = Example(tmp_path, {"test_it.py": "def test_it(): assert 1 == 2\n"}).run_pytest(
        "--kanister-report=file/report.json"
    )

    assert run.exit_status == 4
    assert "ERROR: kanister report: file/report.json: File exists" in run.stdout
    assert "assert 1 == 2" in run.stdout, "what the tests said is not lost with it"
    assert run.outcomes == {"failed": 1}
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.slow
def test_a_trace_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    run = Example(tmp_path, {"test_it.py": "def test_it(kanister): ...\n"}).run_pytest(
        "--kanister-trace=file/trace"
    )

    assert run.exit_status == 4
    assert "kanister trace: cannot write file/trace: Not a directory" in run.stderr
    assert "INTERNALERROR" not in run.stdout + run.stderr


@pytest.mark.slow
def test_workers_share_named_namespaces_out(tmp_path: Path) -> None:
    """Each is a run of its own: two in one namespace would meet."""
    test = """
        import pytest
        from pytest_kanister._plugin.state import RUN

        @pytest.mark.parametrize("number", range(8))
        def test_it(number, request):
            print("has", request.config.stash[RUN].settings.namespaces)
    """
    example = Example(tmp_path, {"test_it.py": test})

    run = example.run_pytest("--kanister-namespaces=a,b, c", "-n", "2", "-rP")
    assert run.outcomes == {"passed": 8}, run.stdout + run.stderr
    assert {line for line in run.stdout.splitlines() if line.startswith("has")} == {
        "has a,c",
        "has b",
    }
    refused = example.run_pytest("--kanister-namespaces=a", "-n", "2")
    assert refused.exit_status == 4
    assert "expected one for each of the 2 workers at least, found a" in refused.stderr
