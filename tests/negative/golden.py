"""Messages as files: what a person reads, with placeholders for what differs in each run.

`KANISTER_UPDATE_GOLDEN=1` writes the files anew; read what changed before committing it.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

__all__ = ["agree", "normalised"]

FOLDER = Path(__file__).with_name("golden")

_ID = "[bcdfghjklmnpqrstvwxz2456789]{5}"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_VOLATILE = [
    (re.compile(r"(?ms)^what really ran:\n.*?\n(?=\n|\Z)"), "what really ran:\n  <...>\n"),
    (re.compile(r"(?m)^( +)\d+\.\d\d s(?= )"), r"\1<seconds>"),
    (re.compile(rf"\b((?:(?:restore|delete)-)?backup)-{_ID}(?:-{_ID})?\b"), r"\1-<id>"),
    (re.compile(r"\b(kanister-job|s3-profile|s3-secret)-[a-z0-9]{5,6}\b"), r"\1-<id>"),
    (re.compile(r"\b(mysql-blueprint)-[0-9a-f]{8}\b"), r"\1-<digest>"),
    (re.compile(r"\bnegative-control(?:-\d+)?/[0-9a-f]{6}/"), "<prefix>/"),
    (re.compile(r"\b(negative-control)(?:-\d+)?(?=[/. :'\")]|$)"), "<namespace>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(?:\.\d+)?Z?"), "<time>"),
    (re.compile(r"(?:https?://)?\b127(?:\.\d{1,3}){3}(?::\d+)?"), "<address>"),
    (re.compile(_UUID), "<uid>"),
    (re.compile(r"request id: \w+"), "request id: <id>"),
    # The harness may look too late: the pod is gone as soon as its phase ends.
    (re.compile(r"(?m)^( *(?:\| +)*)\| last lines of pod .*:\n(?:\1\|(?: .*)?\n)+"), ""),
    # Where mysqldump stands when its server dies, and who else of a pipe notices, is a race.
    (re.compile(r"(?m)^ *\| mysqldump: .*Lost connection.*\n"), ""),
    (re.compile(r"(mysqldump, gzip and kando:) [23] 0 0 0"), r"\1 <2 or 3> 0 0 0"),
    (re.compile(r"(mysqldump, gzip and kando:) \d+ \d+ \d+ 137"), r"\1 <...> 137"),
    (re.compile(r"(?m)^ *\| .*\d+ (?:Done|Broken pipe|Exit \d+) .*\n"), ""),
    # Whether kando had begun its upload when it was killed is a race.
    (re.compile(r"(?m)^ *\| it left in the bucket, where nothing deletes it:\n"), ""),
    (re.compile(r"(?m)^ *\| .*\(a multipart upload that was not ended\)\n"), ""),
    (re.compile(r"\d+ Killed (?= +\|)"), "<pid> Killed "),
    (re.compile(r"[\d,]+(?= (?:unpacked )?bytes\b)"), "<n>"),
]


def normalised(text: str) -> str:
    """The text with placeholders for names' random ends, times, addresses, ids and sizes."""
    for pattern, instead in _VOLATILE:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"


def agree(name: str, text: str) -> None:
    """Asserts that a message is the one that is kept under `name`."""
    file = FOLDER / f"{name}.txt"
    found = normalised(text)
    if os.environ.get("KANISTER_UPDATE_GOLDEN") == "1":
        file.write_text(found, encoding="utf-8")
    assert file.exists(), f"no golden file {file.name}: run with KANISTER_UPDATE_GOLDEN=1, read it"
    kept = file.read_text(encoding="utf-8")
    lines = difflib.unified_diff(kept.splitlines(), found.splitlines(), file.name, "found", n=1)
    assert found == kept, "\n".join(["the message is another one:", *lines])
