"""The processes that look into messages: real ones."""

import asyncio
import gzip
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from gatepost.adapters.inspection.budget import Allowance
from gatepost.adapters.inspection.pool import Pool
from gatepost.adapters.inspection.wire import Orders
from gatepost.model.inspection import Inspection
from gatepost.model.samples import Octets
from gatepost.ports.unavailable import Unavailable
from tests.adapters.inspection.mails import EICAR, codes, items, mail, zipped

SMALL = mail(("x.zip", zipped(x_com=b"MZ" + bytes(100))))
SLOW = mail(("slow.gz", gzip.compress(bytes(60_000_000), 1)))  # takes some hundredths of a second


def spent(budget):
    return Inspection(over=(budget,))


def pool(orders=Orders(), **changes):  # noqa: B008 - frozen
    return Pool(orders, **{"processes": 2, "waiting": 50, "seconds": 30.0, "patience": 30.0, **changes})


@pytest.fixture
async def made():
    """Pools, closed in the end."""
    pools = []

    def make(*arguments, **changes):
        pools.append(pool(*arguments, **changes))
        return pools[-1]

    yield make
    for each in pools:
        each.close()


async def looked(pool, octets):
    return await pool.inspect(Octets(octets), spent)


def process_of(pool):
    return pool.nursery.process.pid


def children_of(pid):
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_a_message_is_looked_into_in_another_process(made):
    first = made()
    seen = await looked(first, SMALL)
    assert "2!x.com" in items(seen)
    assert (len(children_of(process_of(first))), len(first.idle)) == (1, 1)
    assert {"limits", "no-new-privileges"} <= set(first.confinement.on)


async def test_dots_that_were_stuffed_are_taken_out(made):
    stuffed = SMALL.replace(b"Dear sir", b"..hidden\r\n..Dear sir")
    seen = await looked(made(), stuffed)
    assert ".hidden\n.Dear sir" in seen.texts[0].text.replace("\r", "")


@pytest.mark.parametrize("processes", [1, 2])
async def test_many_messages_are_looked_into_in_turn_by_as_many_processes_as_allowed(made, processes):
    some = made(processes=processes)
    done = []

    async def one(number):
        await looked(some, SMALL)
        done.append(number)

    await asyncio.gather(*map(one, range(20)))
    assert (len(done), len(some.seats)) == (20, processes)
    assert processes > 1 or done == list(range(20))


async def test_a_large_message_arrives_whole(made):
    random = os.urandom(3_000_000)
    seen = await looked(made(), mail(("x.bin", random)))
    assert items(seen)["2"].size == len(random)


async def test_no_process_is_started_before_it_is_needed(made):
    assert made().nursery is None


async def test_beyond_the_queue_it_is_unavailable(made):
    one = made(processes=1, waiting=3)
    await looked(one, SMALL)
    waiting = [one.inspect(Octets(SLOW), spent) for _ in range(4)]
    with pytest.raises(Unavailable):
        one.inspect(Octets(SMALL), spent)
    waiting[-1].cancel()
    last = one.inspect(Octets(SMALL), spent)
    await asyncio.gather(*waiting[:-1])
    assert "2!x.com" in items(await last), "who waits no more makes room"


async def test_who_has_waited_long_enough_is_told(made):
    one = made(processes=1, patience=0.05)
    one.start(asyncio.get_running_loop())
    with pytest.raises(Unavailable):
        await looked(one, SMALL)


async def test_attach_08_a_message_that_takes_too_long_is_given_up_and_its_process_killed(made):
    one = made(seconds=0.5, processes=1)
    await looked(one, SMALL)
    (child,) = children_of(process_of(one))
    await stopped(child)
    began = time.monotonic()
    assert (await looked(one, SMALL)).over == ("time",)
    assert time.monotonic() - began < 5
    await gone(child)
    assert "2!x.com" in items(await looked(one, SMALL))


async def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    for _ in range(200):
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":  # noqa: ASYNC240 - /proc
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not stop")


async def gone(pid):
    for _ in range(200):
        if not is_there(pid):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it is still there")


def is_there(pid):
    return Path(f"/proc/{pid}").exists()


async def test_a_message_that_kills_its_process_is_one_that_was_too_much(made):
    one = made(processes=1)
    await looked(one, SMALL)
    (child,) = children_of(process_of(one))
    await stopped(child)
    waiting = one.inspect(Octets(SMALL), spent)
    os.kill(child, signal.SIGKILL)  # as the kernel does where memory is short
    assert (await waiting).over == ("memory",)
    assert "2!x.com" in items(await looked(one, SMALL))


async def test_a_process_ends_itself_after_its_messages(made):
    one = made(Orders(messages=2), processes=1)
    seen = set()
    for _ in range(5):
        await looked(one, SMALL)
        seen.update(children_of(process_of(one)))
    assert len(seen) >= 2
    assert len(one.seats) <= 1


async def test_when_the_nursery_is_killed_another_takes_over(made):
    both = made()
    await looked(both, SMALL)
    children = children_of(process_of(both))
    under_way = [both.inspect(Octets(SLOW), spent) for _ in range(4)]
    os.kill(process_of(both), signal.SIGKILL)
    for seen in await asyncio.gather(*under_way):
        assert "ratio" in seen.over
    for child in children:
        await gone(child)


async def test_when_the_nursery_dies_again_it_is_unavailable(made):
    one = made(processes=1)
    await looked(one, SMALL)
    first = process_of(one)
    waiting = one.inspect(Octets(SLOW), spent)
    os.kill(first, signal.SIGKILL)
    for _ in range(1_000_000):
        await asyncio.sleep(0)
        if one.seats and process_of(one) != first:
            break
    os.kill(process_of(one), signal.SIGKILL)
    with pytest.raises(Unavailable):
        await waiting


