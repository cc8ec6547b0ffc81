import asyncio
import socket

import pytest

from gatepost.adapters.journal.client import JournalClient
from gatepost.adapters.journal.wire import HEADER, decode, origin_of, pair
from gatepost.model.finding import Finding
from tests.adapters.journal.traces import trace


@pytest.fixture
def ends():
    worker, writer = pair()
    worker.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
    writer.setblocking(False)
    with worker, writer:
        yield worker, writer


def received(writer: socket.socket) -> list:
    """All that is in the socket: (origin, trace)."""
    found = []
    while True:
        try:
            packet = writer.recv(1 << 20)
        except BlockingIOError:
            return found
        if not packet:
            return found
        found.append((origin_of(memoryview(packet)), decode(packet[HEADER.size :])))


def fill(client: JournalClient) -> int:
    count = 0
    while client.record(trace(count)):
        count += 1
    return count


def test_what_was_recorded_is_in_the_socket(ends):
    client = JournalClient(ends[0])
    assert client.record(trace(1))
    assert [found for _, found in received(ends[1])] == [trace(1)]


def test_packets_are_numbered(ends):
    client = JournalClient(ends[0])
    for number in range(3):
        client.record(trace(number))
    assert [origin.sent for origin, _ in received(ends[1])] == [1, 2, 3]


def test_a_full_socket_says_so_and_loses_nothing(ends):
    client = JournalClient(ends[0])
    count = fill(client)
    assert client.lost == 0 and len(received(ends[1])) == count


async def test_one_who_waits_gets_the_room_that_is_made(ends):
    client = JournalClient(ends[0])
    count = fill(client)
    waiting = asyncio.ensure_future(client.record_later(trace(count)))
    await asyncio.sleep(0)
    found = received(ends[1])
    assert await waiting
    assert [t for _, t in [*found, *received(ends[1])]] == [trace(i) for i in range(count + 1)]


async def test_waiting_has_a_bound_and_the_loss_is_told_with_the_next_trace(ends):
    client = JournalClient(ends[0], bound=0.05)
    fill(client)
    assert await asyncio.gather(client.record_later(trace()), client.record_later(trace())) == [False, False]
    received(ends[1])
    assert client.record(trace())
    assert [origin.lost for origin, _ in received(ends[1])] == [2]


async def test_nobody_overtakes_those_who_wait(ends):
    client = JournalClient(ends[0])
    fill(client)
    waiting = asyncio.ensure_future(client.record_later(trace()))
    await asyncio.sleep(0)
    ends[1].recv(1 << 20)
    assert not client.record(trace())
    received(ends[1])
    assert await waiting


async def test_memory_for_waiting_traces_has_a_bound(ends):
    client = JournalClient(ends[0], waiting_limit=1)
    assert not await client.record_later(trace())
    assert client.lost == 1


async def test_a_session_that_is_cancelled_loses_no_trace(ends):
    client = JournalClient(ends[0])
    fill(client)
    waiting = asyncio.ensure_future(client.record_later(trace(999)))
    await asyncio.sleep(0)
    waiting.cancel()
    received(ends[1])
    await asyncio.sleep(0.05)
    assert [t for _, t in received(ends[1])] == [trace(999)]


async def test_nobody_listening_is_a_loss_and_no_error(ends):
    client = JournalClient(ends[0], bound=60)
    ends[1].close()
    assert not client.record(trace())
    assert not await client.record_later(trace())
    assert client.lost == 1


async def test_a_trace_that_is_none_is_a_loss_and_no_error(ends):
    client = JournalClient(ends[0])
    broken = trace(because=(Finding("x", "y"), object()))
    assert not client.record(broken)
    assert not await client.record_later(broken)
    assert client.record(trace())


def test_a_coroutine_that_finds_room_ends_without_a_task(ends):
    """The session steps it once by hand."""

    async def main() -> None:
        pass

    client = JournalClient(ends[0])
    loop = asyncio.new_event_loop()
    steps: list[object] = []

    def step() -> None:
        try:
            client.record_later(trace()).send(None)
        except StopIteration as ended:
            steps.append(ended.value)

    loop.call_soon(step)
    loop.run_until_complete(main())
    loop.close()
    assert steps == [True]


def test_waiting_works_on_the_loop_that_workers_run_on(ends):
    uvloop = pytest.importorskip("uvloop")

    async def wait_for_room() -> bool:
        client = JournalClient(ends[0])
        fill(client)
        waiting = asyncio.ensure_future(client.record_later(trace()))
        await asyncio.sleep(0.01)
        received(ends[1])
        return await waiting

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(wait_for_room())
