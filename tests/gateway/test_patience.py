"""How long a client may take for what we are waiting for."""

import asyncio

import pytest

from gatepost.gateway.patience import Wait, now_waiting
from gatepost.gateway.wheel import HORIZON, TICK
from gatepost.model.trace import End
from gatepost.testing.fakes import FakeBackend
from tests.gateway.house import EHLO, MAIL, MESSAGE, RCPT, House

DATA = b"DATA\r\n"
LIMITS = {"idle": 300, "command": 60, "session": 1200, "data_rate": 100}
LATE = HORIZON + 2 * TICK  # seconds by which the wheel may be late


def greeted(**more):
    return House(limits={**LIMITS, **more.pop("limits", {})}, **more).greeted()


def in_data(**more):
    client = greeted(**more)
    client.say(MAIL, RCPT, DATA)
    return client


def ends_after(client, seconds, said):
    """Nothing happens before, and it is told soon after."""
    client.loop.advance(seconds - 0.1)
    assert client.hear() == "" and not client.is_closed
    client.loop.advance(LATE + 0.1)
    assert client.hear() == (f"421 4.4.2 {said}; closing connection\r\n" if said else "")
    return True


# ── between commands ─────────────────────────────────────────────────────────


def test_an_idle_client_is_told_and_closed():
    client = greeted()
    assert ends_after(client, 300, "Idle for too long") and client.transport.ended
    client.loop.advance(10)
    assert client.is_closed and [t.end for t in client.house.traces] == [End.DROPPED]


def test_a_client_that_says_nothing_at_all_is_idle_too():
    client = House(limits=LIMITS).client()
    client.hear()
    assert ends_after(client, 300, "Idle for too long")


def test_every_command_begins_the_time_anew():
    client = greeted()
    for _ in range(3):
        client.loop.advance(290)
        client.say(b"NOOP\r\n")
    assert ends_after(client, 300, "Idle for too long")


def test_a_session_ends_when_it_has_lasted_too_long_and_nothing_is_going_on():
    client = greeted()
    for _ in range(4):
        client.loop.advance(290)
        client.say(b"NOOP\r\n")
    client.loop.advance(42)
    assert client.hear().startswith("421 4.4.2 Idle for too long")


# ── a command line ───────────────────────────────────────────────────────────


def test_a_command_has_so_long_from_its_first_octet():
    client = greeted()
    client.say(b"NO")
    assert ends_after(client, 60, "Command took too long")


def test_dripping_octets_do_not_buy_time():
    client = greeted()
    client.loop.advance(LATE)
    for _ in range(4):
        client.say(b"x")
        client.loop.advance(14)
    client.say(b"x")
    client.loop.advance(4 + LATE)
    assert client.hear().startswith("421 4.4.2 Command took too long")


def test_each_line_has_its_own_time_though_the_buffer_is_never_empty():
    client = greeted()
    client.say(b"NOOP\r\nNO")
    for _ in range(5):
        client.loop.advance(40)
        assert client.say(b"OP\r\nNO").startswith("250 ")
    assert ends_after(client, 60, "Command took too long")


# ── content ──────────────────────────────────────────────────────────────────


def test_content_may_begin_slowly():
    client = in_data()
    client.loop.advance(59)
    assert client.hear() == "" and not client.is_closed


def test_content_must_come_at_its_rate_after_the_first_minute():
    client = in_data()
    client.loop.advance(61 + LATE)
    assert client.hear() == "421 4.4.2 Content comes too slowly; closing connection\r\n"


def test_content_that_comes_fast_enough_may_take_as_long_as_it_does():
    client = in_data(limits={"session": 60}, spool_memory=1 << 20)
    for _ in range(60):
        client.loop.advance(10)
        client.say(b"x" * 1998 + b"\r\n")
    assert client.say(b".\r\n").startswith("250 ")


