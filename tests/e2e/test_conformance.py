"""What real clients send arrives at real servers, octet by octet as it was sent, under our one field."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator

import aiosmtplib
import pytest

from gatepost.testing.mailbox import KEYWORDS, Mailbox, Offer
from tests.e2e.octets import messages, recipient, replies, send_pipelined, stuffed, wrong
from tests.servers.exim import Exim
from tests.servers.gateway import Gateway
from tests.servers.loopback import HOST
from tests.servers.swaks import swaks

pytestmark = pytest.mark.servers

MANY = 10_000
CONNECTIONS = 4
SENDER, RECIPIENT = "ann@sender.test", "rcpt@example.test"
HEADER = b"From: ann@sender.test\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-Id: <1@sender.test>\r\n"
ODD = HEADER + b"\r\n.\r\n..\r\n.a\r\n" + bytes(range(0x80, 0x100)) + b"\r\n" + b"x" * 998 + b"\r\n\r\n"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox() as server:
        yield server


@pytest.fixture
async def gateway(mailbox, start_gateway) -> AsyncIterator[Gateway]:
    """In front of a mail server in this process, which knows what it was told; it has been asked what it offers."""
    gateway = await asyncio.to_thread(start_gateway, backend=mailbox.port, recipients=None)
    await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
    yield gateway
    await asyncio.to_thread(gateway.stop)  # while the server is still there to say good-bye to


@pytest.fixture
def before_postfix(receiving_postfix, start_gateway) -> Gateway:
    gateway = start_gateway(backend=receiving_postfix.port, recipients=None)
    gateway.wait_for_records(event="serving", seconds=60)
    return gateway


# ── octets ───────────────────────────────────────────────────────────────────


async def send_all(port: int, sent: list[bytes]) -> list[str]:
    numbered = list(enumerate(sent))
    runs = [send_pipelined(port, numbered[at::CONNECTIONS], at) for at in range(CONNECTIONS)]
    return [reply for said in await asyncio.gather(*runs) for reply in said]


@pytest.mark.timeout(300)
async def test_10000_random_messages_arrive_as_they_were_sent(gateway, mailbox, summary):
    sent = list(messages(MANY, seed=20260801))
    said = await send_all(gateway.port, sent)
    assert [reply[:3] for reply in said] == ["250"] * MANY
    delivered = {m.recipients[0]: m.octets for m in mailbox.received}
    assert len(delivered) == len(mailbox.received) == MANY
    differences = [wrong(octets, delivered[recipient(number)]) for number, octets in enumerate(sent)]
    assert not [difference for difference in differences if difference][:3]
    summary(f"{MANY} messages, {sum(map(len, sent))} octets, the same behind the gateway")


async def test_200_of_them_arrive_so_in_the_mailbox_of_a_real_postfix(before_postfix, receiving_postfix):
    """Those with a header: Postfix puts an empty line before a body that has none."""
    sent = [octets for octets in messages(200, seed=7) if octets.startswith(b"From: ")]
    said = await send_all(before_postfix.port, sent)
    assert {reply[:3] for reply in said} == {"250"}
    copies = await asyncio.to_thread(receiving_postfix.mailbox.wait, len(sent), seconds=60)
    delivered = {copy.recipient: copy.content for copy in copies}
    assert not [difference for n, octets in enumerate(sent) if (difference := wrong(octets, delivered[recipient(n)]))]


# ── clients ──────────────────────────────────────────────────────────────────


async def test_python_sends_several_messages_over_one_connection_with_rset_between(gateway, mailbox):
    def send() -> None:
        with smtplib.SMTP(HOST, gateway.port, local_hostname="client.sender.test", timeout=60) as client:
            for number in range(3):
                client.sendmail(SENDER, [RECIPIENT], ODD + b"%d\r\n" % number, mail_options=["BODY=8BITMIME"])
                assert client.rset()[0] == 250
                assert client.mail(SENDER)[0] == 250 and client.rcpt(RECIPIENT)[0] == 250 and client.rset()[0] == 250

    await asyncio.to_thread(send)
    assert [wrong(ODD + b"%d\r\n" % n, m.octets) for n, m in enumerate(mailbox.received)] == [""] * 3
    assert {(m.sender, m.recipients) for m in mailbox.received} == {(SENDER, (RECIPIENT,))}


async def test_aiosmtplib_sends_many_at_once(gateway, mailbox):
    async def send(number: int) -> None:
        name = "client.sender.test"
        async with aiosmtplib.SMTP(hostname=HOST, port=gateway.port, local_hostname=name, timeout=60) as client:
            await client.sendmail(SENDER, [RECIPIENT, "eve@example.test"], ODD + b"%d\r\n" % number)

    await asyncio.gather(*(send(number) for number in range(20)))
    assert sorted(m.octets[-4:].split()[-1] for m in mailbox.received) == sorted(b"%d" % n for n in range(20))
    assert not [m for m in mailbox.received if m.recipients != (RECIPIENT, "eve@example.test")]


@pytest.mark.parametrize("pipelining", [(), ("--pipeline",)], ids=["one by one", "pipelined"])
async def test_swaks_sends(gateway, mailbox, tmp_path, pipelining):
    sent = HEADER + b"\r\n.dots\r\n..\r\nfin\r\n"
    data = tmp_path / "mail"
    data.write_bytes(sent)
    more = ("--data", f"@{data}", *pipelining)
    done = await asyncio.to_thread(swaks, gateway.port, *more, recipients=[RECIPIENT, "eve@example.test"])
    assert done.status == 0 and done.replies[-1].startswith("221"), done.transcript
    (received,) = mailbox.received
    assert received.recipients == (RECIPIENT, "eve@example.test")
    assert wrong(sent + b"\r\n", received.octets) == "", "swaks ends every message with an empty line of its own"


async def test_postfix_sends_through_the_gateway_into_postfix(before_postfix, receiving_postfix, start_sender):
    sender = await asyncio.to_thread(start_sender, to=before_postfix.port)
    sent = [ODD + b"%d\r\n" % number for number in range(12)]

    def submit() -> None:
        for octets in sent:
            sender.submit(SENDER, [RECIPIENT, "eve@example.test"], octets, ["BODY=8BITMIME"])
        outcomes = sender.wait_for_outcomes(2 * len(sent), seconds=60)
        assert {outcome.status for outcome in outcomes} == {"sent"}, outcomes

    await asyncio.to_thread(submit)
    copies = await asyncio.to_thread(receiving_postfix.mailbox.wait, 2 * len(sent), seconds=60)
    for octets in sent:
        mine = [copy for copy in copies if copy.content.endswith(b"\r\n" + octets)]
        assert sorted(copy.recipient for copy in mine) == ["eve@example.test", RECIPIENT]
        assert {copy.sender for copy in mine} == {SENDER}


def test_exim_sends_by_bdat(before_postfix, receiving_postfix):
    exim = Exim(to=before_postfix.port)
    try:
        dialogue = exim.send(SENDER, [RECIPIENT, "eve@example.test"], ODD)
    finally:
        exim.remove()
    assert dialogue.is_taken and "BDAT" in dialogue.transcript, dialogue.transcript
    copies = receiving_postfix.mailbox.wait(2)
    assert all(copy.content.endswith(b"\r\n" + ODD) for copy in copies)


async def test_chunks_arrive_as_one_message_wherever_they_are_cut(gateway, mailbox):
    """RFC 3030; also between CR and LF, behind a dot, and with an empty last chunk."""
    octets = b"From: ann@sender.test\r\n\r\n.\r\n..\r\n\xe4\r\n.\r\n\r\n.end"
    reader, writer = await asyncio.open_connection(HOST, gateway.port)
    await replies(reader, 1)
    writer.write(b"EHLO client.sender.test\r\n")
    await replies(reader, 1)
    for at in range(len(octets) + 1):
        said = b"MAIL FROM:<ann@sender.test> BODY=8BITMIME\r\nRCPT TO:<rcpt@example.test>\r\n"
        last = b"BDAT %d LAST\r\n" % (len(octets) - at)
        writer.write(said + b"BDAT %d\r\n%b" % (at, octets[:at]) + last + octets[at:])
        found = await replies(reader, 4)
        assert {reply[:3] for reply in found} == {"250"}, found
    writer.close()
    assert [wrong(octets, m.octets) for m in mailbox.received] == [""] * (len(octets) + 1)


async def test_a_line_feed_alone_in_a_chunk_becomes_a_line_end(gateway, mailbox):
    """As Exchange Online sends it."""
    reader, writer = await asyncio.open_connection(HOST, gateway.port)
    await replies(reader, 1)
    writer.write(b"EHLO client.sender.test\r\n")
    await replies(reader, 1)
    octets = b"From: ann@sender.test\n\n.\nx\r\n"
    writer.write(b"MAIL FROM:<>\r\nRCPT TO:<rcpt@example.test>\r\nBDAT %d LAST\r\n%b" % (len(octets), octets))
    assert {reply[:3] for reply in await replies(reader, 3)} == {"250"}
    writer.close()
    assert wrong(b"From: ann@sender.test\r\n\r\n.\r\nx\r\n", mailbox.received[0].octets) == ""


# ── extensions ───────────────────────────────────────────────────────────────


def test_internationalized_mail_arrives_in_postfix(before_postfix, receiving_postfix):
    """SMTPUTF8 (RFC 6531): local parts, domains as U-labels, header."""
    octets = "From: märi@sender.test\r\nSubject: grüße\r\n\r\n用户\r\n".encode()
    with smtplib.SMTP(HOST, before_postfix.port, local_hostname="client.sender.test", timeout=60) as client:
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        client.sendmail("märi@sender.test", ["jürgen@example.test", "用户@example.test"], octets, options)
    copies = receiving_postfix.mailbox.wait(2)
    assert sorted(copy.recipient for copy in copies) == ["jürgen@example.test", "用户@example.test"]
    assert {copy.sender for copy in copies} == {"märi@sender.test"}
    assert not [difference for copy in copies if (difference := wrong(octets, copy.content))]


async def converse(port: int, *lines: str) -> list[str]:
    """One reply to each line, and to the connection."""
    reader, writer = await asyncio.open_connection(HOST, port)
    found = await replies(reader, 1)
    for line in lines:
        writer.write(line.encode() + b"\r\n")
        found += await replies(reader, 1)
    writer.close()
    return found


async def test_dsn_parameters_reach_the_mail_server(gateway, mailbox):
    """RFC 3461: each recipient with his own."""
    said = await converse(
        gateway.port,
        "EHLO client.sender.test",
        "MAIL FROM:<ann@sender.test> RET=HDRS ENVID=QQ+2B314159",
        "RCPT TO:<a@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;A+2BB@example.test",
        "RCPT TO:<b@example.test>",
        "RCPT TO:<c@example.test> NOTIFY=NEVER",
        "DATA",
        "\r\n.",
    )
    assert said[-1].startswith("250"), said
    (received,) = mailbox.received
    assert {"RET=HDRS", "ENVID=QQ+2B314159"} <= set(received.mail.split())
    assert [set(said.split()[1:]) for said in received.rcpt] == [
        {"NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;A+2BB@example.test"},
        set(),
        {"NOTIFY=NEVER"},
    ]


@pytest.mark.parametrize(
    ("keyword", "parameter"), [("8BITMIME", "BODY=8BITMIME"), ("SMTPUTF8", "SMTPUTF8"), ("DSN", "RET=HDRS")]
)
async def test_what_the_mail_server_does_not_offer_is_not_offered(mailbox, start_gateway, keyword, parameter):
    mailbox.offer = Offer(keywords=KEYWORDS - {keyword})
    gateway = await asyncio.to_thread(start_gateway, backend=mailbox.port, recipients=None)
    await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
    _, _, reply = await converse(gateway.port, "EHLO client.sender.test", f"MAIL FROM:<ann@sender.test> {parameter}")
    assert reply.startswith("555 5.5.4 "), reply


# ── sizes ────────────────────────────────────────────────────────────────────


@pytest.fixture
def limit() -> int:
    """Octets of the largest message: what the listener takes by default."""
    return 35 * 1024 * 1024


async def test_35_mib_arrive_in_postfix_by_way_of_a_spool_file(before_postfix, receiving_postfix, limit):
    line = b"%076d\r\n"
    room = limit - len(HEADER) - 2
    octets = (
        HEADER + b"\r\n" + b"".join(line % number for number in range(room // 78)) + b"x" * (room % 78 - 2) + b"\r\n"
    )
    assert len(octets) == limit
    (said,) = await send_pipelined(before_postfix.port, [(0, octets)], 0)
    assert said.startswith("250"), said
    (copy,) = await asyncio.to_thread(receiving_postfix.mailbox.wait, 1, seconds=60)
    assert copy.content[-limit:] == octets and wrong(b"", copy.content[:-limit]) == ""


async def test_one_octet_more_is_refused_and_the_connection_goes_on(gateway, mailbox, limit):
    reader, writer = await asyncio.open_connection(HOST, gateway.port)
    await replies(reader, 1)
    commands = b"MAIL FROM:<ann@sender.test>\r\nRCPT TO:<rcpt@example.test>\r\nDATA\r\n"
    writer.write(b"EHLO client.sender.test\r\n")
    await replies(reader, 1)
    writer.write(b"MAIL FROM:<ann@sender.test> SIZE=%d\r\n" % (limit + 1))
    assert (await replies(reader, 1))[0].startswith("552 5.3.4 ")
    writer.write(commands)
    await replies(reader, 3)
    octets = HEADER + b"\r\n"
    octets += b"x" * (limit + 1 - len(octets) - 2) + b"\r\n"
    writer.write(stuffed(octets))
    assert (await replies(reader, 1))[0].startswith("552 5.3.4 ")
    writer.write(commands)
    await replies(reader, 3)
    writer.write(stuffed(ODD))
    assert (await replies(reader, 1))[0].startswith("250 2.0.0 ")
    writer.close()
    assert [wrong(ODD, m.octets) for m in mailbox.received] == [""]


async def test_100_recipients_are_served_in_one_transaction_and_the_101st_is_told_to_come_again(gateway, mailbox):
    recipients = [f"r{number}@example.test" for number in range(100)]
    said = await converse(
        gateway.port,
        "EHLO client.sender.test",
        "MAIL FROM:<>",
        *(f"RCPT TO:<{recipient}>" for recipient in [*recipients, "one@example.test"]),
        "DATA",
        "\r\n.",
    )
    assert [reply[:3] for reply in said[3:103]] == ["250"] * 100
    assert said[103].startswith("452 4.5.3 ") and said[-1].startswith("250")
    assert [m.recipients for m in mailbox.received] == [tuple(recipients)]


# ── our field ────────────────────────────────────────────────────────────────


async def test_our_field_says_who_sent_it_how_and_under_which_id(gateway, mailbox):
    said = await converse(
        gateway.port,
        "EHLO client.sender.test",
        "MAIL FROM:<ann@sender.test>",
        "RCPT TO:<rcpt@example.test>",
        "DATA",
        "\r\n.",
    )
    identity = said[-1].split()[-1]
    assert re.fullmatch(
        rb"Received: from client\.sender\.test \(\[127\.0\.0\.1\]\)\r\n"
        rb"\tby mx\.example\.test with ESMTP id %b\r\n\tfor <rcpt@example\.test>;\r\n"
        rb"\t\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r\n\r\n" % identity.encode(),
        mailbox.received[0].octets,
    ), mailbox.received[0].octets


async def test_postmaster_without_a_domain_is_served(gateway, mailbox):
    said = await converse(
        gateway.port, "EHLO client.sender.test", "MAIL FROM:<>", "RCPT TO:<Postmaster>", "DATA", "Subject: x\r\n\r\n."
    )
    assert said[-1].startswith("250"), said
    assert len(mailbox.received) == 1 and mailbox.received[0].recipients[0].lower().startswith("postmaster")
