"""rspamd, the real one and one that does as it is told."""

import pytest

from gatepost.adapters.engines.opinion_desk import opinion_desk
from gatepost.adapters.engines.opinion_settings import RspamdSettings
from gatepost.adapters.engines.opinion_survey import consult
from gatepost.adapters.engines.sample import in_memory
from gatepost.gateway.clock import SystemClock
from gatepost.model.spam import GTUBE
from gatepost.ports.second_opinion import NoOpinion, SecondOpinion
from gatepost.syntax.date import rfc5322_date
from gatepost.testing.scripted import Act, Drip, Endless
from tests.adapters.engines.rspamd.scripted_rspamd import ScriptedRspamd, http, says
from tests.adapters.engines.telling import ARRIVAL, LETTER
from tests.servers.loopback import free_port


def desk(*addresses, **settings):
    return opinion_desk("rspamd", RspamdSettings(addresses=addresses, **settings), "mx.example.com", SystemClock())


async def said(server, octets=b"hello", **settings):
    return await desk(getattr(server, "url", server), **settings).ask(in_memory(octets), ARRIVAL)


def letter():
    now = rfc5322_date(SystemClock().now()).encode()
    return LETTER % (now, now)


# ── the real one ─────────────────────────────────────────────────────────────
@pytest.fixture
def url(rspamd):
    return f"http://127.0.0.1:{rspamd.port}"


async def test_a_real_one_knows_the_test_message(url):
    assert (await consult(desk(url))).is_spam
    found = await said(url, letter().replace(b"Kind regards", GTUBE.encode()))
    assert isinstance(found, SecondOpinion) and found.is_spam and found.rules == ("GTUBE",)


async def test_a_real_one_has_rules_for_a_letter_and_does_not_call_it_spam(url):
    found = await said(url, letter())
    assert isinstance(found, SecondOpinion), found
    assert not found.is_spam and found.rules and found.threshold > 0


async def test_a_real_one_is_told_who_the_client_is(url):
    assert "HFILTER_HOSTNAME_UNKNOWN" not in (await said(url, letter())).rules


async def test_a_real_one_takes_a_large_message(url):
    assert isinstance(await said(url, letter() + b"x" * 70 + b"\r\n" * 1_500_000), SecondOpinion)


# ── one that does as it is told ──────────────────────────────────────────────
async def test_it_gets_the_message_and_its_answer_is_read():
    async with ScriptedRspamd(says(7.5, "add header", symbols={"A": {"score": 7.5}})) as server:
        assert await said(server) == SecondOpinion(engine="rspamd", score=7.5, threshold=7.5, rules=("A",))
        assert server.bodies == [b"hello"]
        assert server.heads[0].startswith(b"POST /checkv2 HTTP/1.1\r\n")


async def test_the_password_of_the_file_is_sent(tmp_path):
    file = tmp_path / "password"
    file.write_text("open sesame\n")
    async with ScriptedRspamd(says()) as server:
        await said(server, password_file=file)
        assert b"\r\nPassword: open sesame" in server.heads[0]


async def test_without_its_password_nobody_is_asked(tmp_path):
    async with ScriptedRspamd(says()) as server:
        found = await said(server, password_file=tmp_path / "none")
        assert isinstance(found, NoOpinion) and "password" in found.reason
        assert server.connections == 0


async def test_an_answer_before_the_end_of_a_large_message_is_enough():
    async with ScriptedRspamd(says(1.0), reads=1000) as server:
        found = await said(server, b"x" * 3_000_000)
        assert isinstance(found, SecondOpinion | NoOpinion)  # what it said may be lost with the connection


@pytest.mark.parametrize(
    "answer",
    [
        Act.CLOSE, Act.RESET, b"junk\r\n\r\n", http(b"junk"), http(b"{}"), http(b'{"error": "no"}', b"403 Forbidden"),
        says()[:-5], says(required_score=-1), http(b'{"score":NaN,"required_score":15,"action":"reject"}'),
        Endless(b"HTTP/1.1 100 Continue\r\n\r\n"), Endless(b"x" * 10_000),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), http(b"[" * 100_000),
    ],
    ids=lambda answer: str(answer)[:40],
)  # fmt: skip
async def test_what_is_not_understood_is_no_opinion(answer):
    async with ScriptedRspamd(answer) as server:
        found = await said(server, timeout=1)
        assert isinstance(found, NoOpinion)
        assert found.reason.startswith("rspamd: http://127.0.0.1:") and found.reason.isprintable()


@pytest.mark.parametrize("answer", [Act.SILENCE, Drip(says(), every=5)], ids=["silent", "dripping"])
async def test_a_slow_one_ends_by_the_time_limit(answer):
    async with ScriptedRspamd(answer) as server:
        found = await said(server, timeout=0.3)
        assert isinstance(found, NoOpinion) and "no answer within 0.3 s" in found.reason


async def test_the_next_one_is_asked_when_the_first_is_down():
    async with ScriptedRspamd(says(1.0)) as server:
        one = desk(f"http://127.0.0.1:{free_port()}", server.url)
        assert (await one.ask(in_memory(b"x"), ARRIVAL)).score == 1.0


async def test_a_socket_that_is_not_there_is_no_opinion(tmp_path):
    found = await said(f"unix:{tmp_path}/none")
    assert isinstance(found, NoOpinion) and "No such file" in found.reason