async def test_rules_that_cannot_be_used_make_it_unavailable_and_say_why(made, tmp_path):
    (tmp_path / "bad.yar").write_text("rule")
    one = made(Orders(rules=(str(tmp_path),)), patience=3.0)
    with pytest.raises(Unavailable, match=r"bad\.yar"):
        await looked(one, SMALL)


async def test_what_waits_when_it_is_closed_is_told_and_no_process_stays(made):
    one = made(processes=1)
    await looked(one, SMALL)
    (child,) = children_of(process_of(one))
    waiting = [one.inspect(Octets(SLOW), spent) for _ in range(3)]
    one.close()
    assert all(isinstance(each, Unavailable) for each in await asyncio.gather(*waiting, return_exceptions=True))
    await gone(child)


async def test_content_that_cannot_be_read_is_unavailable_and_the_next_is_looked_into(made):
    class Broken:
        size = 5

        def chunks(self):
            raise OSError(5, "Input/output error")
            yield

    one = made(processes=1)
    with pytest.raises(Unavailable):
        await one.inspect(Broken(), spent)
    assert "2!x.com" in items(await looked(one, SMALL))


async def test_a_process_has_no_environment_no_files_and_no_memory_of_ours(made, monkeypatch):
    secret = "correct horse battery"
    monkeypatch.setenv("GATEPOST_SECRET", secret)
    one = made(processes=1)
    await looked(one, SMALL)
    nursery = process_of(one)
    (child,) = children_of(nursery)
    assert secret.encode() not in environment(nursery)
    assert [place for place in descriptors(child) if not is_harmless(place)] == []


def environment(pid):
    return Path(f"/proc/{pid}/environ").read_bytes()


def descriptors(pid):
    return [os.readlink(f"/proc/{pid}/fd/{each}") for each in os.listdir(f"/proc/{pid}/fd")]


def is_harmless(place):
    return place == "/dev/null" or place.startswith(("socket:", "anon_inode:")) or is_error_output(place)


def is_error_output(place):
    return place == os.readlink("/proc/self/fd/2")


# DOS: bombs beside others

BOMBS = {
    "gz": lambda: ("zeros.gz", gzip.compress(bytes(200_000_000), 1)),
    "zip": lambda: ("zeros.zip", zipped(zeros=bytes(200_000_000))),
    "entries": lambda: ("many.zip", zipped(**{f"f{number}_txt": b"x" for number in range(30_000)})),
    "nested": lambda: ("nested.zip", nested(200)),
    "many": lambda: ("many.zip", zipped(**{f"f{number}_zip": zipped(a=bytes(10_000_000)) for number in range(16)})),
}


def nested(depth):
    octets = EICAR
    for _ in range(depth):
        octets = zipped(a_zip=octets)
    return octets


@pytest.mark.parametrize("kind", BOMBS)
async def test_attach_08_a_bomb_ends_in_bounded_time_and_memory(made, kind):
    one = made(processes=1)
    await looked(one, SMALL)
    (child,) = children_of(process_of(one))
    octets = mail(BOMBS[kind]())
    began = time.monotonic()
    waiting = one.inspect(Octets(octets), spent)
    peak = 0
    while not waiting.done():
        peak = max(peak, resident(child))
        await asyncio.sleep(0.005)
    seen = waiting.result()
    assert (bool(seen.over), bool(seen.unscannable), "over-budget" in codes(seen)) == (True, True, True)
    assert time.monotonic() - began < 10, "twice what is asked for: the machine may be busy"
    assert peak < 256 * 1024 * 1024


def resident(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


async def test_while_bombs_are_looked_into_the_loop_goes_on(made):
    both = made(Orders(allowance=Allowance(seconds=2.0)))
    await asyncio.gather(looked(both, SMALL), looked(both, SMALL))
    bombs = [mail(BOMBS["gz"]()), mail(BOMBS["entries"]()), mail(("x.bin", os.urandom(8_000_000)))] * 2
    waiting = [both.inspect(Octets(octets), spent) for octets in bombs]
    late = []
    while not all(each.done() for each in waiting):
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - began - 0.001)
    late.sort()
    assert late[int(len(late) * 0.99)] < 0.05


async def test_a_message_that_needs_more_memory_than_allowed_is_one_that_was_too_much(made):
    generous = Allowance(octets=4 * 1024**3, ratio=10**9, seconds=20.0)
    one = made(Orders(allowance=generous, memory=192 * 1024 * 1024), processes=1)
    seen = await looked(one, mail(("zeros.zip", zipped(zeros=bytes(400_000_000))), ("x.com", EICAR)))
    assert seen.over == ("memory",)
    assert "2!x.com" in items(await looked(one, SMALL))


WORKER = """
import asyncio, sys
from tests.adapters.inspection.test_pool import SMALL, children_of, looked, pool, process_of

async def main():
    one = pool(processes=1)
    await looked(one, SMALL)
    print(process_of(one), *children_of(process_of(one)), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_what_a_worker_has_started_ends_when_it_is_killed():
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, cwd=Path(__file__).parents[3], stdout=asyncio.subprocess.PIPE
    )
    pids = [int(each) for each in (await worker.stdout.readline()).split()]
    assert len(pids) == 2
    worker.kill()
    await worker.wait()
    for pid in pids:
        await gone(pid)


async def test_who_is_asked_to_end_goes_on_until_the_worker_ends(made):
    """A service manager asks all processes of a service at once, and the worker still has messages to judge."""
    one = made(processes=1)
    await looked(one, SMALL)
    for pid in (process_of(one), *children_of(process_of(one))):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
    assert "2!x.com" in items(await looked(one, SMALL))
