import asyncio
import time

import pytest

from gatepost.adapters.engines.clamd.scanner import ClamdScanner
from gatepost.adapters.engines.sample import in_memory
from gatepost.adapters.engines.settings import ClamdSettings
from gatepost.gateway.clock import SystemClock
from gatepost.ports.scanner import Scanned
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock
from gatepost.testing.scripted import Act, Drip, Endless
from tests.adapters.engines.clamd.scripted_clamd import ScriptedClamd
from tests.servers.clamd import EICAR, MARK
from tests.servers.loopback import free_port

OK, FOUND = b"stream: OK\0", b"stream: Eicar FOUND\0"
LARGE = b"0123456789abcdef" * 300_000


def scanner(*addresses, clock=None, **settings):
    return ClamdScanner("clamav", ClamdSettings(addresses=addresses, **settings), clock or SystemClock())


async def scanned(server_or_address, content=b"hello", **settings):
    where = getattr(server_or_address, "where", server_or_address)
    return await scanner(where, **settings).scan(in_memory(content))


# ── the real one ─────────────────────────────────────────────────────────────
@pytest.fixture(params=["unix", "where"])
def address(request, clamd):
    return getattr(clamd, request.param)


async def test_it_finds_what_it_has_signatures_for(address):
    found = await scanned(address, EICAR)
    assert found.engine == "clamav" and found.infected == ("Eicar-Test-Signature.UNOFFICIAL",)
    assert found.version.startswith("ClamAV ")


async def test_it_finds_nothing_in_what_is_harmless(address):
    assert (await scanned(address, b"hello")).infected == ()


async def test_an_empty_sample_is_clean(address):
    assert (await scanned(address, b"")).infected == ()


async def test_a_mark_at_the_end_of_a_large_sample_is_found(address):
    assert (await scanned(address, LARGE + MARK)).infected == ("Test.Mark.UNOFFICIAL",)


async def test_many_scans_at_once_each_have_their_own_answer(address):
    one = scanner(address)
    contents = [EICAR if i % 3 == 0 else b"harmless %d" % i for i in range(60)]
    found = await asyncio.gather(*(one.scan(in_memory(content)) for content in contents))
    assert [bool(each.infected) for each in found] == [content is EICAR for content in contents]


async def test_it_is_well(clamd):
    one = scanner(clamd.unix)
    await one.ping(one.settings.places[0])
    assert (await one.version()).version.startswith("ClamAV ")


async def test_a_limit_of_its_own_makes_a_sample_unscannable(start_clamd):
    server = start_clamd(more="StreamMaxLength 1M")
    found = await scanned(server.where, LARGE)
    assert found.unscannable == "INSTREAM size limit exceeded" and not found.infected


async def test_a_file_larger_than_it_takes_is_unscannable(start_clamd):
    server = start_clamd(more="MaxFileSize 1M")
    assert (await scanned(server.unix, LARGE)).unscannable.startswith("Heuristics.Limits.Exceeded")


async def test_one_that_is_killed_and_comes_back_is_found_again(start_clamd):
    first = start_clamd()
    clock = FakeClock()
    one = scanner(first.unix, first.where, clock=clock)
    assert (await one.scan(in_memory(EICAR))).infected
    first.kill()
    for _ in range(5):
        with pytest.raises(Unavailable):
            await one.scan(in_memory(b"hello"))
    start_clamd(place=first)
    clock.advance(20)
    assert (await one.scan(in_memory(EICAR))).infected


# ── faults ───────────────────────────────────────────────────────────────────
async def test_the_octets_are_those_of_the_sample():
    async with ScriptedClamd(OK) as server:
        await scanned(server, LARGE)
        assert server.samples == [LARGE]


async def test_the_age_of_its_signatures_is_known():
    async with ScriptedClamd(OK) as server:
        found = await scanned(server)
    assert (found.version, found.signatures) == ("ClamAV 1.4.3, signatures 27800", 1763971865.0)


@pytest.mark.parametrize(
    "reply",
    [
        Act.CLOSE, Act.RESET, b"\0", b"stream: OK", b"stream: OK\n", b"garbage\0", b"stream: what? ERROR\0",
        b"fd[1]: Can't allocate memory ERROR\0", b"\xff" * 20_000, Endless(b"stream: OK"),
    ],
    ids=str,
)  # fmt: skip
async def test_no_answer_that_is_understood_is_never_clean(reply):
    async with ScriptedClamd(reply) as server:
        with pytest.raises(Unavailable, match="clamav: "):
            await scanned(server, timeout=1)


