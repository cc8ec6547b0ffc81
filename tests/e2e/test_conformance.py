"""What real clients send arrives at real servers, octet by octet as it was sent, under our one field."""

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator

import aiosmtplib
import pytest

from gatepost.testing.mailbox import KEYWORDS, Mailbox, Offer
from tests.e2e.octets import as_sent, messages, recipient, replies, send_pipelined, stuffed, wrong
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
async def gateway(mailbox, start_gateway) -> Gateway:
    """In front of a mail server in this process, which knows what it was told; it has been asked what it offers."""
    gateway = await asyncio.to_thread(start_gateway, backend=mailbox.port, recipients=None)
    await asyncio.to_thread(gateway.wait_for_records, event="serving", seconds=60)
    return gateway


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
