import asyncio
import re

import pytest

from gatepost.adapters.engines.icap.scanner import IDLE, IcapScanner
from gatepost.adapters.engines.sample import in_memory
from gatepost.adapters.engines.settings import IcapSettings
from gatepost.gateway.clock import SystemClock
from gatepost.ports.scanner import Scanned
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.fakes import FakeClock
from gatepost.testing.scripted import Act, Drip, Endless
from tests.adapters.engines.icap.scripted_icap import CLEAN, OPTIONS, ScriptedIcap, echoed, infected
from tests.servers.clamd import EICAR, MARK
from tests.servers.loopback import free_port

LARGE = b"0123456789abcdef" * 100_000
FOUND = infected(b"X-Infection-Found: Type=0; Resolution=2; Threat=Eicar;")


def service(server):
    return f"icap://{server.where}/scan"


def scanner(*services, clock=None, **settings):
    return IcapScanner("proxy", IcapSettings(addresses=services, **settings), clock or SystemClock())


async def scanned(server, content=b"hello", **settings):
    one = scanner(service(server), **settings)
    try:
        return await one.scan(in_memory(content))
    finally:
        one.close()


# ── the real one ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("method", ["respmod", "reqmod"])
@pytest.mark.parametrize("preview", [0, 64, 65536])
async def test_a_real_server_finds_what_there_is_and_nothing_else(c_icap, method, preview):
    one = scanner(c_icap.service(), method=method, preview=preview)
    for content, names in (
        (b"hello", ()),
        (EICAR, ("Eicar-Test-Signature.UNOFFICIAL",)),
        (LARGE, ()),
        (LARGE + MARK, ("Test.Mark.UNOFFICIAL",)),
    ):
        assert (await one.scan(in_memory(content))).infected == names
    assert "C-ICAP" in (await one.version()).version
    one.close()


async def test_a_real_server_that_sends_everything_back_is_understood(c_icap):
    one = scanner(c_icap.service("echo"))
    assert (await one.scan(in_memory(LARGE))).infected == ()
    one.close()


async def test_a_service_that_is_not_there_is_no_answer(c_icap):
    with pytest.raises(Unavailable, match="ICAP status 404"):
        await scanner(c_icap.service("nowhere")).scan(in_memory(b"hello"))


# ── the protocol ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize("method", ["respmod", "reqmod"])
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 200_000])
async def test_the_octets_are_those_of_the_sample(method, size):
    options = OPTIONS.replace(b"RESPMOD", method.upper().encode())
    async with ScriptedIcap(CLEAN, options=options) as server:
        await scanned(server, LARGE[:size], method=method)
        assert server.samples == [LARGE[:size]]


async def test_without_a_preview_all_is_sent_at_once():
    async with ScriptedIcap(CLEAN, options=OPTIONS.replace(b"Preview: 16\r\n", b"")) as server:
        await scanned(server, LARGE)
        assert (server.samples, b"Preview" in server.heads[0]) == ([LARGE], False)


async def test_the_smaller_of_both_previews_is_sent():
    async with ScriptedIcap(CLEAN) as server:
        await scanned(server, LARGE, preview=4)
        assert re.findall(rb"Preview: (\d+)", server.heads[0]) == [b"4"]


async def test_a_verdict_after_the_preview_needs_no_more():
    async with ScriptedIcap(CLEAN, preview=FOUND) as server:
        assert (await scanned(server, LARGE)).infected == ("Eicar",)
        assert server.samples == []


async def test_what_is_found_is_told_with_the_version():
    async with ScriptedIcap(FOUND) as server:
        assert await scanned(server) == Scanned(engine="proxy", infected=("Eicar",), version="scripted, one")


async def test_content_sent_back_as_it_was_is_clean():
    async with ScriptedIcap(echoed(b"hello")) as server:
        assert await scanned(server) == Scanned(engine="proxy", version="scripted, one")


async def test_connections_are_used_again():
    async with ScriptedIcap(CLEAN) as server:
        one = scanner(service(server))
        for _ in range(5):
            await one.scan(in_memory(b"hello"))
        assert (server.connections, server.asked) == (1, 1)
        one.close()


