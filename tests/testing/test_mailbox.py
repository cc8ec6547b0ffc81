"""The embedded mail server is a good one: what it takes it has octet by octet, what it refuses it says."""

import asyncio
import ssl

import aiosmtplib
import pytest
import trustme

from gatepost.testing.mailbox import KEYWORDS, Mailbox, Offer

ENVELOPE = b"EHLO x.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"
OPENING = 1 + len(KEYWORDS) + 2 + 2  # lines: greeting, EHLO with name and SIZE, MAIL, RCPT


async def talk(server, octets, lines, cut=None):
    """Octets out, that many lines back without those of the opening."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for at in range(0, len(octets), cut or len(octets)):
        writer.write(octets[at : at + (cut or len(octets))])
        await asyncio.sleep(0)
    found = [await asyncio.wait_for(reader.readuntil(b"\r\n"), 5) for _ in range(lines)]
    writer.close()
    return found


@pytest.mark.parametrize("cut", [None, 1])
@pytest.mark.parametrize(
    ("stuffed", "octets"),
    [
        (b"", b""),
        (b"a\r\n", b"a\r\n"),
        (b"..\r\n", b".\r\n"),
        (b"...\r\n..a\r\n", b"..\r\n.a\r\n"),
        (b".a\r\n", b"a\r\n"),
        (b"a\n.\nb\r\n", b"a\n.\nb\r\n"),
        (b"a\r.\r\r\n", b"a\r.\r\r\n"),
        (b"a\r\n.\nb\r\n", b"a\r\n\nb\r\n"),
    ],
)
async def test_content_ends_at_crlf_dot_crlf_only_and_is_unstuffed(stuffed, octets, cut):
    async with Mailbox() as server:
        lines = await talk(server, ENVELOPE + b"DATA\r\n" + stuffed + b".\r\nQUIT\r\n", OPENING + 3, cut)
        assert [line[:3] for line in lines[-3:]] == [b"354", b"250", b"221"]
        assert server.received[0].octets == octets


async def test_bdat_is_taken_by_length():
    async with Mailbox() as server:
        octets = ENVELOPE + b"BDAT 4\r\na\r\n.BDAT 3 LAST\r\n\r\nbQUIT\r\n"
        lines = await talk(server, octets, OPENING + 3)
        assert [line[:3] for line in lines[-3:]] == [b"250", b"250", b"221"]
        assert server.received[0].octets == b"a\r\n.\r\nb" and server.received[0].chunked


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"MAIL FROM:<a@x.test>\r\n", b"503"),
        (b"EHLO x\r\nRCPT TO:<b@y.test>\r\n", b"503"),
        (b"EHLO x\r\nDATA\r\n", b"503"),
        (b"EHLO x\r\nMAIL FROM:<>\r\nDATA\r\n", b"554"),
        (b"EHLO x\r\nMAIL FROM:<> SIZE=99999999999\r\n", b"552"),
        (b"EHLO x\r\nSTARTTLS\r\n", b"503"),
        (b"NOOP\r\n", b"250"),
        (b"VRFY a\r\n", b"252"),
        (b"WIZ\r\n", b"502"),
    ],
)
async def test_a_command_out_of_place_is_refused(octets, code):
    async with Mailbox() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(octets + b"QUIT\r\n")
        replies = (await asyncio.wait_for(reader.read(), 5)).splitlines()
        writer.close()
        assert replies[-2][:3] == code


async def test_recipients_are_refused_as_it_was_told():
    offer = Offer(refuse={"b@y.test": "450 4.2.1 Later"}, recipients=frozenset(("b@y.test", "c@y.test")))
    async with Mailbox(offer) as server, aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port) as client:
        await client.mail("a@x.test")
        codes = []
        for recipient in ("b@y.test", "c@y.test", "d@y.test"):
            try:
                codes.append((await client.rcpt(recipient)).code)
            except aiosmtplib.SMTPRecipientRefused as error:
                codes.append(error.code)
        assert codes == [450, 250, 550]


async def test_a_message_over_its_size_is_not_kept():
    async with Mailbox(Offer(size=10)) as server:
        lines = await talk(server, ENVELOPE + b"DATA\r\n" + b"x" * 20 + b"\r\n.\r\n", OPENING + 2)
        assert lines[-1].startswith(b"552") and not server.received


async def test_what_it_says_to_the_dot_can_be_set():
    async with Mailbox() as server:
        server.final = "451 4.3.0 Disk full"
        lines = await talk(server, ENVELOPE + b"DATA\r\nx\r\n.\r\n", OPENING + 2)
        assert lines[-1] == b"451 4.3.0 Disk full\r\n" and not server.received


async def test_messages_are_in_the_directory_before_the_250(tmp_path):
    async with Mailbox(directory=tmp_path) as server:
        await talk(server, ENVELOPE + b"DATA\r\nx\r\n.\r\n", OPENING + 2)
        assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"x\r\n"]


async def test_a_quoted_local_part_may_hold_brackets():
    async with Mailbox() as server:
        await talk(server, b'HELO x\r\nMAIL FROM:<"a> b"@x> SIZE=3\r\nRCPT TO:<b@y>\r\nDATA\r\n.\r\n', 6)
        assert server.received[0].sender == '"a> b"@x' and server.received[0].mail == '<"a> b"@x> SIZE=3'


async def test_a_real_client_delivers_by_tls():
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with Mailbox(Offer(tls=context)) as server:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=server.port, start_tls=True, tls_context=trusting)
        async with client:
            await client.sendmail("a@x.test", ["b@y.test"], b"Subject: x\r\n\r\nx\r\n")
        assert server.received[0].tls and server.received[0].octets == b"Subject: x\r\n\r\nx\r\n"


async def test_stopping_cuts_what_is_open():
    async with Mailbox() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await reader.readline()
        await server.stop()
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
