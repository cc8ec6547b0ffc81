import asyncio
import socket
import struct

import pytest

from gatepost.adapters.dns.settings import ServerAddress
from gatepost.adapters.dns.stream import Stream
from tests.adapters.dns.ears import Listening, open_sockets
from tests.servers.loopback import HOST, free_port

REST = b"\1\0rest of a question"


@pytest.fixture
async def served():
    """Starts a server on TCP whose connections are `converse`d with; gives where."""
    servers = []

    async def start(converse):
        async def accept(reader, writer):
            try:
                await converse(reader, writer)
            except (EOFError, OSError):
                pass
            finally:
                writer.close()

        servers.append(await asyncio.start_server(accept, HOST, 0))
        return ServerAddress(*servers[-1].sockets[0].getsockname())

    yield start
    for server in servers:
        server.close()


def ask(where, ear):
    return Stream(asyncio.get_running_loop(), where, REST, ear)


async def question(reader):
    size = int.from_bytes(await reader.readexactly(2))
    return await reader.readexactly(size)


async def test_question_and_answer_are_framed(served):
    async def converse(reader, writer):
        octets = await question(reader)
        assert octets[2:] == REST
        for piece in (b"\0", b"\x07" + octets[:1], octets[1:2] + b"ans", b"wr", b"more of it"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    ear = Listening()
    ask(await served(converse), ear)
    await ear.hear()
    assert [octets[2:] for octets in ear.octets] == [b"answr"]


async def test_the_longest_answer_comes_whole(served):
    async def converse(reader, writer):
        octets = await question(reader)
        writer.write(b"\xff\xff" + octets[:2] + b"x" * 65533)

    ear = Listening()
    ask(await served(converse), ear)
    await ear.hear()
    assert len(ear.octets[0]) == 65535


@pytest.mark.parametrize("answer", [b"", b"\0", b"\0\x05ab"])
async def test_a_connection_that_ends_before_the_answer_does_is_none(served, answer):
    async def converse(reader, writer):
        await question(reader)
        writer.write(answer)

    ear = Listening()
    ask(await served(converse), ear)
    await ear.hear()
    assert ear.reasons == ["the connection was closed before the answer"]


@pytest.mark.parametrize("answer", [b"\0\0", b"\0\1x", b"\0\5wrong"])
async def test_an_answer_to_another_question_is_none(served, answer):
    async def converse(reader, writer):
        await question(reader)
        writer.write(answer)
        await reader.read()

    ear = Listening()
    stream = ask(await served(converse), ear)
    stream.identity = b"\xfe\xff"
    await ear.hear()
    assert ear.reasons == ["the answer is to another question"]


async def test_a_connection_that_is_reset_is_told(served):
    async def converse(reader, writer):
        await question(reader)
        writer.transport.abort()

    ear = Listening()
    ask(await served(converse), ear)
    await ear.hear()
    assert ear.reasons[0] in ("connection reset by peer", "the connection was closed before the answer")


async def test_a_connection_that_is_reset_before_the_question_is_told():
    with socket.create_server((HOST, 0)) as server:
        ear = Listening()
        ask(ServerAddress(*server.getsockname()), ear)
        connection, _ = server.accept()  # before the loop knows that it is connected
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        await ear.hear()
    assert ear.reasons == ["connection reset by peer"]


async def test_where_nobody_listens_it_is_told():
    ear = Listening()
    try:
        ask(ServerAddress(HOST, free_port()), ear)
        await ear.hear()
        assert ear.reasons == ["connection refused"]
    except ConnectionRefusedError:  # at once, says the kernel
        pass


async def test_no_way_at_all_is_an_os_error():
    with pytest.raises(OSError, match=r".+"):
        ask(ServerAddress("255.255.255.255", 53), Listening())


async def test_who_leaves_leaves_no_socket(served):
    async def converse(reader, writer):
        await reader.read()

    where = await served(converse)
    before = open_sockets()
    stream = ask(where, Listening())
    await asyncio.sleep(0.05)
    stream.cancel()
    stream.cancel()
    await asyncio.sleep(0.05)
    assert open_sockets() == before
