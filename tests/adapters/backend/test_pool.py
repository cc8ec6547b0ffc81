"""Which connection a message gets, how long it waits, and what becomes of those that nobody needs."""

import asyncio
import time

import pytest
from msgspec.structs import replace

from gatepost.adapters.backend.pool import Pool
from gatepost.adapters.backend.settings import BackendSettings
from gatepost.model.address import Address, Domain
from gatepost.model.reply import Reply
from gatepost.ports.backend import Extensions
from gatepost.ports.unavailable import Unavailable
from gatepost.smtp.client_transaction import LOST, NOT_8BIT, NOT_UTF8, TOO_BIG
from gatepost.testing.listening import LoopbackServer
from gatepost.testing.mailbox import Mailbox, Offer
from gatepost.testing.scripted import EHLO, NO_PIPELINING, Act, Drip, Pause, ScriptedServer, dialogue
from tests.adapters.backend.delivering import ANN, BOB, EVE, HELLO, ONE, SHORT, TWO, Notes, Octets, pool_for, soon
from tests.servers.loopback import free_port

AGAIN = dialogue()[2:]  # MAIL, RCPT, DATA, dot once more


def nobody() -> str:
    """Where nobody listens."""
    return f"127.0.0.1:{free_port()}"


# ── which connection ─────────────────────────────────────────────────────────
async def test_what_arrives_is_what_was_given():
    async with Mailbox() as server, pool_for(server) as pool:
        assert (await pool.deliver(TWO, HELLO)).taken
        (message,) = server.received
        assert (message.sender, message.recipients) == ("ann@sender.test", ("bob@example.test", "eve@example.test"))
        assert message.octets == b"Subject: hello\r\n\r\nHello\r\n.dot\r\n"


async def test_a_connection_is_used_again():
    async with Mailbox() as server, pool_for(server) as pool:
        for _ in range(5):
            assert (await pool.deliver(ONE, HELLO)).taken
        assert server.connections == 1 and len(server.received) == 5


async def test_messages_at_once_have_connections_of_their_own_up_to_the_cap():
    async with Mailbox() as server, pool_for(server, connections=3) as pool:
        results = await asyncio.gather(*(pool.deliver(ONE, HELLO) for _ in range(20)))
        assert all(result.taken for result in results)
        assert server.connections == 3 and len(server.received) == 20


async def test_the_connection_used_last_is_used_first():
    async with Mailbox() as server, pool_for(server) as pool:
        await asyncio.gather(*(pool.deliver(ONE, HELLO) for _ in range(3)))
        dispatch = pool.running()
        hottest = dispatch.idle[-1]
        await pool.deliver(ONE, HELLO)
        assert dispatch.idle[-1] is hottest and len(dispatch.idle) == 3


async def test_a_connection_is_closed_after_so_many_messages():
    async with Mailbox() as server, pool_for(server, messages_per_connection=2) as pool:
        for _ in range(5):
            assert (await pool.deliver(ONE, HELLO)).taken
        assert server.connections == 3


async def test_an_idle_connection_is_closed_with_quit():
    async with ScriptedServer([*dialogue(), b"221 bye\r\n"]) as server, pool_for(server, idle_timeout=0.05) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        await soon(lambda: pool.status().connections == 0)
        assert server.commands[0][-1] == b"QUIT"


async def test_a_message_waits_for_a_connection_only_so_long():
    script = dialogue()
    script[5] = Act.SILENCE
    async with ScriptedServer(script) as server, pool_for(server, connections=1, wait_timeout=0.1) as pool:
        first = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        with pytest.raises(Unavailable, match="in time"):
            await pool.deliver(ONE, HELLO)
        assert server.connections == 1
        first.cancel()


# ── connections that died unseen ─────────────────────────────────────────────
@pytest.mark.parametrize("death", [Act.CLOSE, Act.RESET, (b"421 4.4.2 idle too long\r\n", Act.CLOSE)], ids=str)
async def test_a_pooled_connection_that_is_dead_at_mail_is_replaced(death):
    async with ScriptedServer([*dialogue(), death], dialogue()) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        assert (await pool.deliver(ONE, HELLO)).taken
        assert (server.connections, server.dots, pool.status().retried) == (2, 2, 1)