async def test_scans_at_once_have_connections_of_their_own():
    async with ScriptedIcap(CLEAN) as server:
        one = scanner(service(server))
        await asyncio.gather(*(one.scan(in_memory(b"hello %d" % i)) for i in range(4)))
        assert sorted(server.samples) == [b"hello %d" % i for i in range(4)]
        assert server.connections == 4
        one.close()


async def test_an_idle_connection_that_the_server_has_closed_is_no_failure():
    async with ScriptedIcap(CLEAN) as server:
        one = scanner(service(server))
        for _ in range(3):
            server.closes = True
            assert await one.scan(in_memory(b"hello"))
        one.close()


async def test_what_is_idle_for_long_is_closed():
    clock = FakeClock()
    async with ScriptedIcap(CLEAN) as server:
        one = scanner(service(server), clock=clock)
        await one.scan(in_memory(b"hello"))
        clock.advance(IDLE + 1)
        await one.scan(in_memory(b"hello"))
        assert server.connections == 2
        one.close()


async def test_other_signatures_are_noticed_by_their_tag():
    async with ScriptedIcap(CLEAN.replace(b"one", b"two")) as server:
        one = scanner(service(server))
        await one.scan(in_memory(b"hello"))
        await one.scan(in_memory(b"hello"))
        assert server.asked == 2
        one.close()


async def test_no_word_of_the_message_is_in_a_header():
    async with ScriptedIcap(CLEAN) as server:
        await scanned(server, b"Subject: secret\r\n\r\nsecret")
        assert b"secret" not in b"".join(server.heads)


# ── faults ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "answer",
    [
        Act.CLOSE, Act.RESET, b"\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n", CLEAN[:-2] + b"x", echoed(b"hallo"),
        echoed(b""), b"ICAP/1.0 500 Server error\r\n\r\n", b"ICAP/1.0 404 No\r\n\r\n", CLEAN + b"and more",
        Endless(b"A: b\r\n"), b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, null-body=9\r\n\r\nHTTP/1.1 ",
        b"ICAP/1.0 100 Continue\r\n\r\n",
    ],
    ids=str,
)  # fmt: skip
async def test_no_answer_that_is_understood_is_never_clean(answer):
    async with ScriptedIcap(answer) as server:
        with pytest.raises(Unavailable, match="proxy: ") as told:
            await scanned(server, timeout=1)
        assert str(told.value).isprintable()


@pytest.mark.parametrize("answer", [Act.SILENCE, Drip(CLEAN, every=5)], ids=["silent", "dripping"])
async def test_a_slow_one_ends_by_the_time_limit(answer):
    async with ScriptedIcap(answer) as server:
        with pytest.raises(Unavailable, match=r"no answer within 0\.3 s"):
            await scanned(server, timeout=0.3)


@pytest.mark.parametrize(
    "options",
    [
        Act.CLOSE, Act.SILENCE, b"ICAP/1.0 404 No\r\n\r\n", b"ICAP/1.0 200 OK\r\n\r\n", b"junk\r\n\r\n",
        OPTIONS.replace(b"16", b"-1"), OPTIONS.replace(b"16", b"9" * 30), OPTIONS.replace(b"RESPMOD", b"REQMOD"),
    ],
    ids=str,
)  # fmt: skip
async def test_a_service_that_does_not_say_what_it_does_is_not_asked(options):
    async with ScriptedIcap(CLEAN, options=options) as server:
        with pytest.raises(Unavailable):
            await scanned(server, connect_timeout=0.3)
        assert not server.heads


async def test_the_next_one_is_asked_when_the_first_is_down():
    async with ScriptedIcap(FOUND) as server:
        one = scanner(f"icap://127.0.0.1:{free_port()}/scan", service(server))
        assert (await one.scan(in_memory(b"hello"))).infected == ("Eicar",)
        one.close()


async def test_a_sample_too_large_for_it_is_not_sent():
    async with ScriptedIcap(CLEAN) as server:
        assert (await scanned(server, b"x" * 2000, max_size=1024)).unscannable == "larger than 1KiB"
        assert server.connections == 0
