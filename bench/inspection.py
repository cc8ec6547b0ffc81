"""What does it cost to look into a message, and what do bombs cost? Processor time of all processes together.

    .venv/bin/python -m bench.inspection            messages, then bombs
    .venv/bin/python -m bench.inspection --profile  where the time goes in a 51 KiB message, without a process

Processor time is what the worker and its inspecting processes have used, by the kernel's count, over many messages;
time is by the clock, one message after the other. Memory is the most that the inspecting process ever had.
"""

import argparse
import asyncio
import bz2
import cProfile
import gzip
import io
import lzma
import os
import pstats
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import uvloop

from gatepost.adapters.inspection.inspector import ContentInspector
from gatepost.adapters.inspection.settings import InspectionSettings
from gatepost.adapters.inspection.walk import Walk
from gatepost.model.inspection import Inspection
from gatepost.model.message import Message
from tests.adapters.inspection.mails import mail, message

TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds
ZEROS = bytes(200_000_000)
LINE = b"The quarterly figures are attached; please have a look before Thursday.\r\n"


def letter() -> bytes:
    return b"From: ann@sender.test\r\nSubject: figures\r\n\r\n" + LINE * (4096 // len(LINE))


def multipart() -> bytes:
    """A text, a page and a picture in a document that is a zip: 51 KiB."""
    dice = random.Random(1)
    page = b"<html><body>" + b"<p>" + LINE * 40 + b"<a href='https://sender.test/a'>here</a></body></html>"
    html = b"Content-Type: text/html\r\n\r\n" + page + b"\r\n"
    return mail(html, ("figures.bin", dice.randbytes(34_000)), text=LINE * 10)


def large() -> bytes:
    return mail(("figures.bin", random.Random(2).randbytes(5 * 1024 * 1024)))


def zipped(method: int, files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as into:
        for name, content in files.items():
            into.writestr(name, content)
    return made.getvalue()


def nested(depth: int) -> bytes:
    octets = b"MZ"
    for _ in range(depth):
        octets = zipped(zipfile.ZIP_DEFLATED, {"a.zip": octets})
    return octets


def onion() -> bytes:
    """Five layers of sixteen, zeros in the middle: what 42.zip is."""
    octets = zipped(zipfile.ZIP_DEFLATED, {"0": bytes(100_000_000)})
    for _ in range(5):
        octets = zipped(zipfile.ZIP_DEFLATED, {f"{number}.zip": octets for number in range(16)})
    return octets


def lean(octets: bytes) -> bytes:
    return lzma.compress(octets, preset=0)


MESSAGES: dict[str, Callable[[], bytes]] = {"text, 4 KiB": letter, "multipart, 51 KiB": multipart, "5 MiB": large}
BOMBS: dict[str, Callable[[], bytes]] = {
    "zip, 200 MB of zeros": lambda: mail(("x.zip", zipped(zipfile.ZIP_DEFLATED, {"0": ZEROS}))),
    "zip, by bzip2": lambda: mail(("x.zip", zipped(zipfile.ZIP_BZIP2, {"0": ZEROS}))),
    "gz": lambda: mail(("x.gz", gzip.compress(ZEROS, 1))),
    "bz2": lambda: mail(("x.bz2", bz2.compress(ZEROS))),
    "xz": lambda: mail(("x.xz", lean(ZEROS))),
    "zip, 30,000 entries": lambda: mail(("x.zip", zipped(0, {f"{number}.txt": b"x" for number in range(30_000)}))),
    "zip, 200 in each other": lambda: mail(("x.zip", nested(200))),
    "zip, 5 layers of 16": lambda: mail(("x.zip", onion())),
    "5,000 parts": lambda: mail(*[("x.txt", b"x")] * 5000),
}


def used(pid: int) -> float:
    """Seconds of processor time of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) * TICK


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def peak(pids: list[int]) -> int:
    """MiB."""
    most = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, int(line.split()[1]) // 1024)
    return most


class Meter:
    def __init__(self, inspector: ContentInspector) -> None:
        self.inspector = inspector

    @property
    def nursery(self) -> int:
        assert self.inspector.pool.nursery
        return self.inspector.pool.nursery.process.pid

    def total(self) -> float:
        return sum(map(used, (os.getpid(), self.nursery, *children(self.nursery))))

    async def look(self, one: Message) -> Inspection:
        seen = self.inspector.inspect(one)
        return seen if isinstance(seen, Inspection) else await seen

    async def cost(self, octets: bytes, seconds: float = 4.0) -> tuple[float, float]:
        """Processor time and time of one message, in milliseconds."""
        await self.look(message(octets))
        before, began, count = self.total(), time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            await self.look(message(octets))
            count += 1
        return (self.total() - before) / count * 1000, (time.perf_counter() - began) / count * 1000


async def main() -> None:
    inspector = ContentInspector(InspectionSettings(processes=1, messages=100_000))
    meter = Meter(inspector)
    await meter.look(message(multipart()))
    print(f"held by: {', '.join(inspector.confinement.on)}; not by: {', '.join(inspector.confinement.off) or '-'}\n")
    print(f"{'message':24}{'processor ms':>14}{'ms':>10}")
    for name, make in MESSAGES.items():
        processor, clock = await meter.cost(make())
        print(f"{name:24}{processor:14.2f}{clock:10.2f}")
    inspector.close()
    print(f"\n{'bomb':24}{'s':>14}{'MiB':>10}  what ran out")
    for name, make in BOMBS.items():
        await bomb(name, make())


async def bomb(name: str, octets: bytes) -> None:
    inspector = ContentInspector(InspectionSettings(processes=1))
    meter = Meter(inspector)
    await meter.look(message(multipart()))
    waiting = asyncio.ensure_future(meter.look(message(octets)))
    began, most = time.perf_counter(), 0
    while not waiting.done():
        most = max(most, peak(children(meter.nursery)))
        await asyncio.sleep(0.002)
    over = ", ".join(waiting.result().over)
    print(f"{name:24}{time.perf_counter() - began:14.2f}{most:10d}  {over}")
    inspector.close()


def profile() -> None:
    inspector = ContentInspector(InspectionSettings())
    orders, octets = inspector.orders, multipart()
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(200):
        Walk(orders.allowance, orders.limits, inspector.rules.matches, time.process_time).inspect(octets)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", action="store_true")
    if parser.parse_args().profile:
        profile()
    else:
        uvloop.run(main())
