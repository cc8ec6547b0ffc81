"""Greeting, EHLO and TLS to the mail server: required means verified or no delivery, whatever the server says."""

import ssl

import pytest
import trustme

from gatepost.model.reply import Reply
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.mailbox import Mailbox, Offer
from gatepost.testing.scripted import EHLO, Act, Drip, Pause, ScriptedServer, Upgrade, dialogue
from tests.adapters.backend.delivering import HELLO, ONE, Notes, pool_for

WITH_TLS = EHLO.replace(b"250-DSN", b"250-DSN\r\n250-STARTTLS")
GREETING = b"220 x\r\n"
SECURE = dialogue()[1:]  # EHLO, MAIL, RCPT, DATA, dot
BAD = {
    "421": b"421 4.3.0 busy\r\n",
    "454": b"454 4.7.0 no TLS now\r\n",
    "500": b"500 5.5.2 what?\r\n",
    "501": b"501 5.5.4 how?\r\n",
    "502": b"502 5.5.1 no\r\n",
    "530": b"530 5.7.0 no\r\n",
    "554": b"554 5.5.0 no\r\n",
    "354": b"354 go\r\n",
    "221": b"221 bye\r\n",
    "299": b"299 eh\r\n",
    "closes": Act.CLOSE,
    "resets": Act.RESET,
    "NUL": b"\0\0\0\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "bare LF": b"220 x\n",
    "two codes": b"220-x\r\n250 x\r\n",
}
bad_reply = pytest.mark.parametrize("reply", BAD.values(), ids=BAD)


@pytest.fixture(scope="session")
def required(certificate):
    return {"tls": "required", "ca_file": certificate.authority}


async def result_of(pool):
    try:
        return await pool.deliver(ONE, HELLO)
    except Unavailable as error:
        return error


def said(server):
    """Every verb said in clear."""
    return {command[:4] for commands in server.commands for command in commands}


# ── in clear ─────────────────────────────────────────────────────────────────
async def test_a_greeting_of_several_lines_is_a_greeting():
    script = [b"220-a\r\n220-b\r\n220 c\r\n", *dialogue()[1:]]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await result_of(pool)).taken


async def test_nothing_is_said_before_the_greeting():
    async with ScriptedServer([Drip(b"220 x\r\n", 0.01), *dialogue()[1:]]) as server, pool_for(server) as pool:
        assert (await result_of(pool)).taken
        assert server.commands[0][0] == b"EHLO gw.test"


async def test_a_server_without_ehlo_is_greeted_with_helo():
    script = [GREETING, b"502 what?\r\n", b"250 x\r\n", *dialogue()[2:]]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await result_of(pool)).taken
        assert server.commands[0][:3] == [b"EHLO gw.test", b"HELO gw.test", b"MAIL FROM:<ann@sender.test>"]


@bad_reply
async def test_a_bad_greeting_is_the_end_of_it(reply):
    async with ScriptedServer([reply]) as server, pool_for(server) as pool:
        assert isinstance(await result_of(pool), Unavailable) and said(server) == set()


async def test_tls_is_not_asked_for_where_it_is_off():
    async with ScriptedServer(dialogue(ehlo=WITH_TLS)) as server, pool_for(server) as pool:
        result = await result_of(pool)
        assert result.taken and result.tls is None and b"STAR" not in said(server)


# ── opportunistic ────────────────────────────────────────────────────────────
async def test_offered_tls_is_used(server_tls):
    async with Mailbox(Offer(tls=server_tls)) as server, pool_for(server, tls="opportunistic") as pool:
        result = await result_of(pool)
        assert result.taken and result.tls.version == "TLSv1.3" and result.tls.bits >= 128
        assert server.received[0].tls and pool.extensions().starttls


async def test_any_certificate_will_do():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("elsewhere.test").configure_cert(context)
    async with Mailbox(Offer(tls=context)) as server, pool_for(server, tls="opportunistic") as pool:
        assert (await result_of(pool)).tls is not None


async def test_where_tls_is_not_offered_it_goes_in_clear():
    async with Mailbox() as server, pool_for(server, tls="opportunistic") as pool:
        result = await result_of(pool)
        assert result.taken and result.tls is None


@pytest.mark.parametrize(
    "answer",
    [
        (b"220 go\r\n", Pause(), b"no TLS\r\n"),
        (b"220 go\r\n", Act.CLOSE),
        b"454 4.7.0 not now\r\n",
        b"500 what?\r\n",
        b"354 eh\r\n",
    ],
    ids=["no handshake", "closes", "454", "500", "354"],
)
async def test_where_tls_fails_a_new_connection_goes_in_clear_and_that_is_told(answer):
    notes, failing = Notes(), [GREETING, WITH_TLS, answer]
    server = ScriptedServer(failing, dialogue(ehlo=WITH_TLS))
    async with server, pool_for(server, tls="opportunistic", notice=notes, connect_timeout=0.5) as pool:
        result = await result_of(pool)
        assert result.taken and result.tls is None
        assert server.connections == 2 and notes.codes == ["backend.tls_downgrade"]


async def test_a_handshake_that_never_ends_is_given_up():
    failing = [GREETING, WITH_TLS, (b"220 go\r\n", Act.SILENCE)]
    server = ScriptedServer(failing, dialogue(ehlo=WITH_TLS))
    async with server, pool_for(server, tls="opportunistic", connect_timeout=0.2) as pool:
        assert (await result_of(pool)).taken and server.connections == 2


