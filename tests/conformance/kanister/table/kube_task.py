"""4.1 and 4.4: KubeTask and the output protocol of pod logs."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import IMAGE, Case, Expect, on, phase, task

_MARK = "###Phase-output###:"


def _case(name: str, body: dict[str, Any], expect: Expect, rule: str = "4.4", **more: Any) -> Case:
    return Case(name, rule, {"backup": {"phases": [body]}}, expect, [on()], **more)


def _outputs(name: str, script: str, **outputs: str) -> Case:
    rule = "4.1, 11.7" if "stderr" in name else "4.1"
    return _case(name, task(script), Expect("complete", outputs={"p": outputs or None}), rule)


def _line(key: str, value: str) -> str:
    return f"""echo '{_MARK} {{"key":"{key}","value":"{value}"}}'"""


CASES = [
    _case(
        "KubeTask-output",
        task("echo hello; kando output k v"),
        Expect(
            "complete",
            outputs={"p": {"k": "v"}},
            pods=[
                "kanister-job-… labels.createdBy=kanister spec.restartPolicy=Never "
                f"container.name=container container.image={IMAGE} "
                "container.imagePullPolicy=IfNotPresent"
            ],
        ),
        "4.4, 11.14",
    ),
    _outputs("KubeTask-no-output", "true"),
    _outputs("KubeTask-reads-stderr-too", _line("k", "v") + " >&2", k="v"),
    _outputs("KubeTask-later-keys-win", f"{_line('k', 'v')}; {_line('k', 'w')}", k="w"),
    _outputs("KubeTask-marker-in-a-line", f"""echo 'x {_MARK} {{"key":"k","value":"v"}}'""", k="v"),
    _outputs("KubeTask-empty-payload", f"echo '{_MARK} '"),
    _outputs(
        "KubeTask-long-line",
        f"""printf '{_MARK} {{"key":"k","value":"'; head -c 100000 /dev/zero | tr '\\0' x; """
        """echo '"}'""",
        k="x" * 100000,
    ),
    _case(
        "KubeTask-bad-output",
        task(f"echo '{_MARK} nonsense'"),
        Expect("failed", error="…Failed to unmarshal key-value pair: …"),
        "4.1",
    ),
    _case(
        "KubeTask-fails",
        task("kando output k v; echo first; echo last >&2; exit 3"),
        Expect(
            "failed",
            error='{"pod":"kanister-job-…"}: Failed while waiting for Pod to complete: '
            'Pod failed to complete in time: {"message":"Pod failed or did not transition into '
            "complete state…first\\r\\nlast…",
            phases=["p failed"],
            outputs={"p": None},
            pods=["kanister-job-…"],
        ),
        "2.7, 4.4, 11.14",
    ),
    _case(
        "KubeTask-bad-argument",
        phase("KubeTask", image=IMAGE, namespace="<ns>", command={"a": "b"}),
        Expect(
            "failed",
            error="null: Failed to decode arg `command`…",
            phases=["p failed"],
            pods=[],
        ),
    ),
    _case(
        "KubeTask-in-the-controllers-namespace",
        phase("KubeTask", image=IMAGE, command=["kando", "output", "k", "v"]),
        Expect("complete", outputs={"p": {"k": "v"}}, pods=[]),
    ),
    _case(
        "KubeTask-namespace-missing",
        {**task("true"), "args": {**task("true")["args"], "namespace": "nowhere-at-all"}},
        Expect("failed", error='…namespaces "nowhere-at-all" not found…', phases=["p failed"]),
    ),
    _case(
        "KubeTask-job-id",
        task("true"),
        Expect("complete", pods=["kanister-job-… labels.kanister.io/JobID=j1"]),
        "2.10",
        labels={"kanister.io/JobID": "j1"},
    ),
    _case(
        "kando-output-bad-key",
        task("kando output a-b v"),
        Expect("failed", error="…Key should contain only alphanumeric characters and underscore…"),
        "5.4",
    ),
    _case(
        "kando-exit-status",
        task('status=0; kando output 2>&1 >/dev/null || status=$?; kando output k "$status"'),
        Expect("complete", outputs={"p": {"k": "69"}}),
        "5",
    ),
]
