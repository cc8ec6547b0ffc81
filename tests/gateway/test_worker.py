"""A worker over real sockets, on both loops: doors, TLS, draining."""

import asyncio
import socket
import ssl
from contextlib import suppress

import pytest
import uvloop

from gatepost.gateway.admission import Room
from gatepost.gateway.session import SHUTTING_DOWN
from gatepost.gateway.tls import ServerTls
from gatepost.gateway.worker import Worker
from gatepost.model.trace import End
from tests.gateway.house import EHLO, MAIL, MESSAGE, RCPT, House
from tests.servers.certificates import Authority

DATA = b"DATA\r\n"
GOING = f"{SHUTTING_DOWN}\r\n".encode()


@pytest.fixture(params=["uvloop", "asyncio"])
def run(request):
    """Runs a coroutine on a new loop of that kind."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def runs(coroutine):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(asyncio.wait_for(coroutine, 20))

    return runs


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls(authority):
    issued = authority.issue("mx.example.com")
    return ServerTls([(str(issued.chain), str(issued.key))])


@pytest.fixture(scope="module")
def trust(authority):
    return ssl.create_default_context(cafile=str(authority.path))


class Open:
    """A worker that serves a house on 127.0.0.1; its clock and loop are the real ones."""

    def __init__(self, house, tls=None):
        self.house = house
        house.loop = house.clock.loop = asyncio.get_running_loop()
        house.listener.tls = tls
        house.listener.terms_of = (house.listener.make_terms(False), house.listener.make_terms(True))
        self.sock = socket.socket()
        self.sock.bind(("127.0.0.1", 0))
        self.worker = Worker(house.loop, [(house.listener, (self.sock,))], Room(100))

    async def __aenter__(self):
        await self.worker.open()
        return self

    async def __aexit__(self, *_):
        self.worker.wheel.stop()
        for server in self.worker.servers:
            server.close()

    async def client(self):
        return Client(*await asyncio.open_connection(*self.sock.getsockname()))

    async def emptied(self):
        """Every connection is over."""
        emptied = asyncio.Event()
        self.worker.room.on_empty = emptied.set
        if self.worker.room.taken:
            await emptied.wait()

    def drain(self, patience=None):
        return asyncio.get_running_loop().create_task(self.worker.drain(patience))


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def say(self, *octets):
        """And hear one reply to each."""
        said = b""
        for piece in octets:
            self.writer.write(piece)
            said += await self.hear()
        return said

    async def hear(self):
        lines = [await self.reader.readline()]
        while lines[-1][3:4] == b"-":
            lines.append(await self.reader.readline())
        return b"".join(lines)

    async def rest(self):
        return await self.reader.read()


# ── doors ────────────────────────────────────────────────────────────────────


def test_a_message_goes_through(run):
    async def scene():
        async with Open(House()) as gate:
            client = await gate.client()
            assert (await client.hear()).startswith(b"220 ")
            assert (await client.say(EHLO)).endswith(b"250 CHUNKING\r\n")
            assert (await client.say(MAIL, RCPT, DATA)).count(b"\r\n") == 3
            assert (await client.say(MESSAGE)).startswith(b"250 2.0.0 Message accepted")
            await client.say(b"QUIT\r\n")
            assert await client.rest() == b""
            await gate.emptied()
        assert [t.end for t in gate.house.traces] == [End.DELIVERED]

    run(scene())


def test_the_client_hears_our_last_word_though_it_was_still_sending(run):
    async def scene():
        async with Open(House()) as gate:
            client = await gate.client()
            await client.hear()
            client.writer.write(b"NO\rOP\r\n" + b"x" * 1_000_000)
            assert (await client.rest()).startswith(b"554 5.5.2 ")
            client.writer.close()

    run(scene())


# ── draining ─────────────────────────────────────────────────────────────────


def test_draining_an_empty_worker_ends_at_once(run):
    async def scene():
        async with Open(House()) as gate:
            assert await gate.drain() == 0
            with pytest.raises(OSError):
                await gate.client()

    run(scene())


def test_who_is_within_a_message_may_end_it_and_is_then_sent_home(run):
    async def scene():
        async with Open(House()) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, MAIL, RCPT, DATA)
            drained = gate.drain()
            await asyncio.sleep(0)
            assert not drained.done()
            assert (await client.say(MESSAGE)).startswith(b"250 ")
            assert await client.rest() == GOING
            client.writer.close()
            assert await drained == 0
        assert [t.end for t in gate.house.traces] == [End.DELIVERED]

    run(scene())


def test_who_is_between_two_messages_is_sent_home_at_once(run):
    async def scene():
        async with Open(House()) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, MAIL, RCPT, DATA, MESSAGE)
            drained = gate.drain()
            assert await client.rest() == GOING
            client.writer.close()
            assert await drained == 0

    run(scene())


def test_patience_ends_and_who_is_left_is_counted_and_cut_off(run):
    async def scene():
        async with Open(House()) as gate:
            within, between = await gate.client(), await gate.client()
            await within.hear()
            await between.hear()
            await within.say(EHLO, MAIL)
            assert await gate.drain(0.05) == 2
            gate.worker.cut_off()
            assert await between.rest() == GOING
            within.writer.close()
            between.writer.close()

    run(scene())


# ── TLS ──────────────────────────────────────────────────────────────────────

STARTTLS = b"STARTTLS\r\n"
IMPLICIT = {"tls": {"mode": "implicit", "certificates": [{"certificate": "/c", "key": "/k"}]}}


def test_starttls(run, tls, trust):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            assert b"250-STARTTLS\r\n" in await client.say(EHLO)
            assert (await client.say(STARTTLS)).startswith(b"220 2.0.0 ")
            await client.writer.start_tls(trust, server_hostname="mx.example.com")
            assert (await client.say(MAIL)).startswith(b"503 ")  # all is forgotten
            assert b"STARTTLS" not in await client.say(EHLO)
            await client.say(MAIL, RCPT, DATA)
            assert (await client.say(MESSAGE)).startswith(b"250 ")
            client.writer.close()
            await gate.emptied()
        (trace,) = gate.house.traces
        assert trace.tls.version == "TLSv1.3" and b"ESMTPS" in gate.house.backend.messages[0][1]

    run(scene())


async def shake_hands(client, trust, octets, replies=1):
    """A handshake whose last segment has `octets` behind it; what comes back, decrypted."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = trust.wrap_bio(incoming, outgoing, server_hostname="mx.example.com")
    while True:
        try:
            secure.do_handshake()
            break
        except ssl.SSLWantReadError:
            client.writer.write(outgoing.read())
            incoming.write(await client.reader.read(65536))
    secure.write(octets)
    client.writer.write(outgoing.read())
    heard = b""
    while heard.count(b"\r\n") < replies:
        try:
            heard += secure.read(65536)
        except ssl.SSLWantReadError:
            incoming.write(await client.reader.read(65536))
    return heard


