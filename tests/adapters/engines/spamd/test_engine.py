"""spamd, the real one and one that does as it is told."""

import pytest

from gatepost.adapters.engines.opinion_desk import opinion_desk
from gatepost.adapters.engines.opinion_settings import SpamdSettings
from gatepost.adapters.engines.opinion_survey import consult
from gatepost.adapters.engines.sample import in_memory
from gatepost.gateway.clock import SystemClock
from gatepost.model.spam import GTUBE
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.syntax.date import rfc5322_date
from gatepost.testing.scripted import Act, Drip, Endless
from tests.adapters.engines.spamd.scripted_spamd import ScriptedSpamd, says
from tests.adapters.engines.telling import ARRIVAL, LETTER
from tests.servers.loopback import free_port


def desk(*addresses, **settings):
    return opinion_desk("sa", SpamdSettings(addresses=addresses, **settings), "mx.example.com", SystemClock())


async def said(server, octets=b"hello", **settings):
    return await desk(getattr(server, "where", server), **settings).ask(in_memory(octets), ARRIVAL)


def letter():
    now = rfc5322_date(SystemClock().now()).encode()
    return LETTER % (now, now)


# ── the real one ─────────────────────────────────────────────────────────────
@pytest.fixture(params=["unix", "where"])
def address(request, spamd):
    return getattr(spamd, request.param)


async def test_a_real_one_knows_the_test_message(address):
    assert (await consult(desk(address))).is_spam
    found = await said(address, letter().replace(b"Kind regards", GTUBE.encode()))
    assert isinstance(found, SecondOpinion) and found.is_spam and "GTUBE" in found.rules


async def test_a_real_one_does_not_call_a_letter_spam(address):
    found = await said(address, letter())
    assert isinstance(found, SecondOpinion), found
    assert not found.is_spam and found.threshold == 5.0


async def test_a_real_one_sees_the_client_in_our_field_and_not_in_a_strangers(spamd):
    forged = b"X-Envelope-From: <x@evil.test>\r\n" + letter()
    known = (await said(spamd.where, forged, user="nobody")).rules
    assert "NO_RECEIVED" not in known and "ALL_TRUSTED" not in known and "RDNS_NONE" not in known
    nameless = await desk(spamd.where).ask(in_memory(letter()), type(ARRIVAL)(**as_fields(name="")))
    assert "RDNS_NONE" in nameless.rules


def as_fields(**more):
    return {name: getattr(ARRIVAL, name) for name in ARRIVAL.__struct_fields__} | more


# ── one that does as it is told ──────────────────────────────────────────────
async def test_it_gets_the_message_and_its_reply_is_read():
    async with ScriptedSpamd(says(7.5, rules=b"A,B")) as server:
        assert await said(server) == SecondOpinion(engine="sa", score=7.5, threshold=5.0, rules=("A", "B"))
        assert server.bodies[0].endswith(b"+0000\r\nhello")


@pytest.mark.parametrize(
    "answer",
    [
        Act.CLOSE, Act.RESET, b"junk\r\n\r\n", b"SPAMD/1.5 79 EX_TIMEOUT\r\n\r\n", says()[:-5], says(threshold=-5.0),
        says() + b"more", Endless(b"x" * 10_000), Endless(b"A: b\r\n"),
    ],
    ids=lambda answer: str(answer)[:40],
)  # fmt: skip
async def test_what_is_not_understood_is_no_opinion(answer):
    async with ScriptedSpamd(answer) as server:
        found = await said(server, timeout=1)
        assert isinstance(found, NoOpinion)
        assert found.reason.startswith("sa: 127.0.0.1:") and found.reason.isprintable()


@pytest.mark.parametrize("answer", [Act.SILENCE, Drip(says(), every=5)], ids=["silent", "dripping"])
async def test_a_slow_one_ends_by_the_time_limit(answer):
    async with ScriptedSpamd(answer) as server:
        found = await said(server, timeout=0.3)
        assert isinstance(found, NoOpinion) and "no answer within 0.3 s" in found.reason


async def test_the_next_one_is_asked_when_the_first_is_down():
    async with ScriptedSpamd(says(1.0)) as server:
        one = desk(f"127.0.0.1:{free_port()}", server.where)
        assert (await one.ask(in_memory(b"x"), ARRIVAL)).score == 1.0
