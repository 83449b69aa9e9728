"""Any other engine: what is refused, and what counts as whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.command import Command
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.settings import Settings
from pytest_kanister.errors import Unverified, UsageProblem, VacuousScenario
from tests.data.workloads.command.engine import OPTIONS, changed


def made(options: Any, kube: KubeClient | None = None, namespace: str = "n") -> Command:
    return Command(
        cast(KubeClient, kube), Settings(), name="tried", namespace=namespace, options=options
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"snapshot": None}, "'snapshot' is missing"),
        ({"snapshot": " "}, "snapshot: expected a text"),
        ({"deploy": []}, "deploy: expected manifests"),
        ({"deploy": ["x"]}, "each manifest needs apiVersion"),
        ({"deploy": [{"apiVersion": "v1", "kind": "Pod", "metadata": {}}]}, "this Pod has no name"),
        ({"deploy": "/no-such-file.yaml"}, "cannot read the manifests"),
        ({"deploy": OPTIONS["deploy"][:1]}, "target: no StatefulSet or Deployment"),
        ({"target": "tried"}, "target: expected {kind: …, name: …}"),
        ({"seed": {}}, "seed: expected a mapping"),
        ({"damage": {"drop": 1}}, "damage: expected a mapping"),
        ({"secrets": []}, "secrets: expected a mapping"),
        ({"notCovered": "x"}, "notCovered: expected a list"),
        ({"colour": "red"}, "found 'colour'"),
    ],
)
def test_options_are_checked(more: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageProblem, match=said):
        made(changed(**more))


def test_it_is_a_workload(tmp_path: Path) -> None:
    workload: Workload = made(OPTIONS)
    assert str(workload.target) == "statefulset n/tried"
    assert str(workload.secrets["keys"]) == "secret n/tried-keys"
    assert workload.not_covered[-1] == "order"
    (tmp_path / "m.yaml").write_text(yaml.safe_dump_all(OPTIONS["deploy"]))
    from_file = made(changed(deploy=str(tmp_path / "m.yaml"), target={"kind": "Pod", "name": "p"}))
    assert str(from_file.target) == "pod n/p"


@pytest.fixture(scope="module")
def place(kube: KubeClient, namespace: Callable[[str], str]) -> Iterator[Callable[..., Command]]:
    """The engine, deployed once; with other options it is the same one."""
    where = namespace("data-command")
    first = made(OPTIONS, kube, where)
    first.deploy()
    first.wait_ready()

    def with_options(**more: Any) -> Command:
        first.execute("rm -f /data/*")
        return made(changed(**more), kube, where)

    yield with_options
    first.remove()


pytestmark = pytest.mark.slow


def test_lines_are_counted_and_bytes_are_kept(place: Callable[..., Command]) -> None:
    engine = place()
    assert engine.seed("rows") == 4
    rows = engine.snapshot().tables["line",].rows
    assert rows == {(b"one 1",): 1, (b"two 2",): 2, (b"\xff",): 1}
    assert engine.damage(drop="two").startswith("damage drop: grep")
    assert engine.snapshot().row_count == 2


def test_a_last_line_without_an_end_is_a_line(place: Callable[..., Command]) -> None:
    assert place(snapshot=r"printf 'a\nb'").snapshot().row_count == 2
    assert place(snapshot=r"printf 'a\n\n'").snapshot().row_count == 2
    assert place(snapshot="true").snapshot().row_count == 0


def test_a_snapshot_that_does_not_notice_the_damage_is_refused(
    place: Callable[..., Command],
) -> None:
    engine = place()
    engine.seed("rows")
    for how in ({"touch": True}, {"command": "touch /data/rows"}):
        with pytest.raises(VacuousScenario, match="does not notice the damage"):
            engine.damage(**how)
    blind = place(snapshot="echo always the same")
    with pytest.raises(VacuousScenario, match="prints the same 1 lines before and after"):
        blind.damage(command="rm -rf /data/*")


def test_a_snapshot_that_is_never_the_same_is_refused(place: Callable[..., Command]) -> None:
    restless = place(snapshot="cat /data/rows || true; date +%N")
    with pytest.raises(UsageProblem, match="prints something else each time, for example"):
        restless.seed("rows")


def test_a_dataset_that_adds_nothing_says_so(place: Callable[..., Command]) -> None:
    assert place().seed("nothing") == 0


@pytest.mark.parametrize(
    "script",
    [
        "echo half; exit 3",
        "cat /data/no-such-file",
        "no-such-program",
        # Ends the wrapper as well: a stream that ends early.
        "echo half; kill -9 $PPID",
    ],
)
def test_a_snapshot_command_that_fails_proves_nothing(
    place: Callable[..., Command], script: str
) -> None:
    with pytest.raises(Unverified):
        place(snapshot=script).snapshot()


def test_scripts_that_fail_say_what_they_said(place: Callable[..., Command]) -> None:
    engine = place()
    with pytest.raises(UsageProblem, match="ended with status 5: sorry"):
        engine.execute("echo sorry >&2; exit 5")
    with pytest.raises(UsageProblem, match="expected true or a text"):
        engine.damage(drop=[])


def test_output_is_whole_however_long_it_is(place: Callable[..., Command]) -> None:
    engine = place(snapshot="seq 200000")
    assert engine.snapshot().row_count == 200_000


def test_versions(place: Callable[..., Command]) -> None:
    assert place().version() == "busybox:1.37"
    assert place(version="echo Engine 1; echo more").version() == "Engine 1 (for busybox:1.37)"