def test_a_command_in_one_segment_with_the_end_of_the_handshake_is_heard(run, tls, trust):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, STARTTLS)
            assert (await shake_hands(client, trust, EHLO)).startswith(b"250-mx.example.com\r\n")
            client.writer.close()
            await gate.emptied()

    run(scene())


def test_a_command_right_behind_the_handshake_of_implicit_tls_is_not_lost(run, tls, trust):
    async def scene():
        async with Open(House(listener=IMPLICIT), tls) as gate:
            client = await gate.client()
            assert (await shake_hands(client, trust, b"NOOP\r\n", replies=2)).endswith(b"ESMTP\r\n250 2.0.0 OK\r\n")
            client.writer.close()
            await gate.emptied()

    run(scene())


def test_what_was_said_in_clear_behind_starttls_is_never_heard(run, tls):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO)
            client.writer.write(STARTTLS + MAIL)
            assert (await client.rest()).startswith(b"554 5.5.0 ")
            client.writer.close()

    run(scene())


def test_a_handshake_that_fails_ends_the_connection_and_is_recorded(run, tls):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, STARTTLS)
            client.writer.write(b"no TLS at all\r\n" * 10)
            with suppress(ConnectionError):
                await client.rest()
            client.writer.close()
            await gate.emptied()
        assert len(gate.house.traces) == 1 and not gate.house.bugs

    run(scene())


def test_a_client_that_goes_away_in_its_handshake_is_recorded(run, tls):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, STARTTLS)
            client.writer.transport.abort()
            await gate.emptied()
        assert len(gate.house.traces) == 1 and not gate.house.bugs

    run(scene())


def test_implicit_tls(run, tls, trust):
    async def scene():
        async with Open(House(listener=IMPLICIT), tls) as gate:
            reader, writer = await asyncio.open_connection(
                *gate.sock.getsockname(), ssl=trust, server_hostname="mx.example.com"
            )
            client = Client(reader, writer)
            assert (await client.hear()).startswith(b"220 ")
            assert b"STARTTLS" not in await client.say(EHLO)
            await client.say(b"QUIT\r\n")
            assert await client.rest() == b""
            await gate.emptied()
        assert gate.house.traces[0].tls.version == "TLSv1.3"

    run(scene())


def test_while_draining_nobody_is_waited_for_in_a_handshake(run, tls):
    async def scene():
        async with Open(House(), tls) as gate:
            client = await gate.client()
            await client.hear()
            await client.say(EHLO, STARTTLS)
            gate.worker.cut_off()
            assert await client.rest() == b""
            client.writer.close()
            await gate.emptied()

    run(scene())
