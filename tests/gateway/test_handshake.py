"""Over real sockets, on both loops: what they do with a handshake is all that matters here."""

import asyncio
import gc
import socket
import ssl

import pytest
import uvloop

from gatepost.gateway.handshake import encrypted

LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
on_both_loops = pytest.mark.parametrize("new_loop", LOOPS.values(), ids=LOOPS)


@pytest.fixture(scope="module")
def server_context(authority):
    issued = authority.issue("handshake.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.chain, issued.key)
    return context


@pytest.fixture(scope="module")
def trust(authority):
    return ssl.create_default_context(cafile=str(authority.path))


class Server(asyncio.Protocol):
    """Takes so many octets in clear, then TLS from there on; says "hello" in TLS and keeps what it hears."""

    def __init__(self, context, done, wait_for, patience=5.0):
        self.context, self.done, self.wait_for, self.patience = context, done, wait_for, patience
        self.early = self.heard = b""
        self.task = None

    def connection_made(self, transport):
        self.transport = transport
        if not self.wait_for:
            self.begin()

    def data_received(self, data):
        if self.task is None:
            self.early += data
            if len(self.early) >= self.wait_for:
                self.begin()
        else:
            self.heard += data

    def begin(self):
        self.transport.pause_reading()
        self.task = asyncio.get_running_loop().create_task(self.upgrade())

    async def upgrade(self):
        loop = asyncio.get_running_loop()
        try:
            upgraded = await encrypted(loop, self.transport, self, self.context, self.early, patience=self.patience)
        except OSError as error:
            self.transport.abort()
            self.done.set_result(type(error))
            return
        upgraded.write(b"hello")
        self.done.set_result(None)


def serve(new_loop, client, context, wait_for=0, patience=5.0):
    """What became of the handshake, and what the client got."""

    async def run():
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        server = Server(context, done, wait_for, patience)
        listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        got = await loop.run_in_executor(None, client, port)
        outcome = await asyncio.wait_for(done, 10)
        listening.close()
        return outcome, got, server.heard

    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(run())


def in_pieces(trust, size):
    """A client whose hello goes out first, and that says something with the end of its handshake."""

    def client(port):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trust.wrap_bio(incoming, outgoing, server_hostname="handshake.test")
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            while True:
                try:
                    tls.do_handshake()
                except ssl.SSLWantReadError:
                    octets = outgoing.read()
                    plain.sendall(octets[:size])
                    plain.sendall(octets[size:])
                    incoming.write(plain.recv(65536))
                else:
                    break
            tls.write(b"good day")
            plain.sendall(outgoing.read())
            while True:
                try:
                    return tls.read(5)
                except ssl.SSLWantReadError:
                    incoming.write(plain.recv(65536))

    return client


@on_both_loops
@pytest.mark.parametrize("wait_for", [1, 50, 200])
@pytest.mark.parametrize("size", [50, 65536])
def test_octets_read_too_early_are_part_of_the_handshake(new_loop, server_context, trust, wait_for, size):
    outcome, got, _ = serve(new_loop, in_pieces(trust, size), server_context, wait_for)
    assert (outcome, got) == (None, b"hello")


@on_both_loops
def test_what_comes_with_the_end_of_the_handshake_is_heard(new_loop, server_context, trust):
    for _ in range(20):
        outcome, _, heard = serve(new_loop, in_pieces(trust, 65536), server_context, 1)
        assert (outcome, heard) == (None, b"good day")


def says(octets, then):
    def client(port):
        with socket.create_connection(("127.0.0.1", port), 5) as plain:
            if octets:
                plain.sendall(octets)
            return then(plain)

    return client


def waits(plain):
    try:
        return plain.recv(100)
    except ConnectionResetError:
        return b""


@on_both_loops
@pytest.mark.parametrize("octets", [b"EHLO client.test\r\n", bytes(300_000)])
def test_what_is_no_handshake_fails(new_loop, server_context, octets):
    outcome, got, _ = serve(new_loop, says(octets[:1000], waits), server_context, 5)
    assert issubclass(outcome, OSError) and not got.startswith(b"hello")


@on_both_loops
def test_a_client_that_leaves_fails(new_loop, server_context):
    outcome, _, _ = serve(new_loop, says(b"\x16", lambda plain: None), server_context, 1)
    assert issubclass(outcome, OSError)


@on_both_loops
def test_patience_ends(new_loop, server_context):
    outcome, got, _ = serve(new_loop, says(b"\x16\x03\x01", waits), server_context, 1, patience=0.2)
    assert issubclass(outcome, OSError) and got == b""


def test_a_failure_leaves_nothing_for_the_garbage_collector(server_context):
    serve(uvloop.new_event_loop, says(b"GET / HTTP/1.1\r\n\r\n", waits), server_context, 5)
    gc.collect()
    gc.disable()
    try:
        gc.set_debug(gc.DEBUG_SAVEALL)
        serve(uvloop.new_event_loop, says(b"GET / HTTP/1.1\r\n\r\n", waits), server_context, 5)
        gc.collect()
        left = [found for found in gc.garbage if isinstance(found, ssl.SSLObject | ssl.SSLError)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []
