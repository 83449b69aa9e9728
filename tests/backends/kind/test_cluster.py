"""Who makes, uses and deletes a kind cluster, with a recording stand-in for the programs.

What the stand-in says was recorded from the real kind 0.27; `tests/live/test_kind.py` runs the
real one and compares the same list of calls.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_kanister._backends.kind.cluster import KindUse, sweep_kind
from pytest_kanister._backends.kind.tools import find_tools
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import EnvironmentProblem

pytestmark = pytest.mark.skipif(
    find_spec("pytest_kind") is None, reason="needs the extra kind (tox -e beside)"
)

GOLDEN = Path(__file__).with_name("calls.txt")

_PROGRAM = '''\
#!{python} -I
import json, os, sys, pathlib
state = pathlib.Path({state!r})
name = pathlib.Path(sys.argv[0]).name
with (state / "calls").open("a") as log:
    log.write(json.dumps([name, *sys.argv[1:]]) + chr(10))
clusters = state / "clusters"
words = sys.argv[1:]
said = dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)
trouble = (state / "trouble").read_text() if (state / "trouble").exists() else ""
KUBECONFIG = """\\
apiVersion: v1
kind: Config
clusters: [{{name: k, cluster: {{server: "https://127.0.0.1:1"}}}}]
contexts: [{{name: k, context: {{cluster: k, user: k}}}}]
current-context: k
users: [{{name: k, user: {{token: t}}}}]
"""
if name == "docker":
    if trouble == "no engine":
        sys.exit("Cannot connect to the Docker daemon. Is the docker daemon running?")
    if words[:2] == ["image", "inspect"] and words[2] == "absent:1":
        sys.exit("Error: No such image: absent:1")
elif words[:2] == ["get", "clusters"]:
    print(clusters.read_text() if clusters.exists() else "", end="")
elif words[:2] == ["create", "cluster"]:
    if trouble:
        print(trouble, file=sys.stderr)
        sys.exit(1)
    clusters.write_text(said["--name"] + chr(10))
    pathlib.Path(said["--kubeconfig"]).write_text(KUBECONFIG)
elif words[:2] == ["export", "kubeconfig"]:
    pathlib.Path(words[words.index("--kubeconfig") + 1]).write_text(KUBECONFIG)
elif words[:2] == ["delete", "cluster"]:
    clusters.unlink(missing_ok=True)
'''


class Recorded:
    """Programs in PATH that write down how they are called."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.state.mkdir()
        programs = folder / "bin"
        programs.mkdir()
        for name in ("kind", "kubectl", "docker"):
            program = programs / name
            program.write_text(_PROGRAM.format(python=sys.executable, state=str(self.state)))
            program.chmod(0o755)
        self.path = f"{programs}:{os.environ['PATH']}"

    def calls(self) -> list[list[str]]:
        log = self.state / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def trouble(self, text: str) -> None:
        (self.state / "trouble").write_text(text)


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    made = Recorded(tmp_path)
    monkeypatch.setenv("PATH", made.path)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(backend="kind", kind_name="k", kind_image="node:1", cache=str(tmp_path / "c"))


def use(settings: Settings, told: list[str] | None = None) -> KindUse:
    return KindUse(settings, find_tools(), (told if told is not None else []).append)


def shown(calls: list[list[str]], settings: Settings) -> str:
    lines = (" ".join(call) for call in calls)
    users = Path(settings.cache) / "kind" / "k" / "users"
    return "".join(
        f"{line.replace(str(users), 'USERS')}\n".replace(_me(users), "ME") for line in lines
    )


def _me(users: Path) -> str:
    stat = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return f"{os.getpid()}-{stat[19]}"


