"""What looks at a volume, fills and damages it: runs in the pod, standard library only.

`python3 pod_program.py TOKEN ROOT ACTION [ARGUMENT]`; the argument is JSON, packed.  TOKEN is what
the file beside this one must hold: where pods have no root file system of their own, ROOT would be
this machine's folder of that name, and neither the token nor this file would be there.

Answers are lines of JSON, the last of them `{"end": number of lines before it}`.  Names are bytes,
written as Latin-1.  Python 3.9 is enough.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator  # noqa: TC003 # no package of ours is there
from typing import Any

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "symbolic link",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}
PIECE = 1024 * 1024

Answer = dict[str, Any]


def main() -> None:
    token, root, action = sys.argv[1:4]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "token")) as file:
        if file.read() != token:
            sys.exit("the token beside this program is another workload's")
    os.chdir(root)
    argument = json.loads(zlib.decompress(base64.b64decode(sys.argv[4]))) if sys.argv[4:] else None
    count = 0
    for answer in ACTIONS[action](argument):
        sys.stdout.write(json.dumps(answer) + "\n")
        count += 1
    sys.stdout.write(json.dumps({"end": count}) + "\n")


def snapshot(_argument: None) -> Iterator[Answer]:
    """Facts about the place, then one entry for each name."""
    yield from describe(None)
    first_of: dict[Any, bytes] = {}  # by device and inode: a file with several names is one file
    for place in walk(b"."):
        path = place[2:] or place
        info = os.lstat(path)
        kind = KINDS.get(stat.S_IFMT(info.st_mode), "unknown")
        entry = {
            "path": text(path),
            "kind": kind,
            "mode": f"{stat.S_IMODE(info.st_mode):04o}",
            "uid": info.st_uid,
            "gid": info.st_gid,
            "mtime": info.st_mtime_ns,
            "xattrs": {
                text(os.fsencode(name)): text(os.getxattr(path, name, follow_symlinks=False))
                for name in sorted(os.listxattr(path, follow_symlinks=False))
            },
        }
        if kind == "symbolic link":
            entry["target"] = text(os.readlink(path))
        if kind.endswith("device"):
            entry["target"] = f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}"
        if kind == "file":
            entry.update(content(path, info))
        if kind != "folder" and info.st_nlink > 1:
            entry["same"] = text(first_of.setdefault((info.st_dev, info.st_ino), path))
        yield entry


def walk(folder: bytes) -> Iterator[bytes]:
    """Every name below, and the folder itself, in an order that does not change."""
    yield folder
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from walk(os.path.join(folder, entry.name))
        else:
            yield os.path.join(folder, entry.name)


def content(path: bytes, before: os.stat_result) -> Answer:
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        size = before.st_size
        hole = os.lseek(file.fileno(), 0, os.SEEK_HOLE) if size else 0
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        while True:
            piece = file.read(PIECE)
            if not piece:
                break
            digest.update(piece)
        after = os.fstat(file.fileno())
    same = all(
        getattr(before, field) == getattr(after, field)
        for field in ("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino")
    )
    if not same:
        sys.exit(f"{text(path)!r} changed while it was read")
    return {"size": size, "content": digest.hexdigest(), "sparse": hole < size}


def seed(entries: list[Answer]) -> Iterator[Answer]:
    folders: list[tuple[bytes, Answer]] = [(b".", {})]
    for entry in entries:
        path = name(entry, "path")
        kind = entry.get("kind", "file")
        if kind == "folder":
            above = path
            while not os.path.isdir(os.path.dirname(above) or b"."):
                above = os.path.dirname(above)
                folders.insert(0, (above, {}))
            os.makedirs(path, exist_ok=True)
        elif kind == "symbolic link":
            os.symlink(name(entry, "target"), path)
        elif kind == "hard link":
            os.link(name(entry, "target"), path, follow_symlinks=False)
            continue
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            fill(path, entry)
        if "uid" in entry or "gid" in entry:
            os.chown(path, entry.get("uid", -1), entry.get("gid", -1), follow_symlinks=False)
        if "mode" in entry:
            os.chmod(path, int(entry["mode"], 8))
        for key, value in entry.get("xattrs", {}).items():
            os.setxattr(path, key, raw(value), follow_symlinks=False)
        folders.append((path, entry))
    # What is put into a folder changes its time, so the innermost comes first and all come last.
    for path, entry in reversed(folders):
        at = int(entry.get("mtimeNs", 1700000000000000000))
        os.utime(path, ns=(at, at), follow_symlinks=False)
    yield {"entries": len(entries)}


def fill(path: bytes, entry: Answer) -> None:
    with open(path, "wb") as file:
        for part in entry.get("parts", [entry]):
            if "hole" in part:
                file.seek(part["hole"], os.SEEK_CUR)
                file.truncate(file.tell())
            elif "random" in part:
                source, left = random.Random(part.get("seed", 0)), part["random"]
                while left:
                    size = min(left, PIECE)
                    file.write(source.getrandbits(8 * size).to_bytes(size, "little"))
                    left -= size
            else:
                file.write(raw(part.get("text", "")))


def wipe(_argument: None) -> Iterator[Answer]:
    count = len(list(walk(b"."))) - 1
    for entry in os.listdir(b"."):
        if os.path.isdir(entry) and not os.path.islink(entry):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)
    yield {"entries": count}


def delete(told: str) -> Iterator[Answer]:
    path = raw(told)
    is_folder = os.path.isdir(path) and not os.path.islink(path)
    count = len(list(walk(path))) if is_folder else 1
    if is_folder:
        shutil.rmtree(path)
    else:
        os.unlink(path)
    yield {"entries": count}


def flip(told: str) -> Iterator[Answer]:
    """One bit in the middle of a file; size and time stay what they were."""
    path = raw(told)
    info = os.stat(path)
    if not info.st_size:
        sys.exit(f"{text(path)!r} is empty")
    with open(path, "r+b") as file:
        file.seek(info.st_size // 2)
        byte = file.read(1)[0]
        file.seek(info.st_size // 2)
        file.write(bytes([byte ^ 1]))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    yield {"offset": info.st_size // 2}


def shell(script: str) -> Iterator[Answer]:
    done = subprocess.run(["sh", "-ec", script], capture_output=True)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        sys.exit(f"the script ended with status {done.returncode}: {said}")
    for line in done.stdout.splitlines():
        yield {"line": text(line)}


def describe(_argument: None) -> Iterator[Answer]:
    kind, best = "an unknown file system", -1
    here = os.getcwd()
    with open("/proc/self/mountinfo") as file:
        for line in file:
            left, _, right = line.partition(" - ")
            place = left.split(" ")[4]
            inside = here == place or here.startswith(place.rstrip("/") + "/")
            if inside and len(place) >= best:
                kind, best = right.split(" ")[0], len(place)
    yield {"python": sys.version.split()[0], "fileSystem": kind}


def text(raw_bytes: bytes) -> str:
    return raw_bytes.decode("latin-1")


def raw(characters: str) -> bytes:
    return characters.encode("latin-1")


def name(entry: Answer, key: str) -> bytes:
    return raw(entry[key])


ACTIONS: dict[str, Callable[[Any], Iterator[Answer]]] = {
    "snapshot": snapshot,
    "seed": seed,
    "wipe": wipe,
    "delete": delete,
    "flip": flip,
    "shell": shell,
    "describe": describe,
}

if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