async def test_a_pooled_connection_that_is_mute_at_mail_is_replaced():
    server = ScriptedServer([*dialogue(), Act.SILENCE], dialogue())
    async with server, pool_for(server, command_timeout=0.3) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        assert (await pool.deliver(ONE, HELLO)).taken
        assert pool.status().retried == 1


async def test_a_message_is_given_to_another_connection_once_only():
    dead_at_mail = dialogue()
    dead_at_mail[2] = Act.CLOSE
    async with ScriptedServer([*dialogue(), Act.CLOSE], dead_at_mail, dialogue()) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        assert (await pool.deliver(ONE, HELLO)).reply == LOST
        assert server.connections == 2


async def test_a_fresh_connection_that_dies_at_mail_is_no_stale_one():
    script = dialogue()
    script[2] = Act.CLOSE
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).reply == LOST
        assert server.connections == 1


@pytest.mark.parametrize("at", [1, 2, 3], ids=["RCPT", "DATA", "final dot"])
async def test_a_pooled_connection_that_dies_later_is_not_replaced(at):
    again = list(AGAIN)
    again[at] = Act.CLOSE
    script = [*dialogue(ehlo=NO_PIPELINING), *again]
    async with ScriptedServer(script, dialogue()) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        result = await pool.deliver(ONE, HELLO)
        assert (result.reply, result.doubtful, server.connections) == (LOST, at == 3, 1)


async def test_a_connection_closed_while_idle_is_not_tried():
    script = [*dialogue()[:5], (b"250 Ok\r\n", Pause(), Act.CLOSE)]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        for _ in range(3):
            assert (await pool.deliver(ONE, HELLO)).taken
            await soon(lambda: pool.status().connections == 0)
        assert pool.status().retried == 0 and server.connections == 3


# ── hosts ────────────────────────────────────────────────────────────────────
async def test_the_next_host_is_used_when_the_first_is_down():
    notes = Notes()
    async with Mailbox() as server, pool_for(nobody(), server, notice=notes) as pool:
        result = await pool.deliver(ONE, HELLO)
        assert result.taken and result.host == server.where
        assert notes.codes == ["backend.host_failed"] and len(pool.status().failed) == 1


async def test_the_first_host_is_used_when_both_are_up():
    async with Mailbox() as first, Mailbox() as second, pool_for(first, second) as pool:
        await asyncio.gather(*(pool.deliver(ONE, HELLO) for _ in range(4)))
        assert len(first.received) == 4 and second.connections == 0


async def test_with_every_host_down_a_message_fails_at_once_and_so_do_those_after_it():
    async with pool_for(nobody(), nobody()) as pool:
        for _ in range(3):
            with pytest.raises(Unavailable, match=r"no host can be reached: 127\.0\.0\.1:"):
                await pool.deliver(ONE, HELLO)


async def test_a_host_that_failed_is_left_alone_for_a_while():
    async with ScriptedServer([b"554 go away\r\n"]) as server, pool_for(server) as pool:
        for _ in range(5):
            with pytest.raises(Unavailable):
                await pool.deliver(ONE, HELLO)
        assert server.connections == 1


async def test_everybody_who_waits_for_a_dead_host_is_told():
    async with ScriptedServer([Drip(b"554 go away\r\n", 0.01)]) as server, pool_for(server, connections=2) as pool:
        results = await asyncio.gather(*(pool.deliver(ONE, HELLO) for _ in range(10)), return_exceptions=True)
        assert {type(result) for result in results} == {Unavailable}


async def test_a_host_that_is_back_is_found_without_a_message():
    notes, server = Notes(), Mailbox()
    await server.start()
    await server.stop()
    port = server.port
    async with Mailbox() as second, pool_for(f"127.0.0.1:{port}", second, notice=notes, idle_timeout=0.2) as pool:
        assert (await pool.deliver(ONE, HELLO)).host == second.where
        await server.start(port)
        await soon(lambda: "backend.host_back" in notes.codes)
        await soon(lambda: pool.status().connections == 0)
        assert (await pool.deliver(ONE, HELLO)).host == server.where
        await server.stop()


async def test_a_host_that_never_answers_is_given_up_in_time():
    async with ScriptedServer([Act.SILENCE]) as server, pool_for(server, command_timeout=0.1) as pool:
        with pytest.raises(Unavailable):
            await pool.deliver(ONE, HELLO)


