"""What does a question to the DNS cost, and what do answers from hell? aiodns alone, and as the gateway uses it.

    .venv/bin/python -m bench.dns

Both ask the same test name server, a process of its own on loopback, in one run. `stall` is the longest time that the
event loop did nothing else while one answer came; `memory` what 300 answers of 60 KiB leave behind: c-ares remembers
them all, the gateway within `cache_memory`.
"""

import asyncio
import contextlib
import gc
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path

import aiodns
import uvloop

from gatepost.adapters.dns.resolver import Resolver
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.gateway.clock import SystemClock
from tests.servers.loopback import HOST
from tests.servers.names import NameServer

QUESTIONS = 3000
AT_ONCE = 50
LARGE = 300
TICK = 0.0005  # seconds
Ask = Callable[[str], Awaitable[object]]


def names() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {f"n{n}.test": {"TXT": ["v=spf1 -all"]} for n in range(QUESTIONS)}
    found |= {f"large{n}.test": {"TXT": [b"x" * 60_000]} for n in range(LARGE)}
    found["strings.test"] = {"TXT": [(b"x",) * 30_000]}
    found["many.test"] = {"TXT": [b"x" * 10] * 2_500}
    return found


async def small(ask: Ask) -> float:
    """µs of CPU for one small question, not remembered."""
    began = time.process_time()
    for start in range(0, QUESTIONS, AT_ONCE):
        await asyncio.gather(*(ask(f"n{n}.test") for n in range(start, start + AT_ONCE)))
    return (time.process_time() - began) / QUESTIONS * 1e6


async def known(ask: Ask) -> float:
    """µs for one that is remembered."""
    began = time.process_time()
    for _ in range(QUESTIONS):
        await ask("n0.test")
    return (time.process_time() - began) / QUESTIONS * 1e6


async def stall(ask: Ask, name: str) -> float:
    """ms of the longest pause of a ticking clock while that answer came."""
    longest, running = 0.0, True

    async def tick() -> None:
        nonlocal longest
        before = time.perf_counter()
        while running:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            longest, before = max(longest, now - before), now

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.05)
    longest = 0.0
    await ask(name)
    await asyncio.sleep(0.01)
    running = False
    await ticking
    return longest * 1e3


async def memory(ask: Ask) -> float:
    """MiB more than before."""
    before = resident()
    for number in range(LARGE):
        await ask(f"large{number}.test")
    gc.collect()
    return (resident() - before) / 1024**2


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def measured(ask: Ask) -> list[str]:
    stalls = [f"{await stall(ask, name):.1f}" for name in ("strings.test", "many.test")]
    figures = (await small(ask), await known(ask), "/".join(stalls), await memory(ask))
    return [f"{each:.1f}" if isinstance(each, float) else each for each in figures]


async def run(port: int) -> None:
    ours = Resolver(DnsSettings.model_validate({"servers": [f"{HOST}:{port}"]}), SystemClock())
    theirs = aiodns.DNSResolver(nameservers=[f"{HOST}:{port}"])

    def quietly(ask: Ask) -> Ask:
        async def asked(name: str) -> object:
            try:
                return await ask(name)
            except Exception as error:  # too large an answer is an answer here
                return error

        return asked

    print(f"  {'':9} {'µs a question':>14} {'µs remembered':>14} {'ms stall, strings/records':>26} {'MiB memory':>11}")
    for name, ask in (("aiodns", lambda name: theirs.query_dns(name, "TXT")), ("gatepost", ours.txt)):
        question, again, stalls, left = await measured(quietly(ask))
        print(f"  {name:9} {question:>14} {again:>14} {stalls:>26} {left:>11}")
    ours.close()
    await theirs.close()


def serve(line: Connection) -> None:
    """The name server, until the line is closed."""
    with NameServer(names()) as server, contextlib.suppress(EOFError):
        line.send(server.port)
        line.recv()


def main() -> None:
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(ours.recv()))
    ours.close()
    server.terminate()


if __name__ == "__main__":
    main()
