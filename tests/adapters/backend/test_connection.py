"""Whatever a mail server does wrong, at whatever step: nothing is taken that it did not take, no doubt is reused."""

import asyncio
import socket

import pytest

from gatepost.model.reply import Reply
from gatepost.ports.unavailable import Unavailable
from gatepost.smtp.client_transaction import LOST, NONSENSE, SOME_REFUSED
from gatepost.testing.listening import LoopbackServer, Wire
from gatepost.testing.scripted import EHLO, NO_PIPELINING, Act, Drip, Endless, Pause, ScriptedServer, dialogue
from tests.adapters.backend.delivering import BOB, EVE, HELLO, ONE, SHORT, TWO, Notes, Octets, pool_for, soon

STEPS = ["greeting", "EHLO", "MAIL", "RCPT 1", "RCPT 2", "DATA", "final dot"]
FINAL = len(STEPS) - 1
FAULTS = {
    "closes": Act.CLOSE,
    "resets": Act.RESET,
    "says 4xx": b"451 4.3.0 not now\r\n",
    "says 5xx": b"550 5.7.1 no\r\n",
    "talks rubbish": b"\x00\xff\r\n",
    "says an unexpected 2xx": b"299 eh\r\n",
    "answers twice": None,
    "never ends": Endless(),
}
CLEAR = {"says 4xx": Reply(451, "4.3.0", "not now"), "says 5xx": Reply(550, "5.7.1", "no")}


def script_with(step, fault, ehlo):
    script = dialogue(2, ehlo)
    script[step] = script[step] * 2 if fault == "answers twice" else FAULTS[fault]
    return script


async def delivered(pool, envelope=TWO, payload=HELLO):
    try:
        return await pool.deliver(envelope, payload)
    except Unavailable as error:
        return error


@pytest.mark.parametrize("ehlo", [EHLO, NO_PIPELINING], ids=["pipelined", "one by one"])
async def test_all_well_is_taken_and_the_connection_kept(ehlo):
    async with ScriptedServer(dialogue(2, ehlo)) as server, pool_for(server) as pool:
        result = await delivered(pool)
        assert result.taken and not result.doubtful and result.reply == Reply(250, "2.0.0", "Ok")
        assert result.host == server.where and server.contents == [HELLO.octets]
        assert pool.status().idle == 1


