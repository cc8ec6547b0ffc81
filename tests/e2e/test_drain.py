"""Reloads and the end of the gateway under load: no connection is refused, none is cut, nothing is lost."""

import asyncio
import itertools
import os
import signal
import socket
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from gatepost.gateway.worker import BEGIN, Worker
from gatepost.testing.mailbox import Mailbox
from tests.gateway.house import MAIL, MESSAGE, RCPT, House
from tests.servers.gateway import Gateway
from tests.servers.loopback import HOST

pytestmark = pytest.mark.servers

CLIENTS = 6
BETWEEN_TWO = "MAIL of another message: 421 4.3.2"  # the client may come again at once


class Cut(Exception):
    """The connection ended where it should not."""


class Load:
    """Clients that send two messages over each connection, one connection after the other, until told to stop.

    Attributes: `heard`, how often what was heard or happened; `taken`, numbers of messages that were answered 250.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.numbers = itertools.count(1)
        self.heard: Counter[str] = Counter()
        self.taken: set[int] = set()
        self.stopped = False
        self.clients = [asyncio.ensure_future(self.client()) for _ in range(CLIENTS)]

    async def grows(self, by: int) -> None:
        """Until so many more messages were taken."""
        wanted = len(self.taken) + by
        while len(self.taken) < wanted:
            for client in self.clients:
                if client.done():
                    client.result()
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        self.stopped = True
        await asyncio.gather(*self.clients)

    async def client(self) -> None:
        while not self.stopped:
            try:
                reader, writer = await asyncio.open_connection(HOST, self.port)
            except OSError as error:
                self.heard[f"connect: {type(error).__name__}"] += 1
                await asyncio.sleep(0.01)
                continue
            where = ["greeting"]
            try:
                await self.session(reader, writer, where)
            except (OSError, Cut):
                self.heard[f"cut at {where[-1]}"] += 1
            finally:
                writer.close()

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, where: list[str]) -> None:
        async def say(what: str, octets: bytes) -> str:
            where.append(what)
            writer.write(octets)
            return await last_line(reader)

        assert (await last_line(reader)).startswith("220")
        assert (await say("EHLO", b"EHLO client.sender.test\r\n")).startswith("250")
        for which in ("the first message", "another message"):
            number = next(self.numbers)
            for verb, rest in (("MAIL", " FROM:<a@sender.test>"), ("RCPT", " TO:<b@example.test>"), ("DATA", "")):
                reply = await say(verb, f"{verb}{rest}\r\n".encode())
                if reply[0] not in "23":
                    self.heard[f"{verb} of {which}: {reply[:9]}"] += 1
                    return
            reply = await say("the final dot", b"Subject: %d\r\n\r\nx\r\n.\r\n" % number)
            self.heard[f"final dot: {reply[:3]}"] += 1
            if reply.startswith("250"):
                self.taken.add(number)
        where.append("QUIT")
        writer.write(b"QUIT\r\n")
        self.heard[f"QUIT: {(await last_line(reader))[:3]}"] += 1


async def last_line(reader: asyncio.StreamReader) -> str:
    while line := await reader.readline():
        if line[3:4] != b"-":
            return line.decode()
    raise Cut


def numbers_in(server: Mailbox) -> list[int]:
    return [int(m.octets.partition(b"Subject: ")[2].partition(b"\r")[0]) for m in server.received]


@pytest.fixture
async def server() -> AsyncIterator[Mailbox]:
    async with Mailbox() as server:
        yield server


@pytest.fixture
async def gateway(server, start_gateway) -> AsyncIterator[Gateway]:
    gateway = await asyncio.to_thread(start_gateway, backend=server.port, recipients=None, workers=2)
    await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
    yield gateway
    await asyncio.to_thread(gateway.stop)  # while the server is still there to say good-bye to


async def test_reloads_refuse_no_connection_cut_none_and_lose_nothing(gateway, server, summary):
    load = Load(gateway.port)
    await load.grows(20)
    for number in range(3):
        banner = {"listeners": {"inbound": {"banner": f"number {number}"}}}
        await asyncio.to_thread(gateway.reload, banner)
        await load.grows(20)
    await load.stop()
    assert set(load.heard) <= {"final dot: 250", "QUIT: 221", "QUIT: 421", BETWEEN_TWO}, load.heard
    assert sorted(numbers_in(server)) == sorted(load.taken), "each of them once"
    summary(dict(load.heard))


async def test_sigterm_lets_every_message_end_well(gateway, server, summary):
    """Connections that nobody has greeted may be refused then: there is nobody any more who would."""
    load = Load(gateway.port)
    await load.grows(40)
    status = await asyncio.to_thread(gateway.stop)
    await load.stop()
    assert status == 0
    allowed = {"final dot: 250", "QUIT: 221", "QUIT: 421", BETWEEN_TWO, "cut at greeting"}
    assert not {what for what in load.heard if what not in allowed and not what.startswith("connect: ")}, load.heard
    assert sorted(numbers_in(server)) == sorted(load.taken), "each of them once"
    summary(dict(load.heard))


async def dialogue(port: int, *lines: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, str]:
    """As far as these lines; the last reply."""
    reader, writer = await asyncio.open_connection(HOST, port)
    reply = await last_line(reader)
    for line in lines:
        writer.write(line + b"\r\n")
        reply = await last_line(reader)
    return reader, writer, reply


OPEN = (b"EHLO client.sender.test", b"MAIL FROM:<a@sender.test>", b"RCPT TO:<b@example.test>", b"DATA")
WHOLE = (*OPEN, b"Subject: 0\r\n\r\n.")


async def test_while_it_drains_nobody_waits_for_a_greeting_that_does_not_come(gateway, server):
    """A client that is refused at once turns to another MX at once."""
    reader, writer, reply = await dialogue(gateway.port, *OPEN)
    assert reply.startswith("354")
    stopping = asyncio.ensure_future(asyncio.to_thread(gateway.stop))
    await until_refused(gateway.port)
    writer.write(b"Subject: 1\r\n\r\n.\r\n")
    assert (await last_line(reader)).startswith("250")
    writer.close()
    assert await stopping == 0 and numbers_in(server) == [1]


async def until_refused(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except ConnectionRefusedError:
            return
        writer.close()
        await asyncio.sleep(0.01)


async def test_who_is_between_two_messages_hears_421_at_a_reload(gateway):
    reader, writer, reply = await dialogue(gateway.port, *WHOLE)
    assert reply.startswith("250")
    await asyncio.to_thread(gateway.reload, {"listeners": {"inbound": {"banner": "new"}}})
    assert (await last_line(reader)).startswith("421 4.3.2 ")
    assert await reader.read() == b""
    writer.close()


async def test_a_message_of_an_old_session_ends_under_the_old_configuration(gateway, server):
    """The new one takes no mail for that domain any more."""
    reader, writer, reply = await dialogue(gateway.port, *OPEN)
    other = {"example.test": None, "other.test": {"backend": "mail", "recipients": "any"}}
    await asyncio.to_thread(gateway.reload, {"domains": other, "listeners": {"inbound": {"banner": "new"}}})
    writer.write(b"Subject: 7\r\n\r\n.\r\n")
    assert (await last_line(reader)).startswith("250") and numbers_in(server) == [7]
    writer.close()
    reader, writer = await to_a_new_worker(gateway.port, " new\r\n")
    for line in OPEN[:3]:
        writer.write(line + b"\r\n")
        reply = await last_line(reader)
    assert reply.startswith("550 5.7.1 "), reply
    writer.close()


async def to_a_new_worker(port: int, banner: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Old ones may open a last door or two when the new configuration is in force already."""
    while True:
        reader, writer, greeting = await dialogue(port)
        if greeting.endswith(banner):
            return reader, writer
        writer.close()