def test_a_fast_start_does_not_buy_a_long_stall():
    client = in_data()
    client.say(*[b"x" * 998 + b"\r\n"] * 20)
    client.loop.advance(60)
    assert client.hear() == ""
    client.loop.advance(60 + LATE)
    assert client.hear().startswith("421 4.4.2 Content comes too slowly")


def test_flawed_content_that_does_not_end_is_refused_after_a_minute():
    client = in_data()
    client.say(b"a\nb")
    client.loop.advance(61 + LATE)
    assert client.hear() == "550 5.6.11 Message contains bare CR or bare LF\r\n" and client.transport.ended
    assert client.house.traces[0].end is End.REFUSED


# ── the reader ───────────────────────────────────────────────────────────────


def test_who_does_not_read_our_replies_is_cut_off():
    client = greeted(limits={"junk_commands": 1_000_000})
    client.stop_reading()
    for _ in range(20):
        client.say(b"NOOP\r\n" * 1000)
    client.loop.advance(290)
    assert not client.is_closed
    client.loop.advance(20)
    assert client.is_closed and client.transport.was_aborted


# ── our own time ─────────────────────────────────────────────────────────────


def test_while_we_make_him_wait_the_client_is_not_slow():
    client = greeted(tarpit={"delay": 1000, "maximum": 1000})
    client.say(b"XYZZY\r\n")
    client.loop.advance(999)
    assert client.hear() == ""
    client.loop.advance(2)
    assert client.hear().startswith("500 ")


def test_after_the_tarpit_his_time_begins():
    client = greeted(tarpit={"delay": 1000, "maximum": 1000}, limits={"session": 10_000})
    client.say(b"XYZZY\r\n")
    client.loop.advance(1000)
    assert client.hear().startswith("500 ")
    assert ends_after(client, 300, "Idle for too long")


def test_after_a_long_answer_too():
    backend = Slow()
    client = greeted(backends={"backend": backend}, limits={"session": 10_000})
    client.say(MAIL, RCPT, DATA, MESSAGE)
    client.loop.advance(1000)
    client.loop.do(backend.answer.set_result, None)
    assert client.hear().startswith("250 ")
    assert ends_after(client, 300, "Idle for too long")


class Slow(FakeBackend):
    """Answers when it is told to."""

    async def deliver(self, envelope, payload):
        self.answer = asyncio.get_running_loop().create_future()
        await self.answer
        return await super().deliver(envelope, payload)


# ── what is waited for ───────────────────────────────────────────────────────


def test_what_a_connection_waits_for():
    client = House(limits={**LIMITS, "junk_commands": 1_000_000}, tarpit={"delay": 10, "maximum": 10}).client()
    waits = []

    def note():
        waits.append(now_waiting(client.connection))

    note()
    for octets in (b"EH", b"LO a.example\r\n", b"BDAT 9 LAST\r\n", b"x" * 9, MAIL, RCPT, DATA, b"Subj", MESSAGE):
        client.say(octets)
        client.loop.advance(10)
        note()
    assert waits == [
        Wait.COMMAND, Wait.LINE, Wait.COMMAND, Wait.CONTENT, Wait.COMMAND, Wait.COMMAND, Wait.COMMAND, Wait.CONTENT,
        Wait.CONTENT, Wait.COMMAND,
    ]  # fmt: skip
    client.say(b"XYZZY\r\n")
    note()
    client.connection.pause_writing()
    note()
    assert waits[-2:] == [None, Wait.READER]


def test_nobody_waits_for_a_client_that_is_gone():
    client = greeted()
    client.say(EHLO)
    client.go_away()
    client.loop.advance(600)
    assert client.loop.is_idle and not client.house.bugs


@pytest.mark.parametrize("limits", [{"data_rate": 0}])
def test_without_a_least_rate_content_may_take_for_ever(limits):
    client = in_data(limits=limits)
    client.loop.advance(3600)
    assert client.hear() == "" and not client.is_closed
