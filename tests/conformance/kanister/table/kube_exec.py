"""4.2 and 4.3: KubeExec and KubeExecAll."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, on, phase

_SHELL = ["sh", "-c"]


def _exec(script: str, **args: Any) -> dict[str, Any]:
    args = {"pod": "{{ index .StatefulSet.Pods 0 }}", **args}
    return phase("KubeExec", namespace="<ns>", command=[*_SHELL, script], **args)


def _all(script: str, pods: str, **args: Any) -> dict[str, Any]:
    command = [*_SHELL, script]
    return phase(
        "KubeExecAll", namespace="<ns>", pods=pods, containers="main", command=command, **args
    )


def _case(name: str, body: dict[str, Any], expect: Expect, pods: int = 1) -> Case:
    rule = "4.3" if body["func"] == "KubeExecAll" else "4.2, 11.5, 11.7"
    return Case(name, rule, {"backup": {"phases": [body]}}, expect, [on()], pods=pods)


_MARK = "###Phase-output###:"
CASES = [
    _case(
        "KubeExec-output",
        _exec(f"""echo hello; echo '{_MARK} {{"key":"k","value":"v"}}'"""),
        Expect("complete", outputs={"p": {"k": "v"}}, pods=[]),
    ),
    _case("KubeExec-no-output", _exec("true"), Expect("complete", outputs={"p": None})),
    _case(
        "KubeExec-reads-stdout-only",
        _exec(f"""echo '{_MARK} {{"key":"k","value":"v"}}' >&2"""),
        Expect("complete", outputs={"p": None}),
    ),
    _case(
        "KubeExec-fails",
        _exec("echo out; echo err >&2; exit 3"),
        Expect(
            "failed",
            error="null: Failed to exec command in pod: command terminated with exit code 3."
            "\nstdout: out\nstderr: err",
            phases=["p failed"],
        ),
    ),
    _case(
        "KubeExec-fails-with-a-tail",
        _exec("seq 1 12; exit 1"),
        Expect(
            "failed",
            error="null: Failed to exec command in pod: command terminated with exit code 1."
            "\nstdout: " + "\r\n".join(map(str, range(3, 13))) + "\nstderr: ",
            phases=["p failed"],
        ),
    ),
    _case(
        "KubeExec-pod-missing",
        _exec("true", pod="gone"),
        Expect("failed", error='null: Failed to exec command in pod: pods "gone" not found…'),
    ),
    _case(
        "KubeExec-container-missing",
        _exec("true", container="gone"),
        Expect(
            "failed",
            error="null: Failed to exec command in pod: container gone is not valid for pod db-0…",
        ),
    ),
    _case(
        "KubeExec-bad-argument",
        phase("KubeExec", namespace="<ns>", pod="db-0", command={"a": "b"}),
        Expect("failed", error="null: Failed to decode arg `command`…", phases=["p failed"]),
    ),
    _case(
        "KubeExec-command-is-one-word",
        phase("KubeExec", namespace="<ns>", pod="db-0", command="true"),
        Expect("complete", outputs={"p": None}),
    ),
    _case(
        "KubeExec-bad-output",
        _exec(f"echo '{_MARK} nonsense'"),
        Expect("failed", error="…Failed to unmarshal key-value pair: …"),
    ),
    _case(
        "KubeExecAll-output",
        _all(
            f"""echo "{_MARK} {{\\"key\\":\\"pod_${{HOSTNAME##*-}}\\",\\"value\\":\\"v\\"}}" """,
            "db-0 db-1",
        ),
        Expect("complete", outputs={"p": {"pod_0": "v", "pod_1": "v"}}),
        pods=2,
    ),
    _case(
        "KubeExecAll-fails",
        _all('echo "$HOSTNAME"; test "$HOSTNAME" != db-1', "db-0 db-1"),
        Expect(
            "failed",
            error="null: …command terminated with exit code 1…db-1…",
            phases=["p failed"],
        ),
        pods=2,
    ),
    _case(
        "KubeExecAll-pod-missing",
        _all("true", "db-0 gone"),
        Expect("failed", error='null: …pods "gone" not found…'),
    ),
    _case(
        "KubeExecAll-bad-argument",
        phase(
            "KubeExecAll", namespace="<ns>", pods={"a": "b"}, containers="main", command=["true"]
        ),
        Expect("failed", error="null: Failed to decode arg `pods`…", phases=["p failed"]),
    ),
]
