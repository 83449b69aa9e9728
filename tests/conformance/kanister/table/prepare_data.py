"""4.7: PrepareData."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import IMAGE, Case, Expect, configmap, on, phase


def _case(name: str, script: Any, expect: Expect, rule: str = "4.7", **args: Any) -> Case:
    command = ["bash", "-c", script] if isinstance(script, str) else script
    body = phase("PrepareData", namespace="<ns>", image=IMAGE, command=command, **args)
    return Case(name, rule, {"backup": {"phases": [body]}}, expect, [on()], pods=1)


CASES = [
    _case(
        "PrepareData-volumes-of-the-workload",
        "touch /mnt/prepare_data/data-db-0/x && kando output k v",
        Expect(
            "complete",
            outputs={"p": {"k": "v"}},
            pods=[
                "prepare-data-job-… labels.createdBy=kanister "
                "container.mounts=/mnt/prepare_data/data-db-0 claims=data-db-0"
            ],
        ),
    ),
    _case(
        "PrepareData-volumes-named",
        "test -d /there && kando output k v",
        Expect(
            "complete",
            outputs={"p": {"k": "v"}},
            pods=["prepare-data-job-… container.mounts=/there"],
        ),
        volumes={"data-db-0": "/there"},
    ),
    _case(
        "PrepareData-ignores-the-exit-status",
        "echo oops; exit 3",
        Expect("complete", error="", phases=["p complete"], outputs={"p": None}),
        "4.7, 11.6",
    ),
    _case(
        "PrepareData-fails",
        "echo oops; exit 3",
        Expect("failed", error="…oops…", phases=["p failed"], pods=["prepare-data-job-…"]),
        failOnError=True,
    ),
    _case(
        "PrepareData-claim-missing",
        "true",
        Expect("failed", error='…persistentvolumeclaims "gone" not found…', pods=[]),
        volumes={"gone": "/there"},
    ),
    _case(
        "PrepareData-bad-argument",
        {"a": "b"},
        Expect(
            "failed",
            error="null: Failed to decode arg `command`…",
            phases=["p failed"],
            pods=[],
        ),
    ),
    Case(
        "PrepareData-no-volumes",
        "4.7",
        {
            "backup": {
                "phases": [phase("PrepareData", namespace="<ns>", image=IMAGE, command=["true"])]
            }
        },
        # Only running pods count, and there is none.
        Expect("failed", error="null: …No volumes found", phases=["p failed"], pods=[]),
        [on()],
    ),
    Case(
        "PrepareData-no-workload",
        "4.7",
        {
            "backup": {
                "phases": [phase("PrepareData", namespace="<ns>", image=IMAGE, command=["true"])]
            }
        },
        Expect("failed", error="null: …Failed to get volumes…", pods=[]),
        [
            on(
                object={
                    "apiVersion": "v1",
                    "resource": "configmaps",
                    "name": "c",
                    "namespace": "<ns>",
                }
            )
        ],
        (configmap("c"),),
    ),
]
