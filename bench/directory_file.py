"""What does a list of 200,000 recipients cost, and one look-up in it? Beside it: a plain set of strings.

    .venv/bin/python bench/directory_file.py            a table
    .venv/bin/python bench/directory_file.py --json     the same as JSON

Budget (issue 2 §6): 200,000 entries in 40 MB, 10 µs a look-up. Each is measured in a process of its own.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gatepost.adapters.directory_file import FileDirectory, FileSettings
from gatepost.model.address import Address, Domain

ENTRIES = 200_000
LOOKUPS = 100_000
MEMORY_BUDGET = 40.0  # MB
TIME_BUDGET = 10.0  # µs


def resident() -> float:
    """MB of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def entry(number: int) -> str:
    return f"given{number % 977}.family-name{number}@example{number % 5}.com"


def measured(load: Callable[[Path], Callable[[str], bool]], path: Path) -> dict[str, float]:
    before = resident()
    began = time.perf_counter()
    holds = load(path)
    loaded = time.perf_counter() - began
    memory = resident() - before
    known = [entry(n * 7919 % ENTRIES) for n in range(LOOKUPS)]
    unknown = ["x" + name for name in known]
    figures = {"memory_mb": memory, "load_s": loaded}
    for name, asked, expected in (("found_us", known, True), ("unknown_us", unknown, False)):
        began = time.perf_counter()
        for address in asked:
            assert holds(address) is expected
        figures[name] = (time.perf_counter() - began) / LOOKUPS * 1e6
    return figures


def load_directory(path: Path) -> Callable[[str], bool]:
    directory = FileDirectory(FileSettings(path=path))
    return lambda text: finds(directory, text)


def finds(directory: FileDirectory, text: str) -> bool:
    """Once through the port, as the `recipient` check asks, with the address made anew."""
    local, _, domain = text.rpartition("@")
    try:
        directory.find(Address(local, Domain(domain))).send(None)
    except StopIteration as end:
        return end.value is not None
    raise AssertionError("the look-up waited")


def load_set(path: Path) -> Callable[[str], bool]:
    names = {line.strip() for line in path.read_text().splitlines()}
    return names.__contains__


async def longest_pause(path: Path) -> dict[str, float]:
    """How long the event loop stands still at most while the changed file is read again, in ms."""
    directory = FileDirectory(FileSettings(path=path))
    os.utime(path)
    loop, longest, old = asyncio.get_running_loop(), 0.0, directory.roll
    directory.look(loop)
    directory.look(loop)
    before, began, last = resident(), time.perf_counter(), time.perf_counter()
    while directory.roll is old:
        await asyncio.sleep(0)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    directory.close()
    return {"pause_ms": longest * 1e3, "reload_s": time.perf_counter() - began, "memory_mb": resident() - before}


CASES = {"directory": load_directory, "set": load_set}


def one(case: str, path: Path) -> None:
    figures = asyncio.run(longest_pause(path)) if case == "reload" else measured(CASES[case], path)
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))


def main() -> int:
    if len(sys.argv) == 3:
        one(sys.argv[1], Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "recipients.txt"
        path.write_text("".join(f"{entry(n)}\n" for n in range(ENTRIES)))
        results = {
            case: json.loads(subprocess.check_output([sys.executable, __file__, case, str(path)]))
            for case in (*CASES, "reload")
        }
    ours = results["directory"]
    held = ours["memory_mb"] <= MEMORY_BUDGET and max(ours["found_us"], ours["unknown_us"]) <= TIME_BUDGET
    if "--json" in sys.argv:
        print(json.dumps({"bench": "directory_file", "entries": ENTRIES, "held": held, "results": results}))
    else:
        outcome = "held" if held else "EXCEEDED"
        print(f"{ENTRIES:,} recipients; budget {MEMORY_BUDGET:g} MB, {TIME_BUDGET:g} µs: {outcome}")
        for case, figures in results.items():
            print(f"  {case:10}", "  ".join(f"{name} {value:g}" for name, value in figures.items()))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
