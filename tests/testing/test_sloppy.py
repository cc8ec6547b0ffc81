"""The sloppy server does fall for every false end of data: a gateway in front of it is proven by nothing less."""

import asyncio

import pytest

from gatepost.testing.sloppy import SloppyServer

FALSE_ENDS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CR.CR": b"\r.\r",
    "CR.LF": b"\r.\n",
    "LF.CR": b"\n.\r",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.CR": b"\r\n.\r",
    "CRLF.CRCRLF": b"\r\n.\r\r\n",
    "CRCRLF.CRCRLF": b"\r\r\n.\r\r\n",
    "CRCRLF.CRLF": b"\r\r\n.\r\n",
    "CRLF NUL .CRLF": b"\r\n\0.\r\n",
    "CR NUL LF.CRLF": b"\r\0\n.\r\n",
    "CRLF. NUL CRLF": b"\r\n.\0\r\n",
    "CRLF.CR NUL LF": b"\r\n.\r\0\n",
    "CRLF. SP CRLF": b"\r\n. \r\n",
    "CRLF. TAB CRLF": b"\r\n.\t\r\n",
    "CRLF.CRLF": b"\r\n.\r\n",
}
PYTHON_ENDS = {
    "NEL.NEL": b"\x85.\x85",
    "U+2028": b"\xe2\x80\xa8.\xe2\x80\xa8",
    "VT.VT": b"\v.\v",
    "FF.CRLF": b"\f.\r\n",
}
OPENING = b"EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n"
SECOND = b"MAIL FROM:<evil@x>\r\nRCPT TO:<victim@y>\r\nDATA\r\nSubject: smuggled\r\n\r\n.\r\n"


async def smuggle(server, octets):
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(octets)
    await writer.drain()
    writer.write_eof()
    await asyncio.wait_for(reader.read(), 5)
    writer.close()


@pytest.mark.parametrize("end", FALSE_ENDS.values(), ids=FALSE_ENDS)
async def test_it_takes_this_for_the_end_and_runs_what_follows(end):
    async with SloppyServer() as server:
        await smuggle(server, OPENING + b"Subject: first\r\n\r\nhi" + end + SECOND + b"QUIT\r\n")
        assert len(server.messages) == 2 and b"evil@x" in server.messages[1].commands[0]


@pytest.mark.parametrize("end", PYTHON_ENDS.values(), ids=PYTHON_ENDS)
async def test_it_splits_lines_as_python_does_if_told(end):
    async with SloppyServer(splits_like_python=True) as server:
        await smuggle(server, OPENING + b"hi" + end + SECOND)
        assert len(server.messages) == 2
    async with SloppyServer() as server:
        await smuggle(server, OPENING + b"hi" + end + SECOND)
        assert len(server.messages) == 1


@pytest.mark.parametrize("harmless", [b"\r\n..\r\n", b"\r\n.a\r\n", b"a.\r\n", b"\r\n .\r\n"])
async def test_a_stuffed_dot_is_no_end(harmless):
    async with SloppyServer() as server:
        await smuggle(server, OPENING + b"hi" + harmless + b"more\r\n.\r\nQUIT\r\n")
        assert [message.octets for message in server.messages] == [b"hi" + harmless + b"more"]


async def test_commands_may_end_in_anything():
    async with SloppyServer() as server:
        await smuggle(server, b"EHLO x\nMAIL FROM:<a@x>\rRCPT TO:<b@y>\r\nQUIT\n")
        assert server.commands == [b"EHLO x", b"MAIL FROM:<a@x>", b"RCPT TO:<b@y>", b"QUIT"]


async def test_all_octets_are_kept_as_they_came():
    octets = OPENING + b"hi\r\n.\r\nQUIT\r\n"
    async with SloppyServer() as server:
        await smuggle(server, octets)
        assert server.raw[0] == octets
