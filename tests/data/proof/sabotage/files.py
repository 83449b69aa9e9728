"""What is done to a real volume behind the proof's back, and what must be said of it."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_kanister._data.proof import Diff, compare
from pytest_kanister._data.workloads import Workload
from pytest_kanister._data.workloads.files import Files
from tests.data.proof.sabotage.running import FATES, Case, Hit

__all__ = ["RESET", "SCENE", "SUITE"]

# Everything has a time that no clock will show again, so that only what a case does is seen.
_STILL = "find . -depth -exec touch -h -d '2020-01-01 00:00:00.123456789' {} +\n"

SCENE = (
    r"""
umask 022
mkdir folder empty
printf content > folder/file
printf content > same-content
printf x > folder/"$(printf 'two\nlines')"
: > nothing
ln folder/file second-name
ln -s folder/file link
mkfifo pipe
truncate -s 2M sparse
head -c 300000 /dev/zero > zeros
python3 -c 'import os; os.setxattr("folder/file", "user.a", b"1")'
python3 -c 'import os; os.setxattr("folder", "user.b", b"")'
"""
    + _STILL
)

RESET = "find . -mindepth 1 -delete; chmod 700 ."

_KEEP = "touch -h -d '2020-01-01 00:00:00.123456789' "

# case: (shell, (class, fate), words of the report); a class is `entry`, one of its columns or
# `xattr`.
CASES: dict[str, tuple[str, Hit, str]] = {
    "file lost": ("rm same-content", ("entry", "missing"), "same-content"),
    "file added": ("touch later", ("entry", "extra"), "later"),
    "folder lost": ("rmdir empty", ("entry", "missing"), "empty"),
    "folder added": ("mkdir later", ("entry", "extra"), "later"),
    "name with a newline lost": ("rm folder/two*", ("entry", "missing"), r"two\nlines"),
    "file renamed": ("mv same-content other", ("entry", "extra"), "other"),
    "name's case": ("mv nothing Nothing", ("entry", "extra"), "Nothing"),
    "one byte other": (
        f"printf Content > same-content; {_KEEP} same-content", ("content", "changed"), "content",
    ),
    "one byte more": (
        f"printf '\\n' >> same-content; {_KEEP} same-content", ("bytes", "changed"), "bytes",
    ),
    "zeros for zeros, one other": (
        f"printf '\\001' | dd of=zeros bs=1 seek=299999 conv=notrunc status=none; {_KEEP} zeros",
        ("content", "changed"), "zeros",
    ),
    "mode": ("chmod 600 folder/file", ("mode", "changed"), "0600"),
    "mode of a folder": ("chmod 1755 folder", ("mode", "changed"), "1755"),
    "set-user-id": ("chmod u+s same-content", ("mode", "changed"), "4644"),
    "time by a nanosecond": (
        "touch -d '2020-01-01 00:00:00.123456788' nothing", ("mtime ns", "changed"), "456788",
    ),
    "time of a link": (
        "touch -h -d '2020-01-01 00:00:01' link", ("mtime ns", "changed"), "'link'",
    ),
    "time of a folder": ("touch -d '2020-01-01 00:00:01' empty", ("mtime ns", "changed"), "empty"),
    "link elsewhere": (
        f"ln -sfn folder/other link; {_KEEP} link .", ("target", "changed"), "folder/other",
    ),
    "link became a file": (
        f"rm link; printf content > link; {_KEEP} link .", ("kind", "changed"), "symbolic link",
    ),
    "link became a folder": (f"rm link; mkdir link; {_KEEP} link .", ("kind", "changed"), "folder"),
    "pipe became a file": (f"rm pipe; : > pipe; {_KEEP} pipe .", ("kind", "changed"), "'pipe'"),
    "two names of one file became two files": (
        f"cp -p second-name x; mv x second-name; {_KEEP} second-name .",
        ("same file as", "changed"), "same file as",
    ),
    "a name of another file": (
        f"ln -f same-content second-name; {_KEEP} .", ("same file as", "changed"), "same-content",
    ),
    "sparse file filled": (
        f"cp --sparse=never sparse x; mv x sparse; {_KEEP} sparse .", ("sparse", "changed"), "yes",
    ),
    "zeros became a hole": (
        f"cp --sparse=always zeros x; mv x zeros; {_KEEP} zeros .", ("sparse", "changed"), "zeros",
    ),
    "attribute lost": (
        "python3 -c 'import os; os.removexattr(\"folder/file\", \"user.a\")'",
        ("xattr", "missing"), "user.a",
    ),
    "attribute added": (
        "python3 -c 'import os; os.setxattr(\"nothing\", \"user.c\", b\"\")'",
        ("xattr", "extra"), "user.c",
    ),
    "attribute other": (
        "python3 -c 'import os; os.setxattr(\"folder/file\", \"user.a\", b\"2\")'",
        ("xattr", "changed"), "0x32",
    ),
    "mode of the volume itself": ("chmod 755 .", ("mode", "changed"), "0755"),
}  # fmt: skip

# Only where the pod's user may give files away.
OWNERS: dict[str, tuple[str, Hit, str]] = {
    "owner": ("chown -h 1234 nothing", ("uid", "changed"), "1234"),
    "group": ("chown -h :1234 nothing", ("gid", "changed"), "1234"),
    "owner of a link": ("chown -h 1234 link", ("uid", "changed"), "'link'"),
}

NO_COLUMN = {"path"}  # a name is an entry of its own


class _Suite:
    workload: type[Workload] = Files

    def cases(self, server: Workload) -> Iterator[Case]:
        """One after the other."""
        server.execute(f"{RESET}\n{SCENE}")
        before = server.snapshot()
        for name, (script, wanted, named) in (CASES | self._owners(server)).items():
            server.execute(f"{RESET}\n{SCENE}\n{script}")  # one start of a program, not three
            diff = compare(before, server.snapshot(), limit=1000)
            yield Case(name, _miss(diff, wanted, named), _hits(diff))
        server.execute(f"{RESET}\n{SCENE}")
        left = compare(before, server.snapshot())
        yield Case("the scene is the same each time", str(left) if left else "", frozenset())

    def wanted(self, server: Workload) -> frozenset[Hit]:
        """Entries and attributes lost, added and changed; every column of an entry changed."""
        tables = server.snapshot().tables
        fates = {(name, fate) for (name,) in tables for fate in FATES}
        columns = {column.name for column in tables["entry",].columns} - NO_COLUMN
        if not self._owners(server):
            columns -= {"uid", "gid"}
        return frozenset(fates | {(column, "changed") for column in columns})

    def _owners(self, server: Workload) -> dict[str, tuple[str, Hit, str]]:
        may = server.execute("touch try; chown 1234 try 2> /dev/null && echo yes; rm try")
        return OWNERS if may else {}


SUITE = _Suite()


def _hits(diff: Diff) -> frozenset[Hit]:
    hits: set[Hit] = set()
    for table in diff.tables.entries:
        counts = {
            "missing": table.missing_rows, "extra": table.extra_rows, "changed": table.changed_rows,
        }  # fmt: skip
        hits |= {(table.name[0], fate) for fate, count in counts.items() if count}
        hits |= {
            (table.columns[at].name, "changed")
            for change in table.changed.entries
            for at in change.columns
        }
    return frozenset(hits)


def _miss(diff: Diff, wanted: Hit, named: str) -> str:
    if not diff:
        return "not seen"
    if diff.grades != ("data",):
        return f"graded {diff.grades}, expected data:\n{diff}"
    if wanted not in _hits(diff):
        return f"expected {wanted}, found:\n{diff}"
    return "" if named in str(diff) else f"expected {named!r}, found:\n{diff}"