# ── extensions ───────────────────────────────────────────────────────────────
async def test_nothing_is_offered_until_a_host_was_asked():
    async with pool_for(nobody()) as pool:
        assert pool.extensions() == Extensions()


async def test_what_every_healthy_host_offers_is_offered():
    first = Mailbox(Offer(keywords=frozenset(("PIPELINING", "8BITMIME", "DSN")), size=1000))
    second = Mailbox(Offer(keywords=frozenset(("PIPELINING", "8BITMIME", "SMTPUTF8")), size=2000))
    async with first, second, pool_for(first, second, nobody()) as pool:
        probes = await pool.probe()
        assert pool.extensions() == Extensions(size=1000, eight_bit_mime=True, pipelining=True)
        assert [bool(probe.error) for probe in probes] == [False, False, True]
        assert probes[1].extensions.smtputf8 and probes[1].host == second.where


async def test_a_second_host_is_asked_what_it_offers_without_a_probe_from_outside():
    first, second = Mailbox(), Mailbox(Offer(keywords=frozenset(("PIPELINING",))))
    async with first, second, pool_for(first, second, idle_timeout=0.1) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        await soon(lambda: second.connections == 1 and not pool.extensions().dsn)
        assert not second.received


async def test_a_name_for_ehlo_that_is_none_is_no_pool():
    with pytest.raises(ValueError, match="host name"):
        Pool("x", BackendSettings(hosts=["h"], tls="off"), "not a name")


@pytest.mark.parametrize(
    ("envelope", "reply"),
    [
        (replace(ONE, size=1001), TOO_BIG),
        (replace(ONE, smtputf8=True), NOT_UTF8),
        (replace(ONE, body="8BITMIME"), NOT_8BIT),
    ],
)
async def test_what_a_server_does_not_offer_is_refused_without_asking_it(envelope, reply):
    ehlo = b"250-x\r\n250 SIZE 1000\r\n"
    async with ScriptedServer(dialogue(ehlo=ehlo)) as server, pool_for(server) as pool:
        result = await pool.deliver(envelope, HELLO)
        assert (result.reply, result.taken, result.doubtful) == (reply, False, False)
        assert server.commands[0] == [b"EHLO gw.test"] and pool.status().idle == 1


async def test_all_parameters_reach_a_server_that_offers_them():
    envelope = replace(
        ONE, body="8BITMIME", smtputf8=True, ret="FULL", envid="x1", notify=("NEVER",), orcpt=("rfc822;b@c.test",)
    )
    async with Mailbox() as server, pool_for(server) as pool:
        assert (await pool.deliver(envelope, HELLO)).taken
        (message,) = server.received
        assert message.mail == "<ann@sender.test> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=x1"
        assert message.rcpt == ("<bob@example.test> NOTIFY=NEVER ORCPT=rfc822;b@c.test",)


# ── callouts ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("keywords", [frozenset(("PIPELINING",)), frozenset()], ids=["pipelined", "one by one"])
async def test_a_callout_hears_what_is_said_of_the_recipient_and_sends_nothing(keywords):
    offer = Offer(keywords=keywords, refuse={str(EVE): "550 5.1.1 Not here"})
    async with Mailbox(offer) as server, pool_for(server) as pool:
        assert (await pool.verify(None, BOB)).code == 250
        assert await pool.verify(ANN, EVE) == Reply(550, "5.1.1", "Not here")
        assert (await pool.deliver(ONE, HELLO)).taken
        assert len(server.received) == 1
        await soon(lambda: pool.status().idle == pool.status().connections == server.connections)


@pytest.mark.parametrize("script", [[b"550 no\r\n", b"503 no\r\n"], [b"250 Ok\r\n", b"299 eh\r\n"], [b"421 bye\r\n"]])
async def test_a_callout_without_an_answer_to_rcpt_says_nothing_of_the_recipient(script):
    async with ScriptedServer([*dialogue()[:2], *script]) as server, pool_for(server) as pool:
        with pytest.raises(Unavailable):
            await pool.verify(None, BOB)


async def test_a_callout_for_an_address_the_server_cannot_be_told_is_answered():
    async with ScriptedServer(dialogue(ehlo=b"250 x\r\n")) as server, pool_for(server) as pool:
        assert (await pool.verify(None, Address("grüße", Domain("example.test")))) == NOT_UTF8


