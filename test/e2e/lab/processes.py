"""What /proc tells about a running process."""

import os
import re
from pathlib import Path


def exists(pid):
    """Running: a process that has ended and waits for its parent does not count."""
    try:
        return status(pid)["State"][0] != "Z"
    except OSError:
        return False


def status(pid) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def parent(pid) -> int:
    """0: it has ended meanwhile."""
    try:
        return int(status(pid)["PPid"])
    except OSError:
        return 0


def uid(pid) -> int:
    """The one user that the process runs as: real, effective, saved and file-system uid are the same."""
    numbers = set(status(pid)["Uid"].split())
    assert len(numbers) == 1, f"process {pid} has several users: {numbers}"
    return int(numbers.pop())


def descriptors(pid) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def threads(pid) -> int:
    return int(status(pid)["Threads"])


def cpu_seconds(pid) -> float:
    """What it has taken of the processors since it began, whatever else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")  # in user and in kernel mode


def memory(pid) -> int:
    """Bytes of its own: neither of a file nor shared."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"(?m)^Anonymous: +(\d+) kB", rollup)[1]) << 10


def children(parent) -> dict[str, int]:
    """By name."""
    pids = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return {status(pid)["Name"]: int(pid) for pid in pids}


def children_by_role(parent) -> dict[str, int]:
    """The processes that a supervisor started with --role, by role; of several with one role, any."""
    return dict(roles_of_children(parent))


def roles_of_children(parent) -> list[tuple[str, int]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            role = re.search(r"--role[= ](\w+)", words)
            if role and int(status(folder.name)["PPid"]) == parent and exists(folder.name):
                found.append((role[1], int(folder.name)))
        except (OSError, KeyError):
            continue  # it ended while we looked
    return found


def memory_holds(pid, needles: dict[str, bytes]) -> list[str]:
    """Names of the byte strings that are somewhere in the process's memory."""
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps:
        regions = [line.split() for line in maps]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for span, rights, *_ in regions:
            first, last = (int(end, 16) for end in span.split("-"))
            if "r" not in rights or first >= 1 << 63:
                continue
            try:
                memory.seek(first)
                content = memory.read(last - first)
            except OSError:
                continue  # a region of the kernel's
            found.update(name for name, needle in needles.items() if needle in content)
    return sorted(found)