async def test_what_it_says_is_told_without_harm():
    async with ScriptedClamd(b"\x1b[2J\r\nstream: OK\0") as server:
        with pytest.raises(Unavailable) as told:
            await scanned(server)
    assert str(told.value).isprintable()


@pytest.mark.parametrize("reply", [Act.SILENCE, Drip(OK, every=5)], ids=["silent", "dripping"])
async def test_a_slow_one_ends_by_the_time_limit(reply):
    async with ScriptedClamd(reply) as server:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match=r"no answer within 0\.3 s"):
            await scanned(server, timeout=0.3)
        assert time.monotonic() - begun < 3


async def test_a_reply_that_comes_octet_by_octet_is_read():
    async with ScriptedClamd(Drip(FOUND, every=0.001)) as server:
        assert (await scanned(server)).infected == ("Eicar",)


async def test_one_that_answers_before_the_end_is_believed():
    async with ScriptedClamd(b"INSTREAM size limit exceeded. ERROR\0", reads=20_000) as server:
        assert (await scanned(server, LARGE)).unscannable == "INSTREAM size limit exceeded"


async def test_one_that_stops_reading_ends_by_the_time_limit():
    async with ScriptedClamd(Act.SILENCE, reads=10) as server:
        server.open_end = True
        with pytest.raises(Unavailable):
            await scanned(server, LARGE * 4, timeout=0.5, max_size=2**30)


@pytest.mark.parametrize("reply", [b"", b"garbage\0", Act.SILENCE], ids=["closed", "garbage", "silent"])
async def test_without_a_version_it_is_not_well(reply):
    async with ScriptedClamd(OK, version=reply or Act.CLOSE) as server:
        with pytest.raises(Unavailable):
            await scanned(server, connect_timeout=0.3)


async def test_nobody_there_is_told(tmp_path):
    for address in (f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/none"):
        with pytest.raises(Unavailable, match=r"refused|No such file"):
            await scanned(address)


async def test_the_next_one_is_asked_when_the_first_is_down():
    async with ScriptedClamd(FOUND) as server:
        one = scanner(f"127.0.0.1:{free_port()}", server.where)
        assert (await one.scan(in_memory(b"hello"))).infected == ("Eicar",)


async def test_the_next_one_is_asked_when_the_first_talks_nonsense():
    async with ScriptedClamd(b"nonsense\0") as first, ScriptedClamd(FOUND) as second:
        found = await scanner(first.where, second.where).scan(in_memory(LARGE))
        assert (found.infected, second.samples) == (("Eicar",), [LARGE])


async def test_one_that_has_hung_is_found_out_by_its_version():
    async with ScriptedClamd(Act.SILENCE) as first, ScriptedClamd(OK) as second:
        one = scanner(first.where, second.where, timeout=0.3, connect_timeout=0.2)
        with pytest.raises(Unavailable, match=r"no answer within 0\.3 s"):
            await one.scan(in_memory(b"hello"))
        first.said_version = Act.SILENCE
        assert await one.scan(in_memory(b"hello"))
        assert second.scanned == 1


async def test_one_that_fails_again_and_again_is_left_alone_for_a_while():
    clock = FakeClock()
    async with ScriptedClamd(b"nonsense\0") as server:
        one = scanner(server.where, clock=clock)
        for _ in range(8):
            with pytest.raises(Unavailable, match="nonsense"):
                await one.scan(in_memory(b"hello"))
        assert server.scanned == 3
        clock.advance(1.1)
        with pytest.raises(Unavailable):
            await one.scan(in_memory(b"hello"))
        assert server.scanned == 4


async def test_a_sample_too_large_for_it_is_not_sent():
    async with ScriptedClamd(OK) as server:
        found = await scanned(server, b"x" * 2000, max_size=1024)
        assert (found, server.connections) == (Scanned(engine="clamav", unscannable="larger than 1KiB"), 0)


async def test_its_version_is_asked_once_a_minute():
    clock = FakeClock()
    async with ScriptedClamd(OK) as server:
        one = scanner(server.where, clock=clock)
        for _ in range(4):
            await one.scan(in_memory(b"hello"))
        assert server.connections == 5
        clock.advance(61)
        await one.scan(in_memory(b"hello"))
        assert server.connections == 7
