"""A real Postfix behind the pool: what it takes arrives octet by octet, what it refuses is refused."""

import asyncio

import pytest
from msgspec.structs import replace

from gatepost.adapters.backend.dispatch import Dispatch
from gatepost.model.address import Address, Domain
from gatepost.smtp.client_transaction import SOME_REFUSED
from tests.adapters.backend.delivering import BOB, EVE, HELLO, ONE, TWO, Octets, pool_for, soon

pytestmark = pytest.mark.asyncio(loop_factories=["uvloop"])

UNKNOWN = Address("nobody", Domain("example.test"))
CONTENT = b"From: ann@sender.test\r\nSubject: x\r\n\r\n..\r\n..dot\r\n\r\nend  \r\n"


def where(postfix):
    return f"127.0.0.1:{postfix.port}"


async def arrived(postfix, count):
    await soon(lambda: len(postfix.mailbox) >= count, seconds=15)
    return postfix.mailbox.messages()


async def restarted(postfix):
    """Its lock may outlive it for a moment, and the log that says so be written later still."""
    problem = RuntimeError()
    for _ in range(50):
        try:
            return await asyncio.to_thread(postfix.start)
        except RuntimeError as error:
            problem = error
            await asyncio.sleep(0.1)
    raise problem


async def test_it_offers_all_it_can(receiving_postfix):
    async with pool_for(where(receiving_postfix)) as pool:
        (probe,) = await pool.probe()
        offered = probe.extensions
        assert offered.pipelining and offered.eight_bit_mime and offered.smtputf8 and offered.dsn
        assert offered.size == 52_428_800


async def test_a_message_arrives_as_it_was(receiving_postfix):
    async with pool_for(where(receiving_postfix)) as pool:
        result = await pool.deliver(TWO, Octets(CONTENT))
        assert result.taken and result.reply.enhanced == "2.0.0"
        copies = await arrived(receiving_postfix, 2)
        assert {copy.content for copy in copies} == {CONTENT.replace(b"\r\n.", b"\r\n")}
        assert sorted(copy.recipient for copy in copies) == [str(BOB), str(EVE)]


async def test_hundred_messages_use_few_connections(receiving_postfix):
    async with pool_for(where(receiving_postfix), connections=4) as pool:
        results = await asyncio.gather(*(pool.deliver(ONE, HELLO) for _ in range(100)))
        assert all(result.taken for result in results) and pool.status().dialled <= 8
        await arrived(receiving_postfix, 100)


async def test_a_big_message_arrives_whole(receiving_postfix):
    content = b"Subject: big\r\n\r\n" + (b"x" * 76 + b"\r\n") * 60_000
    async with pool_for(where(receiving_postfix)) as pool:
        assert (await pool.deliver(replace(ONE, size=len(content)), Octets(content))).taken
        (copy,) = await arrived(receiving_postfix, 1)
        assert copy.content == content


async def test_internationalized_mail_arrives(receiving_postfix):
    recipient = Address("grüße", Domain("example.test"))
    envelope = replace(ONE, recipients=(recipient,), smtputf8=True, body="8BITMIME")
    async with pool_for(where(receiving_postfix)) as pool:
        assert (await pool.deliver(envelope, Octets("Subject: grüße\r\n\r\nhö\r\n".encode()))).taken
        (copy,) = await arrived(receiving_postfix, 1)
        assert copy.recipient == "grüße@example.test" and "hö".encode() in copy.content


@pytest.mark.parametrize("without", [(), ("PIPELINING",)], ids=["pipelined", "one by one"])
async def test_unknown_recipients_are_refused_and_nothing_is_delivered(without, start_postfix):
    postfix = start_postfix(recipients=[str(BOB)], without=list(without))
    async with pool_for(where(postfix)) as pool:
        one = await pool.deliver(replace(ONE, recipients=(UNKNOWN,)), HELLO)
        assert one.reply.code == 550 and one.reply.enhanced == "5.1.1"
        some = await pool.deliver(replace(ONE, recipients=(BOB, UNKNOWN)), HELLO)
        assert some.reply == SOME_REFUSED and [address for address, _ in some.refused] == [UNKNOWN]
        assert (await pool.verify(None, UNKNOWN)).code == 550 and (await pool.verify(None, BOB)).code == 250
        assert (await pool.deliver(ONE, HELLO)).taken
        (copy,) = await arrived(postfix, 1)
        assert copy.recipient == str(BOB)


async def test_tls_is_verified(start_postfix, authority):
    postfix = start_postfix(tls=authority.issue("127.0.0.1").both)
    async with pool_for(where(postfix), tls="required", ca_file=authority.path) as pool:
        result = await pool.deliver(ONE, HELLO)
        assert result.taken and result.tls.version == "TLSv1.3"
        (copy,) = await arrived(postfix, 1)
        assert b"using TLSv1.3" in copy.received


async def test_a_restart_of_the_server_costs_no_message(start_postfix):
    postfix = start_postfix()
    async with pool_for(where(postfix)) as pool:
        assert (await pool.deliver(ONE, HELLO)).taken
        await asyncio.to_thread(postfix.halt)
        await restarted(postfix)
        assert (await pool.deliver(ONE, HELLO)).taken
        dispatch = pool.running()
        assert isinstance(dispatch, Dispatch) and dispatch.dialled == 2
        await arrived(postfix, 2)
