"""The scripted server does what its script says, step by step."""

import asyncio
from contextlib import suppress

import pytest

from gatepost.testing.scripted import Act, Drip, Endless, Pause, ScriptedServer, dialogue


async def connect(server):
    return await asyncio.open_connection("127.0.0.1", server.port)


async def test_each_command_gets_the_next_step():
    async with ScriptedServer([b"220 hi\r\n", b"250 a\r\n", b"500 b\r\n"]) as server:
        reader, writer = await connect(server)
        writer.write(b"EHLO x\r\nWHAT\r\n")
        assert [await reader.readline() for _ in range(3)] == [b"220 hi\r\n", b"250 a\r\n", b"500 b\r\n"]
        assert server.commands == [[b"EHLO x", b"WHAT"]]
        writer.close()


async def test_content_is_one_step_with_its_dot():
    async with ScriptedServer(dialogue()) as server:
        reader, writer = await connect(server)
        writer.write(b"EHLO x\r\nMAIL\r\nRCPT\r\nDATA\r\na\r\n..\r\n.\r\n")
        while (await reader.readline()) != b"250 2.0.0 Ok\r\n":
            pass
        assert server.contents == [b"a\r\n..\r\n"] and server.dots == 1
        writer.close()


async def test_each_connection_has_its_script_and_the_last_serves_the_rest():
    async with ScriptedServer([b"220 1\r\n"], [b"220 2\r\n"]) as server:
        greetings = []
        for _ in range(3):
            reader, writer = await connect(server)
            greetings.append(await reader.readline())
            writer.close()
        assert greetings == [b"220 1\r\n", b"220 2\r\n", b"220 2\r\n"]


@pytest.mark.parametrize(
    ("step", "octets"),
    [(Act.CLOSE, b""), ((b"220 a\r\n", Act.CLOSE), b"220 a\r\n"), ((b"a", Pause(), b"b", Act.CLOSE), b"ab")],
)
async def test_a_step_may_close(step, octets):
    async with ScriptedServer([step]) as server:
        reader, writer = await connect(server)
        assert await asyncio.wait_for(reader.read(), 5) == octets
        writer.close()


async def test_a_step_may_reset():
    async with ScriptedServer([Act.RESET]) as server:
        reader, writer = await connect(server)
        writer.write(b"x")
        with suppress(ConnectionError):  # as it may be seen
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_step_may_drip_and_then_go_on():
    async with ScriptedServer([(Drip(b"220", 0.001), b" a\r\n")]) as server:
        reader, writer = await connect(server)
        assert await asyncio.wait_for(reader.readline(), 5) == b"220 a\r\n"
        writer.close()


async def test_a_step_may_never_end():
    async with ScriptedServer([Endless()]) as server:
        reader, writer = await connect(server)
        assert len(await asyncio.wait_for(reader.readexactly(100_000), 5)) == 100_000
        writer.close()


async def test_silence_lasts():
    async with ScriptedServer([Act.SILENCE]) as server:
        reader, writer = await connect(server)
        writer.write(b"EHLO x\r\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.1)
        writer.close()
