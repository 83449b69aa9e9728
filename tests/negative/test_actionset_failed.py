"""What breaks while an action runs: Kanister's own failure, with the program's last words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_kanister import Harness
from pytest_kanister._backends.embedded.admission import WEBHOOKS
from pytest_kanister._kube import KubeClient
from pytest_kanister._model.resources import PODS
from pytest_kanister._scenario.stage import Stage
from tests.negative.circle import Circle, Edit, Ended, in_task, wait_task_says
from tests.negative.golden import agree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("negative")]

PIPE = "if ! dump | gzip -c | kando location push"
SAYS, GO_ON = "half of it is on its way", "/tmp/go-on"

# Lets a part through, says so, and waits for the test: so the moment is certain.
HOLD = f"""\
hold() {{
            "$@"
            echo '{SAYS}' >&2
            until [[ -e {GO_ON} ]]; do sleep 0.05; done
            cat
          }}
          """


def check(ended: Ended, name: str, *says: str, error: str = "ActionSetFailed") -> None:
    assert ended.last == ("backup", "different"), ended.text
    assert ended.result.steps[-1].facts["error"] == error
    assert ended.result.verdict.exit_code == 1
    agree(name, ended.text)
    for words in says:
        assert words in ended.text


def test_database_server_killed_during_backup(circle: Circle) -> None:
    # 4 kB are let through: the rest fills the pipe, and mysqldump stands in the middle of it.
    held = (PIPE, f"{HOLD}{PIPE.replace('gzip', 'hold head -c 4096 | gzip')}")

    def kill(kube: KubeClient, stage: Stage) -> None:
        namespace = stage.workload.namespace
        task = wait_task_says(kube, namespace, SAYS)
        kube.delete(PODS, "mysql-store-0", namespace, grace_period_s=0, wait_s=30.0)
        # Its StatefulSet makes another one at once; the dump's connection is dead all the same.
        assert kube.wait_for(PODS, "mysql-store-0", namespace, lambda pod: pod, timeout_s=30.0)
        in_task(kube, namespace, task, f"touch {GO_ON}")

    ended = circle(held, meanwhile=kill)

    assert ended.left == ()
    check(ended, "database-server-killed", "mysql-store-0 died", "mysqldump, gzip and kando:")


def test_kando_killed_during_upload(circle: Circle) -> None:
    # kando opens the upload when it has 8 MiB; its process tells its number before it begins.
    pad = "hold head -c 12M /dev/zero"
    held: Edit = (
        '| kando location push --profile "${profile}" --path "${path}" -; then',
        f"| {pad} | {{ echo $BASHPID > /tmp/kando; "
        'exec kando location push --profile "${profile}" --path "${path}" -; }; then',
    )

    def kill(kube: KubeClient, stage: Stage) -> None:
        namespace = stage.workload.namespace
        task = wait_task_says(kube, namespace, SAYS)
        connected = "ls -l /proc/$(cat /tmp/kando)/fd | grep -q socket:"
        in_task(kube, namespace, task, f"until {connected}; do sleep 0.05; done")
        in_task(kube, namespace, task, f"kill -9 $(cat /tmp/kando) && touch {GO_ON}")

    ended = circle((PIPE, HOLD + PIPE), held, meanwhile=kill)

    assert ended.left == ()
    check(ended, "kando-killed", "Killed")


# The end of the backup's script, and behind it a scratch volume of 64 KiB for its pod.
OUTPUT = '          kando output s3path "${path}"\n'
SCRATCH = f"""\
{OUTPUT}        podOverride:
          containers:
          - name: container
            volumeMounts:
            - {{name: scratch, mountPath: /scratch}}
          volumes:
          - name: scratch
            emptyDir: {{medium: Memory, sizeLimit: 64Ki}}
"""


def test_scratch_volume_full(circle: Circle, kanister: Harness) -> None:
    if kanister.capabilities.isolation != "bubblewrap":
        pytest.skip(f"no volume has a size under {kanister.capabilities.isolation}")
    dumps_to_scratch = PIPE.replace(
        "dump | gzip -c", "{ { dump | cat > /scratch/dump.sql; } && gzip -c /scratch/dump.sql; }"
    )

    ended = circle((PIPE, dumps_to_scratch), (OUTPUT, SCRATCH))

    assert ended.left == ()
    check(ended, "scratch-volume-full", "No space left on device")


KNOWN = "func: KubeTask\n      name: dumpToBucket"
UNKNOWN = KNOWN.replace("KubeTask", "KubeTsk")


@pytest.fixture
def no_webhook(kanister: Harness) -> Iterator[None]:
    """A Kanister without its admission webhook, as a chart's setting makes it."""
    kube = KubeClient(kanister.kubeconfig, kanister.capabilities)
    kept = kube.get(WEBHOOKS, "blueprints.cr.kanister.io")
    kube.delete(WEBHOOKS, "blueprints.cr.kanister.io", wait_s=10.0)
    yield
    for made_by_the_server in ("resourceVersion", "uid", "creationTimestamp"):
        kept["metadata"].pop(made_by_the_server, None)
    kube.create(kept)
    kube.close()


@pytest.mark.usefixtures("no_webhook")
def test_unknown_function(circle: Circle) -> None:
    ended = circle((KNOWN, UNKNOWN))

    check(ended, "unknown-function", "KubeTsk", "did you mean KubeTask?")


def test_unknown_function_is_denied_by_the_webhook(circle: Circle) -> None:
    ended = circle((KNOWN, UNKNOWN))

    check(ended, "unknown-function-denied", "did you mean KubeTask?", error="BlueprintDenied")
    lines = Path("mysql-blueprint.yaml").read_text(encoding="utf-8").splitlines()
    (line,) = (number for number, text in enumerate(lines, 1) if "func: KubeTsk" in text)
    assert f"mysql-blueprint.yaml:{line}:" in ended.text


def test_template_error(circle: Circle) -> None:
    wrong = "{{ .StatefulSet.Nmespace }}/${server}"

    ended = circle((wrong.replace("Nmespace", "Namespace"), wrong))

    lines = Path("mysql-blueprint.yaml").read_text(encoding="utf-8").splitlines()
    (line,) = (number for number, text in enumerate(lines, 1) if wrong in text)
    column = lines[line - 1].index(".Nmespace") + 1
    check(ended, "template-error", f"mysql-blueprint.yaml:{line}:{column}")
