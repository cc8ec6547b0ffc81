"""What a server costs, over all its processes: CPU seconds and resident memory, from /proc."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, TIMES = (
    1,
    slice(11, 15),
)  # places behind the command's name in /proc/<pid>/stat: ppid; utime, stime, cutime, cstime


def stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # ended meanwhile
        return None


def tree(root: int) -> list[int]:
    """The process and all its descendants, parents before children."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and (fields := stat(int(entry))):
            children.setdefault(int(fields[PARENT]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_by_process(root: int) -> dict[int, float]:
    """Seconds used so far by each process of the tree, with those of its children that ended and were waited for."""
    used = {pid: fields for pid in tree(root) if (fields := stat(pid))}
    return {pid: sum(map(int, fields[TIMES])) / TICKS for pid, fields in used.items()}


def cpu(root: int) -> float:
    """Seconds used so far by the whole tree."""
    return sum(cpu_by_process(root).values())


def machine_cpu() -> float:
    """Seconds that the whole machine was busy or its processors were taken away, so far."""
    user, nice, system, _idle, _iowait, irq, soft, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + steal) / TICKS


def resident(pids: Iterable[int]) -> int:
    """Octets resident, shared pages counted by their share (PSS). What the kernel keeps for sockets is not in it."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total