def test_made_loaded_and_deleted(recorded: Recorded, settings: Settings) -> None:
    one = use(settings)
    assert one.load(["mysql:9.7", "absent:1"]) == ["mysql:9.7"]
    assert one.kubeconfig.stat().st_mode & 0o777 == 0o600
    one.close()
    one.close()

    text = shown(recorded.calls(), settings)
    if os.environ.get("KANISTER_UPDATE_GOLDEN"):
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_one_that_somebody_else_made_is_used_and_left(
    recorded: Recorded, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (recorded.state / "clusters").write_text("k\n")
    elsewhere = tmp_path / "another folder"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    one = use(settings)
    assert "server" in one.kubeconfig.read_text()
    one.close()

    verbs = [call[1] for call in recorded.calls() if call[0] == "kind"]
    assert verbs == ["get", "export"]
    assert list(elsewhere.iterdir()) == []


def test_the_last_user_deletes_it(recorded: Recorded, settings: Settings) -> None:
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\n"
            "from pytest_kanister._backends.kind.cluster import KindUse\n"
            "from pytest_kanister._backends.kind.tools import find_tools\n"
            "from pytest_kanister._model.settings import Settings\n"
            "s = Settings(backend='kind', kind_name='k', kind_image='node:1', cache=sys.argv[1])\n"
            "one = KindUse(s, find_tools(), lambda text: None)\n"
            "print('in', flush=True); sys.stdin.readline(); one.close()\n",
            settings.cache,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "in\n"
    mine = use(settings)
    other.communicate("go\n", timeout=60)
    assert (recorded.state / "clusters").exists()

    mine.close()

    assert not (recorded.state / "clusters").exists()
    created = [call for call in recorded.calls() if call[1:3] == ["create", "cluster"]]
    assert len(created) == 1


def test_kept_when_the_person_says_so(recorded: Recorded, settings: Settings) -> None:
    told: list[str] = []
    kept = Settings(
        backend="kind", kind_name="k", kind_image="node:1", cache=settings.cache, keep=True
    )
    use(kept, told).close()

    assert (recorded.state / "clusters").exists()
    assert "kind delete cluster --name k" in told[-1]


def test_what_a_killed_user_left_is_swept(recorded: Recorded, settings: Settings) -> None:
    one = use(settings)
    folder = Path(settings.cache) / "kind" / "k"
    (folder / "users" / _me(folder)).rename(folder / "users" / "4194304-1")

    told: list[str] = []
    sweep_kind(Path(settings.cache), find_tools().kind, told.append)

    assert told == ["kind deletes cluster k, whose users have ended"]
    assert not (recorded.state / "clusters").exists()
    assert one.name == "k"


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        (
            'ERROR: failed to create cluster: failed to pull image "node:1": command "docker pull'
            ' node:1" failed with error: exit status 1',
            "--kanister-kind-image",
        ),
        (
            "ERROR: failed to create cluster: node(s) already exist for a cluster with the name"
            ' "k"',
            "--kanister-kind-name",
        ),
        (
            "docker: Error response from daemon: driver failed programming external connectivity"
            " on endpoint k: Bind for 127.0.0.1:6443 failed: port is already allocated.",
            "free the port",
        ),
        ("ERROR: failed to create cluster: something else", "kind export logs"),
    ],
)
def test_what_kind_says_leads_to_a_remedy(
    recorded: Recorded, settings: Settings, said: str, remedy: str
) -> None:
    recorded.trouble(said)

    with pytest.raises(EnvironmentProblem) as caught:
        use(settings)

    assert "kind could not make the cluster k of node:1" in str(caught.value)
    assert said[:60] in str(caught.value)
    assert remedy in str(caught.value)
    assert not list((Path(settings.cache) / "kind" / "k" / "users").iterdir())
    deleted = [call for call in recorded.calls() if call[1:3] == ["delete", "cluster"]]
    assert bool(deleted) != ("already exist" in said), "what is somebody else's stays"


def test_no_engine(recorded: Recorded) -> None:
    recorded.trouble("no engine")
    with pytest.raises(EnvironmentProblem, match="no Docker engine answers") as caught:
        find_tools()
    assert "Is the docker daemon running?" in str(caught.value)


@pytest.mark.parametrize("name", ["kind", "kubectl", "docker"])
def test_a_missing_program_is_named(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, name: str, tmp_path: Path
) -> None:
    (tmp_path / "bin" / name).unlink()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(EnvironmentProblem, match=f"PATH.*{name}|{name}.*PATH"):
        find_tools()