# ── who waits, and who does not any more ─────────────────────────────────────
async def test_a_delivery_given_up_before_its_content_sends_none():
    script = dialogue(ehlo=NO_PIPELINING)
    script[3] = (Drip(b"250", 0.02), b" Ok\r\n")
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        task = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: len(server.commands) == 1 and len(server.commands[0]) == 3)
        task.cancel()
        await soon(lambda: pool.status().connections == 0)
        assert server.dots == 0


async def test_a_delivery_given_up_after_its_dot_ends_by_itself():
    script = dialogue()
    script[5] = (Drip(b"250", 0.02), b" Ok\r\n")
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        task = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        task.cancel()
        await soon(lambda: pool.status().idle == 1)


async def test_a_delivery_given_up_while_it_waits_is_never_begun():
    script = dialogue()
    script[5] = (Drip(b"250", 0.02), b" Ok\r\n")
    async with ScriptedServer(script) as server, pool_for(server, connections=1) as pool:
        first = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        second = asyncio.create_task(pool.deliver(ONE, HELLO))
        await asyncio.sleep(0)
        second.cancel()
        assert (await first).taken
        await soon(lambda: pool.status().idle == 1)
        assert len(server.commands[0]) == 5


async def test_the_first_step_of_a_delivery_needs_no_task():
    outcome = []

    def step(coroutine):
        try:
            future = coroutine.send(None)
        except StopIteration as stop:
            outcome.append(stop.value)
        else:
            future.add_done_callback(lambda _: step(coroutine))

    async with Mailbox() as server, pool_for(server) as pool:
        asyncio.get_running_loop().call_soon(step, pool.deliver(ONE, HELLO))
        await soon(lambda: bool(outcome))
        assert outcome[0].taken


async def test_an_envelope_that_cannot_be_said_harms_nobody_else():
    bad = replace(ONE, recipients=(Address("a b", Domain("x.test")),))
    async with Mailbox() as server, pool_for(server, connections=1) as pool:
        results = await asyncio.gather(
            pool.deliver(ONE, HELLO), pool.deliver(bad, HELLO), pool.deliver(ONE, HELLO), return_exceptions=True
        )
        assert results[0].taken and isinstance(results[1], ValueError) and results[2].taken


# ── content ──────────────────────────────────────────────────────────────────
class Watched(Octets):
    """Notes how much of it the transport holds whenever a further chunk is asked for."""

    pool = None
    held = 0

    def chunks(self):
        for chunk in super().chunks():
            for connection in self.pool.running().pooled:
                self.held = max(self.held, connection.transport.get_write_buffer_size())
            yield chunk


class SlowReader(LoopbackServer):
    """Answers well and reads content slowly; `stops` after some octets."""

    def __init__(self, stops=None):
        super().__init__()
        self.stops, self.octets = stops, 0

    async def converse(self, wire, index):
        wire.say(b"220 slow\r\n")
        for reply in (EHLO, b"250 Ok\r\n", b"250 Ok\r\n", b"354 go\r\n"):
            await wire.until(b"\r\n")
            wire.say(reply)
        tail = b""
        while not tail.endswith(b"\r\n.\r\n"):
            await wire.more()
            self.octets += len(wire.buffer)
            tail, wire.buffer = (tail + wire.buffer)[-5:], b""
            if self.stops is not None and self.octets > self.stops:
                await asyncio.sleep(3600)
        wire.say(b"250 Ok\r\n")


BIG = (b"x" * 76 + b"\r\n") * (12 * 1024 * 1024 // 78)


async def test_a_big_message_is_never_much_in_memory():
    payload = Watched(BIG)
    async with SlowReader() as server, pool_for(server) as pool:
        payload.pool = pool
        assert (await pool.deliver(ONE, payload)).taken
        assert server.octets == len(BIG) + 3
        assert payload.held < 1024 * 1024


async def test_a_big_message_in_one_chunk_arrives_whole():
    async with Mailbox() as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, Octets(BIG, step=len(BIG)))).taken
        assert server.received[0].octets == BIG


async def test_a_server_that_stops_reading_is_given_up_and_has_no_message():
    async with SlowReader(stops=100_000) as server, pool_for(server, data_timeout=0.3) as pool:
        result = await pool.deliver(ONE, Octets(BIG))
        assert result.reply == LOST and not result.doubtful