@pytest.mark.parametrize("ehlo", [EHLO, NO_PIPELINING], ids=["pipelined", "one by one"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_makes_a_message_taken_that_is_not(fault, step, ehlo):
    async with ScriptedServer(script_with(step, fault, ehlo)) as server, pool_for(server) as pool:
        result = await delivered(pool)
        if isinstance(result, Unavailable):
            assert step <= 1 and server.dots == 0
            return
        assert not result.taken and result.reply.code >= 400
        assert server.dots == (1 if step == FINAL else 0)
        assert result.doubtful == (step == FINAL and fault not in CLEAR)
        if fault not in CLEAR:
            await soon(lambda: pool.status().connections == 0)  # never used again after a doubt


async def result_of_silence(step, ehlo):
    script = dialogue(2, ehlo)
    script[step] = Act.SILENCE
    async with ScriptedServer(script) as server, pool_for(server, **SHORT) as pool:
        result = await delivered(pool)
        await soon(lambda: pool.status().connections == 0)
        return step, result, server.dots


async def test_silence_at_any_step_ends_in_time_and_takes_nothing():
    cases = [result_of_silence(step, ehlo) for step in range(len(STEPS)) for ehlo in (EHLO, NO_PIPELINING)]
    for step, result, dots in await asyncio.gather(*cases):
        if step <= 1:
            assert isinstance(result, Unavailable) and dots == 0
        else:
            assert (result.reply, result.taken, result.doubtful, dots) == (LOST, False, step == FINAL, step == FINAL)


@pytest.mark.parametrize("step", [2, 5, 6], ids=["MAIL", "DATA", "final dot"])
@pytest.mark.parametrize("fault", CLEAR)
async def test_a_clear_no_is_handed_on_as_it_is(fault, step):
    async with ScriptedServer(script_with(step, fault, NO_PIPELINING)) as server, pool_for(server) as pool:
        assert (await delivered(pool)).reply == CLEAR[fault]


@pytest.mark.parametrize("fault", CLEAR)
@pytest.mark.parametrize(("step", "recipient"), [(3, BOB), (4, EVE)])
@pytest.mark.parametrize("ehlo", [EHLO, NO_PIPELINING], ids=["pipelined", "one by one"])
async def test_one_recipient_refused_means_no_content_for_the_other(fault, step, recipient, ehlo):
    async with ScriptedServer(script_with(step, fault, ehlo)) as server, pool_for(server) as pool:
        result = await delivered(pool)
        assert result.reply == SOME_REFUSED and result.refused == ((recipient, CLEAR[fault]),)
        assert b"." not in server.commands[0] and server.dots == 0


async def test_one_by_one_no_data_is_asked_for_a_refused_recipient_but_a_reset():
    script = [*dialogue(1, NO_PIPELINING)[:3], b"550 5.1.1 no such user\r\n", b"250 reset\r\n"]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        result = await delivered(pool, ONE)
        assert result.reply.code == 550 and result.refused[0][0] == BOB
        await soon(lambda: pool.status().idle == 1)
        assert server.commands[0][-1] == b"RSET"


async def test_pipelined_the_connection_is_left_if_content_is_asked_for_in_spite_of_a_refusal():
    script = dialogue()
    script[3] = b"550 5.1.1 no such user\r\n"
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        result = await delivered(pool, ONE)
        assert result.reply == Reply(550, "5.1.1", "no such user")
        assert pool.status().connections == 0 and server.dots == 0


async def test_pipelined_all_goes_out_in_one_batch():
    async with ScriptedServer(dialogue(2)) as server, pool_for(server) as pool:
        await delivered(pool)
        assert server.commands[0] == [
            b"EHLO gw.test",
            b"MAIL FROM:<ann@sender.test> SIZE=100",
            b"RCPT TO:<bob@example.test>",
            b"RCPT TO:<eve@example.test>",
            b"DATA",
            b".",
        ]


async def test_reset_that_is_refused_ends_the_connection():
    script = [*dialogue(1, NO_PIPELINING)[:3], b"550 no\r\n", b"500 what?\r\n"]
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        await delivered(pool, ONE)
        await soon(lambda: pool.status().connections == 0)


@pytest.mark.parametrize("step", [2, 6], ids=["MAIL", "final dot"])
async def test_a_reply_that_drips_in_for_too_long_is_no_reply(step):
    script = dialogue()
    script[step - 1 if step == 6 else step] = Drip(b"250 " + b"x" * 200 + b"\r\n", 0.02)
    async with ScriptedServer(script) as server, pool_for(server, **SHORT) as pool:
        assert (await delivered(pool, ONE)).reply == LOST


async def test_a_reply_in_single_octets_is_a_reply():
    script = dialogue()
    script[5] = Drip(b"250 2.0.0 Ok\r\n", 0.001)
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await delivered(pool, ONE)).taken


@pytest.mark.parametrize("early", [(4, b"354 go\r\n250 taken\r\n"), (2, b"250 a\r\n250 b\r\n354 c\r\n250 taken\r\n")])
async def test_a_server_that_answers_ahead_is_not_believed(early):
    step, octets = early
    script = dialogue(1)
    script[step:] = [octets]
    async with ScriptedServer(script) as server, pool_for(server, **SHORT) as pool:
        result = await delivered(pool, ONE)
        assert result.reply == LOST and not result.taken and not result.doubtful and server.dots == 0


@pytest.mark.parametrize("more", [b"250 2.0.0 Ok\r\n", b"554 5.7.1 No\r\n", b"x"])
async def test_where_more_is_said_than_was_asked_no_answer_to_the_dot_is_believed(more):
    """The 250 may be late, and the answer to this message the next one."""
    script = dialogue()
    script[5] = b"250 2.0.0 Ok\r\n" + more
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        result = await delivered(pool, ONE)
        assert result.doubtful and not result.taken and pool.status().connections == 0


@pytest.mark.parametrize("octets", [200_000, 2_000_000])
async def test_a_250_to_a_message_whose_end_is_still_here_is_not_believed(octets):
    """The server says 354, reads nothing, and says 250: what it answers it cannot have."""
    async with Hasty() as server, pool_for(server) as pool:
        delivery = asyncio.create_task(delivered(pool, ONE, Octets(b"y" * octets)))
        await soon(lambda: pool.status().connections == 1)
        (connection,) = pool.dispatch.all
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        result = await delivery
        assert not result.taken and result.reply == LOST


class Hasty(LoopbackServer):
    """Has a small receive buffer, reads nothing after 354, and says 250 all the same."""

    async def start(self, port: int = 0) -> None:
        listener = socket.create_server(("127.0.0.1", port))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.server = await asyncio.start_server(self.accept, sock=listener, limit=1024)
        self.port = listener.getsockname()[1]

    async def converse(self, wire: Wire, index: int) -> None:
        for line in (b"220 x\r\n", b"250 x\r\n", b"250 a\r\n", b"250 b\r\n", b"354 c\r\n"):
            if line[:3] != b"220":
                await wire.until(b"\r\n")
            if line[:3] == b"354":
                await asyncio.sleep(0.2)
            wire.say(line)
            await wire.flush()
        wire.reader._transport.pause_reading()
        await asyncio.sleep(0.5)
        wire.say(b"250 taken\r\n")
        await wire.flush()
        await asyncio.sleep(5)


@pytest.mark.parametrize("late", [b"250 late\r\n", b"421 4.4.2 timeout\r\n", b"x", b"\0"])
async def test_an_idle_connection_that_speaks_is_dropped(late):
    script = dialogue()
    script[5] = (b"250 2.0.0 Ok\r\n", Pause(), late)
    async with ScriptedServer(script) as server, pool_for(server) as pool:
        assert (await delivered(pool, ONE)).taken
        await soon(lambda: pool.status().connections == 0)


async def test_421_after_content_may_be_a_message_taken():
    script = dialogue()
    script[5] = b"421 4.3.0 shutting down\r\n"
    notes = Notes()
    async with ScriptedServer(script) as server, pool_for(server, notice=notes) as pool:
        result = await delivered(pool, ONE)
        assert result.doubtful and result.reply == Reply(451, "4.3.0", "shutting down")
        assert notes.codes == ["backend.doubtful"]


async def test_an_unexpected_success_is_told_to_the_operator():
    script, notes = dialogue(), Notes()
    script[2] = b"299 eh\r\n"
    async with ScriptedServer(script) as server, pool_for(server, notice=notes) as pool:
        assert (await delivered(pool, ONE)).reply == NONSENSE
        assert notes.told == [("backend.lost", server.where, "answered 299 eh")]


async def test_a_payload_that_cannot_be_read_is_not_half_sent():
    class Broken(Octets):
        def chunks(self):
            yield b"Subject: half\r\n"
            raise OSError("disk gone")

    async with ScriptedServer(dialogue()) as server, pool_for(server) as pool:
        result = await delivered(pool, ONE, Broken(b"x" * 100))
        assert result.reply == LOST and not result.doubtful
        assert server.dots == 0