# ── what an attacker puts in ─────────────────────────────────────────────────
@pytest.mark.parametrize("mode", ["opportunistic", "required"])
@pytest.mark.parametrize("injected", [b"250 EHLO\r\n", b"250-x\r\n250 PIPELINING\r\n250 mail\r\n", b"2", b"\0"])
async def test_octets_behind_the_220_are_never_read_as_if_they_came_by_tls(mode, injected, server_tls, certificate):
    script = [GREETING, WITH_TLS, Upgrade(server_tls, b"220 go\r\n" + injected), *SECURE]
    settings = {"tls": mode, "ca_file": certificate.authority}
    async with ScriptedServer(script) as server, pool_for(server, **settings) as pool:
        assert isinstance(await result_of(pool), Unavailable)
        assert server.connections == 1 and said(server) == {b"EHLO", b"STAR"}


async def test_what_was_offered_before_tls_counts_for_nothing_after_it(server_tls, required):
    script = [GREETING, WITH_TLS, Upgrade(server_tls), b"250 only this\r\n", *dialogue()[2:]]
    async with ScriptedServer(script) as server, pool_for(server, **required) as pool:
        assert (await result_of(pool)).taken
        offered = pool.extensions()
        assert not offered.pipelining and not offered.dsn and offered.size is None and offered.starttls
        assert server.commands[0][3] == b"MAIL FROM:<ann@sender.test>"


# ── required ─────────────────────────────────────────────────────────────────
async def test_with_a_verified_certificate_it_is_delivered(server_tls, required):
    async with Mailbox(Offer(tls=server_tls)) as server, pool_for(server, **required) as pool:
        result = await result_of(pool)
        assert result.taken and result.tls is not None and server.received[0].tls


@pytest.mark.parametrize(("name", "is_taken"), [("mail.test", True), ("other.test", False)])
async def test_the_name_that_is_asked_for_must_be_in_the_certificate(name, is_taken, server_tls, required):
    async with Mailbox(Offer(tls=server_tls)) as server, pool_for(server, server_name=name, **required) as pool:
        assert isinstance(await result_of(pool), Unavailable) != is_taken
        assert len(server.received) == (1 if is_taken else 0)


async def test_an_unknown_authority_is_no_authority(required):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with Mailbox(Offer(tls=context)) as server, pool_for(server, **required) as pool:
        assert "TLS handshake" in str(await result_of(pool)) and not server.received


async def test_where_tls_is_not_offered_there_is_no_delivery(required):
    async with ScriptedServer(dialogue()) as server, pool_for(server, **required) as pool:
        assert "STARTTLS is not offered" in str(await result_of(pool)) and said(server) == {b"EHLO"}


@bad_reply
@pytest.mark.parametrize("step", range(4), ids=["greeting", "EHLO", "STARTTLS", "EHLO in TLS"])
async def test_no_odd_answer_leads_to_delivery_in_clear(step, reply, server_tls, required):
    script = [GREETING, WITH_TLS, Upgrade(server_tls), EHLO]
    script[step] = reply
    server = ScriptedServer([*script[: step + 1], *dialogue()[1:]])
    async with server, pool_for(server, connect_timeout=2, **required) as pool:
        assert isinstance(await result_of(pool), Unavailable)
        assert not said(server) & {b"MAIL", b"HELO", b"DATA"}


async def test_silence_after_the_220_is_given_up(required):
    script = [GREETING, WITH_TLS, (b"220 go\r\n", Act.SILENCE)]
    async with ScriptedServer(script) as server, pool_for(server, connect_timeout=0.2, **required) as pool:
        assert "in time" in str(await result_of(pool))


async def test_the_next_host_is_used_where_the_first_has_no_tls(server_tls, required):
    first, second = ScriptedServer(dialogue()), Mailbox(Offer(tls=server_tls))
    async with first, second, pool_for(first, second, **required) as pool:
        assert (await result_of(pool)).host == second.where and said(first) == {b"EHLO"}


# ── client certificates ──────────────────────────────────────────────────────
@pytest.fixture(scope="session")
def asking_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    context.load_verify_locations(certificate.authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_a_client_certificate_is_shown_to_a_server_that_asks(asking_tls, authority, required):
    mine = authority.issue("gw.test")
    pair = {"certificate": mine.chain, "key": mine.key}
    async with Mailbox(Offer(tls=asking_tls)) as server, pool_for(server, client_certificate=pair, **required) as pool:
        assert (await result_of(pool)).taken


async def test_without_its_client_certificate_a_server_takes_nothing(asking_tls, required):
    async with Mailbox(Offer(tls=asking_tls)) as server, pool_for(server, **required) as pool:
        assert isinstance(await result_of(pool), Unavailable) and not server.received


async def test_a_pool_in_tls_keeps_its_connection(server_tls, required):
    async with Mailbox(Offer(tls=server_tls)) as server, pool_for(server, **required) as pool:
        for _ in range(3):
            assert (await result_of(pool)).reply.code == 250
        assert server.connections == 1 and len(server.received) == 3


async def test_a_probe_says_what_tls_was_used(server_tls, required):
    async with Mailbox(Offer(tls=server_tls)) as server, pool_for(server, **required) as pool:
        (probe,) = await pool.probe()
        assert probe.error == "" and probe.tls.version == "TLSv1.3" and probe.extensions.pipelining


async def test_a_stale_connection_in_tls_is_replaced(server_tls, required):
    first = [GREETING, WITH_TLS, Upgrade(server_tls), *SECURE, Act.CLOSE]
    second = [GREETING, WITH_TLS, Upgrade(server_tls), *SECURE]
    async with ScriptedServer(first, second) as server, pool_for(server, **required) as pool:
        assert [(await result_of(pool)).reply for _ in range(2)] == [Reply(250, "2.0.0", "Ok")] * 2
        assert pool.status().retried == 1