@pytest.mark.parametrize("size", [10, 400_000])
async def test_a_message_whose_last_line_has_no_end_gets_one(size):
    async with Mailbox() as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, Octets(b"x" * size))).taken
        assert server.received[0].octets == b"x" * size + b"\r\n"


async def test_an_empty_message_is_delivered_empty():
    async with Mailbox() as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, Octets(b""))).taken
        assert server.received[0].octets == b""


async def test_content_a_server_answers_before_its_end_is_not_delivered():
    script = [*dialogue()[:4], (b"354 go\r\n", Pause(), b"250 already\r\n", Act.SILENCE)]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        result = await pool.deliver(ONE, Octets(BIG))
        assert result.reply == LOST and not result.taken and not result.doubtful


# ── the end ──────────────────────────────────────────────────────────────────
async def test_closing_says_quit_on_idle_connections():
    async with ScriptedServer([*dialogue(), b"221 bye\r\n"]) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        await pool.close(grace=5)
        assert server.commands[0][-1] == b"QUIT" and pool.status().connections == 0


async def test_closing_lets_a_delivery_end():
    script = [*dialogue()[:5], (Drip(b"250", 0.02), b" Ok\r\n"), b"221 bye\r\n"]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        delivery = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        await pool.close(grace=5)
        assert (await delivery).taken
        with pytest.raises(Unavailable):
            await pool.deliver(ONE, HELLO)


async def test_closing_does_not_wait_longer_than_its_grace():
    script = dialogue()
    script[5] = Act.SILENCE
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        delivery = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        began = time.monotonic()
        await pool.close(grace=0.05)
        assert time.monotonic() - began < 4
        assert (await delivery).doubtful


async def test_a_message_whose_connection_dies_while_the_pool_closes_is_told():
    script = [*dialogue(), (Pause(0.05), Act.CLOSE)]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        delivery = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: pool.status().idle == 0)
        await pool.close(grace=5)
        with pytest.raises(Unavailable):
            await delivery


async def test_a_message_that_waits_while_the_pool_closes_is_told():
    script = dialogue()
    script[5] = Act.SILENCE
    async with ScriptedServer(script) as server, pool_for(server, connections=1) as pool:
        first = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.dots == 1)
        second = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: pool.status().waiting == 1)
        await pool.close(grace=0.05)
        assert (await first).doubtful
        with pytest.raises(Unavailable):
            await second


async def test_closing_gives_up_a_host_that_is_being_dialled():
    async with ScriptedServer([Act.SILENCE]) as server, pool_for(server) as pool:
        delivery = asyncio.create_task(pool.deliver(ONE, HELLO))
        await soon(lambda: server.connections == 1)
        await pool.close(grace=0.05)
        with pytest.raises(Unavailable):
            await delivery


async def test_a_pool_never_used_has_nothing_to_close():
    async with pool_for(nobody()) as pool:
        await pool.close()
        assert pool.status().connections == 0


NO_RCPT = [b"250 2.1.0 Ok\r\n", b"550 5.1.1 no\r\n"]


@pytest.mark.parametrize("to_data", [b"354 go\r\n", b"554 5.5.1 nobody\r\n"])
async def test_a_server_that_agreed_to_messages_before_may_refuse_the_next(to_data):
    script = [*dialogue(), *AGAIN, *AGAIN, *NO_RCPT, to_data]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        taken = [(await pool.deliver(ONE, HELLO)).taken for _ in range(4)]
        assert (taken, server.dots, server.connections) == ([True, True, True, False], 3, 1)


async def test_replies_that_answered_one_recipient_do_not_answer_two():
    last = [b"250 2.1.0 Ok\r\n", b"250 2.1.5 Ok\r\n", b"354 go\r\n", Act.SILENCE]
    async with ScriptedServer([*dialogue(), *AGAIN, *last]) as server, pool_for(server, **SHORT) as pool:
        assert all([(await pool.deliver(ONE, HELLO)).taken for _ in range(2)])
        result = await pool.deliver(TWO, HELLO)
        assert (result.taken, result.doubtful, server.dots) == (False, False, 2)


async def test_a_server_that_says_more_than_it_was_asked_while_it_agrees_is_not_believed():
    script = [*dialogue(), *AGAIN, *AGAIN[:2], b"354 go\r\n250 early\r\n"]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert all([(await pool.deliver(ONE, HELLO)).taken for _ in range(2)])
        assert not (await pool.deliver(ONE, HELLO)).taken and server.dots == 2
