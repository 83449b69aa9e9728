"""4.9 (LocationDelete) and 5.1 to 5.3: the bucket."""

from __future__ import annotations

from typing import Any

from tests.conformance.kanister.case import Case, Expect, on, phase, secret, task

_PROFILE = {"name": "<id>", "namespace": "<ns>"}
_FLAG = "--profile '{{ toJson .Profile }}'"


def _case(
    name: str, rule: str, body: Any, before: dict[str, str], expect: Expect, prefix: str = ""
) -> Case:
    blueprint = {"backup": {"phases": [body]}}
    return Case(name, rule, blueprint, expect, [on(profile=_PROFILE)], bucket=before, prefix=prefix)


def _kando(
    name: str, rule: str, script: str, before: dict[str, str], expect: Expect, prefix: str = ""
) -> Case:
    return _case(name, rule, task(script), before, expect, prefix)


def _delete(
    name: str, artifact: str, before: list[str], after: list[str], prefix: str = ""
) -> Case:
    return _case(
        name,
        "4.9, 11.8",
        phase("LocationDelete", artifact=artifact),
        dict.fromkeys(before, "x"),
        Expect("complete", outputs={"p": None}, bucket=after, pods=[]),
        prefix,
    )


def _unreachable() -> Case:
    """A bucket that is not there."""
    credential = {
        "idField": "id",
        "secretField": "key",
        "secret": {"name": "s3", "namespace": "<ns>"},
    }
    profile = {
        "apiVersion": "cr.kanister.io/v1alpha1",
        "kind": "Profile",
        "metadata": {"name": "p"},
        "location": {"type": "s3Compliant", "bucket": "b", "endpoint": "http://127.0.0.1:9"},
        "credential": {"type": "keyPair", "keyPair": credential},
    }
    return Case(
        "LocationDelete-fails",
        "4.9",
        {"backup": {"phases": [phase("LocationDelete", artifact="a")]}},
        Expect("failed", error="null: Failed to delete data: …", phases=["p failed"], pods=[]),
        [on(profile={"name": "p", "namespace": "<ns>"})],
        (profile, secret("s3", id="i", key="k")),
    )


CASES = [
    _kando(
        "kando-push",
        "5.1, 5.2",
        f"printf hello | kando location push {_FLAG} --path /a//b/../c/ -",
        {},
        Expect(
            "complete", bucket=["base/a/c"], contents={"base/a/c": "hello"}, outputs={"p": None}
        ),
        "/base/",
    ),
    _kando(
        "kando-push-overwrites",
        "5.2",
        f"printf new | kando location push {_FLAG} --path k -",
        {"k": "older and longer"},
        Expect("complete", bucket=["k"], contents={"k": "new"}),
    ),
    _kando(
        "kando-push-nothing",
        "5.2, 11.9",
        f"true | kando location push {_FLAG} --path k -",
        {},
        Expect("complete", bucket=["k"], contents={"k": ""}),
    ),
    _kando(
        "kando-push-of-a-dead-producer",
        "5.2, 11.9",
        f"(printf half; exit 1) | kando location push {_FLAG} --path k -",
        {},
        Expect("failed", phases=["p failed"], bucket=["k"], contents={"k": "half"}),
    ),
    _kando(
        "kando-push-no-pipe",
        "5.2",
        f"kando location push {_FLAG} --path k - < /dev/null",
        {},
        Expect("failed", error="…Stdin must be piped when the source parameter is…", bucket=[]),
    ),
    _kando(
        "kando-pull",
        "5.3",
        f"""kando output k "$(kando location pull {_FLAG} --path k -)" """,
        {"k": "hello"},
        Expect("complete", outputs={"p": {"k": "hello"}}, bucket=["k"]),
    ),
    _kando(
        "kando-pull-missing",
        "5.3",
        f"kando location pull {_FLAG} --path gone - | cat",
        {"k": "x"},
        Expect("failed", phases=["p failed"], bucket=["k"]),
    ),
    _kando(
        "kando-pull-does-not-truncate",
        "5.3, 11.9",
        f"""printf 0123456789 > /tmp/t; kando location pull {_FLAG} --path k /tmp/t; """
        """kando output k "$(cat /tmp/t)" """,
        {"k": "abc"},
        Expect("complete", outputs={"p": {"k": "abc3456789"}}),
    ),
    _kando(
        "kando-delete-by-prefix",
        "5.3, 11.8",
        f"kando location delete {_FLAG} --path backups/1",
        {"backups/1": "x", "backups/10/x": "x", "backups/2": "x"},
        Expect("complete", bucket=["backups/2"]),
    ),
    _kando(
        "kando-delete-nothing",
        "5.3, 11.8",
        f"kando location delete {_FLAG} --path gone",
        {"k": "x"},
        Expect("complete", bucket=["k"]),
    ),
    _kando(
        "kando-delete-everything",
        "5.3, 11.8",
        f"kando location delete {_FLAG}",
        {"a": "x", "b/c": "x"},
        Expect("complete", bucket=[]),
    ),
    _delete("LocationDelete-by-prefix", "a/1", ["a/1", "a/10", "a/2"], ["a/2"]),
    _delete("LocationDelete-drops-the-bucket", "<bucket>/a", ["a/1", "b"], ["b"]),
    _delete("LocationDelete-profile-prefix", "a", ["a/1", "base/a/1"], ["a/1"], "base"),
    _delete("LocationDelete-nothing", "gone", ["a"], ["a"]),
    Case(
        "LocationDelete-no-profile",
        "4.9",
        {"backup": {"phases": [phase("LocationDelete", artifact="a")]}},
        Expect("failed", error="null: Failed to validate Profile: …", phases=["p failed"]),
        [on()],
    ),
    _case(
        "LocationDelete-bad-argument",
        "4.0",
        phase("LocationDelete", artifact={"a": "b"}),
        {"a": "x"},
        Expect(
            "failed",
            error="null: Failed to decode arg `artifact`…",
            phases=["p failed"],
            bucket=["a"],
        ),
    ),
    _unreachable(),
]
