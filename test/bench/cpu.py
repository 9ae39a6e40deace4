"""Processor time: of the processes that are measured, and of whatever else ran meanwhile."""

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")


def _times():
    """Seconds in user and kernel mode since its start, of each process that runs."""
    times = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue  # it has ended
        fields = text.rpartition(")")[2].split()
        times[int(folder.name)] = (int(fields[11]) + int(fields[12])) * TICK
    return times


def _stolen():
    """Seconds that the machine below had for others, of all processors together."""
    return int(Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[8]) * TICK


def of(pids):
    """What these processes have taken since they began."""
    times = _times()
    return sum(times.get(pid, 0) for pid in pids)


class Watch:
    """From its making to end(): what processes took that are not the measured ones."""

    LIMIT = 0.08  # of one processor

    def __init__(self, hosts):
        self._hosts = hosts
        self._before = _times()
        self._stolen = _stolen()

    def others(self) -> float:
        """Seconds, of processes that are on none of the hosts, and not this one."""
        mine = {os.getpid()}
        for host in self._hosts:
            mine |= set(host.pids())
        after = _times()
        taken = sum(
            seconds - self._before.get(pid, 0)
            for pid, seconds in after.items()
            if pid not in mine and not _is_kernel_thread(pid)
        )
        return taken + _stolen() - self._stolen


def _is_kernel_thread(pid):
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True