async def test_connections_that_wait_for_a_worker_survive_its_death_and_the_reload(gateway, server):
    """They are in the backlog of a socket that the supervisor keeps; here no worker is awake to accept them."""
    workers = [r["id"] for r in gateway.records(event="process started") if r["process"].startswith("worker")]
    for pid in workers:
        os.kill(pid, signal.SIGSTOP)
    waiting = [socket.create_connection((HOST, gateway.port)) for _ in range(10)]
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    for connection in waiting:
        connection.settimeout(60)
        greeting = await asyncio.to_thread(connection.recv, 100)
        assert greeting.startswith(b"220 "), greeting
        connection.close()


# ── without real time ────────────────────────────────────────────────────────


class Draining:
    """A worker that begins to drain, on a loop that is turned by hand."""

    def __init__(self) -> None:
        self.house = House()
        self.worker = Worker(self.house.loop, [(self.house.listener, ())], self.house.room)
        self.worker.admissions, self.worker.wheel = [self.house.admission], self.house.wheel

    def begin(self) -> None:
        self.drained = self.house.loop.do(self.house.loop.create_task, self.worker.drain(None))


def test_who_has_just_come_may_send_his_first_message_and_no_other():
    draining = Draining()
    client = draining.house.greeted()
    client.hear()
    draining.begin()
    assert client.say(MAIL, RCPT, b"DATA\r\n", MESSAGE).splitlines()[-1].startswith("250 2.0.0 ")
    assert client.say(MAIL).startswith("421 4.3.2 ")
    client.go_away()
    draining.house.loop.advance(1.0)
    assert draining.drained.done() and len(draining.house.backend.messages) == 1


def test_who_has_come_and_says_nothing_hears_421_after_a_moment():
    draining = Draining()
    client = draining.house.greeted()
    client.hear()
    draining.begin()
    draining.house.loop.advance(BEGIN - 1)
    assert client.hear() == ""
    draining.house.loop.advance(2.0)
    assert client.hear().startswith("421 4.3.2 ")


def test_who_has_been_silent_for_long_hears_421_at_once():
    draining = Draining()
    client = draining.house.greeted()
    client.hear()
    draining.house.loop.advance(BEGIN + 1)
    draining.begin()
    assert client.hear().startswith("421 4.3.2 ")
