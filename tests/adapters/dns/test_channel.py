import asyncio
import gc
import resource
from pathlib import Path

import pytest
from aiodns.error import DNSError

from gatepost.adapters.dns.channel import Channel, rounds
from gatepost.adapters.dns.settings import ServerAddress
from tests.adapters.dns.conftest import quick
from tests.adapters.dns.ears import forgotten, open_sockets, settled
from tests.servers.loopback import HOST
from tests.servers.names import FAULT, Fault, NameServer, Slow

TEXT = {"TXT": ["text"]}


@pytest.fixture
async def channel(names):
    names.names = {"x.test": TEXT}
    made = Channel(asyncio.get_running_loop(), quick(), (ServerAddress(HOST, names.port),))
    yield made
    made.shut()


async def asked(channel, name, kind="TXT"):
    question = channel.query_dns(name, kind)
    question.add_done_callback(channel.forget_soon)
    try:
        return await question
    except DNSError:
        return None


@pytest.mark.parametrize("name", ["x.test", "nobody.test"])
async def test_what_c_ares_was_told_it_forgets(channel, names, name):
    for times in (1, 2, 3):
        await asked(channel, name)
        assert names.count(name) == times
        await forgotten()


async def test_forgetting_disturbs_no_question_under_way_and_no_server(channel, names):
    names.names = {"*.slow.test": {**TEXT, FAULT: Slow(0.05)}}
    questions = [asyncio.ensure_future(asked(channel, f"n{i}.slow.test")) for i in range(50)]
    for _ in range(20):
        channel.forget()
        await asyncio.sleep(0.005)
    assert all(await asyncio.gather(*questions))
    assert len(names.asked) == 50


async def test_many_answers_at_a_time_are_forgotten_at_once(channel, names):
    for name in ("x.test", "y.test"):
        await asked(channel, name)
    timer = channel.forgetting
    assert timer is not None
    await asked(channel, "z.test")
    assert channel.forgetting is timer
    await forgotten()
    assert channel.forgetting is None


async def test_DOS_16_answers_of_any_size_leave_no_memory_behind(channel, names):
    names.names = {"*.strings.test": {"TXT": [(b"",) * 60_000]}, "*.text.test": {"TXT": [b"x" * 60_000]}}
    await asked(channel, "first.strings.test")
    await forgotten()
    before = resident()
    for i in range(15):
        await asked(channel, f"n{i}.strings.test")
        await asked(channel, f"n{i}.text.test")
    await forgotten()
    gc.collect()
    assert resident() - before < 15 * 1024**2  # 2 MiB each, if they were kept


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def test_nothing_of_the_system_counts(channel):
    assert await asked(channel, "localhost", "A") is None  # /etc/hosts has it
    assert channel.nameservers == [HOST]


async def test_other_servers_are_asked_what_is_under_way_too(channel, names):
    names.fault = Fault.SILENT
    with NameServer({"x.test": TEXT}) as other:
        question = asyncio.ensure_future(asked(channel, "x.test"))
        await settled(lambda: names.asked)
        channel.use((ServerAddress(HOST, other.port),))
        assert (await question).answer
        assert other.count("x.test") == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({}, 2), ({"tries": 10}, 4), ({"timeout": 1, "deadline": 1, "tries": 3}, 1), ({"deadline": 30, "tries": 3}, 3)],
)
def test_no_server_is_asked_beyond_the_deadline(settings, expected):
    assert rounds(quick(**settings)) == expected


async def test_once_shut_nothing_is_open_and_who_asked_has_no_answer(names):
    names.fault = Fault.SILENT
    before = open_sockets()
    channel = Channel(asyncio.get_running_loop(), quick(), (ServerAddress(HOST, names.port),))
    question = asyncio.ensure_future(asked(channel, "x.test"))
    await settled(lambda: names.asked)
    channel.shut()
    assert await question is None
    await settled(lambda: open_sockets() == before)
