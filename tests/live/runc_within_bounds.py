"""Becomes runc after dropping from its bundle what the engine itself may not do.

Usage: runc_within_bounds.py RUNC ARGUMENTS….  Where root lacks a capability (virtual machines of
CI often withhold CAP_SYS_RESOURCE), runc cannot give it to a privileged container and fails;
nor can it raise limits or lower the out-of-memory score.
"""

import json
import os
import sys
from pathlib import Path

_SYS_RESOURCE = 24
_NAMES = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
]


def main() -> None:
    """Edits the bundle that runc is told of, then becomes runc."""
    program, *arguments = sys.argv[1:]
    file = _described(arguments)
    if file is not None:
        bundle = json.loads(file.read_text())
        _bound(bundle.get("process", bundle))
        file.write_text(json.dumps(bundle))
    os.execv(program, ["runc", *arguments])


def _described(arguments: list[str]) -> Path | None:
    if "create" in arguments or "run" in arguments:
        folder = arguments[arguments.index("--bundle") + 1] if "--bundle" in arguments else "."
        return Path(folder, "config.json")
    if "exec" in arguments and "--process" in arguments:
        return Path(arguments[arguments.index("--process") + 1])
    return None


def _bound(process: dict[str, object]) -> None:
    status = Path("/proc/self/status").read_text().splitlines()
    held = int(next(line.split()[1] for line in status if line.startswith("CapBnd")), 16)
    ours = {f"CAP_{name}" for number, name in enumerate(_NAMES) if held >> number & 1}
    capabilities = process.get("capabilities")
    if isinstance(capabilities, dict):
        for kind, names in capabilities.items():
            capabilities[kind] = [name for name in names if name in ours]
    if not held >> _SYS_RESOURCE & 1:
        process.pop("rlimits", None)
        score = process.get("oomScoreAdj")
        if isinstance(score, int) and score < 0:
            process["oomScoreAdj"] = 0


if __name__ == "__main__":
    main()
