"""Recipients whom only the mail server refuses, when the client is at the end of data (ARCHITECTURE §5 rule 6)."""

import pytest

from gatepost.adapters.shared_memory.shared import Shared
from gatepost.testing.mailbox import Mailbox, Offer
from gatepost.testing.scripted import EHLO, NO_PIPELINING, ScriptedServer, dialogue
from tests.e2e.one_process import SMALL, Client, settings_in, with_backend
from tests.servers.swaks import swaks

MESSAGE = b"From: ann@sender.test\r\n\r\nx\r\n"
PATIENT = dict.fromkeys(("command_timeout", "data_timeout", "final_timeout", "connect_timeout"), 60.0)
BOTH = ["bob@example.test", "eve@example.test"]
REFUSING = Offer(refuse={"eve@example.test": "550 5.7.1 Not you", "max@example.test": "552 5.2.2 Mailbox full"})


@pytest.fixture
def settings(tmp_path):
    return settings_in(tmp_path)


@pytest.mark.parametrize("ehlo", [EHLO, NO_PIPELINING], ids=["pipelined", "one by one"])
async def test_where_one_is_refused_the_mail_server_gets_no_content(settings, ehlo):
    said = dialogue(2, ehlo)
    async with (
        ScriptedServer([*said[:4], b"550 5.7.1 Not you\r\n", *said[5:]]) as server,
        Client(with_backend(settings, server.port, **PATIENT)) as client,
    ):
        assert (await client.deliver(BOTH, MESSAGE)).startswith("451 4.5.1 ")
        await server.stop()
    assert server.dots == 0


async def test_the_retry_hears_at_rcpt_what_was_said_too_late_and_the_other_one_gets_it(settings):
    async with Mailbox(REFUSING) as server, Client(with_backend(settings, server.port, **PATIENT)) as client:
        assert (await client.deliver(BOTH, MESSAGE)).startswith("451 4.5.1 ")
        to_bob, to_eve, go = await client.begin(BOTH)
        assert to_bob.startswith("250") and to_eve.startswith("550 5.7.1 Not you") and go.startswith("354")
        assert (await client.say(MESSAGE + b".\r\n")).startswith("250")
        assert [m.recipients for m in server.received] == [("bob@example.test",)]


async def test_it_is_remembered_for_that_sender_alone(settings):
    async with Mailbox(REFUSING) as server, Client(with_backend(settings, server.port, **PATIENT)) as client:
        await client.deliver(BOTH, MESSAGE)
        _, to_eve, _ = await client.begin(BOTH, sender="zoe@sender.test")
        assert to_eve.startswith("250")


async def test_another_connection_to_another_worker_hears_it_too(settings):
    shared = Shared(2, SMALL)
    async with Mailbox(REFUSING) as server:
        mine = with_backend(settings, server.port, **PATIENT)
        async with Client(mine, shared=shared) as one, Client(mine, shared=shared) as other:
            await one.deliver(BOTH, MESSAGE)
            assert (await other.begin(BOTH))[1].startswith("550 5.7.1 Not you")


async def test_where_all_are_refused_the_client_hears_the_mail_servers_own_reply(settings):
    async with Mailbox(REFUSING) as server, Client(with_backend(settings, server.port, **PATIENT)) as client:
        for refused in (["eve@example.test"], ["eve@example.test", "max@example.test"]):
            assert (await client.deliver(refused, MESSAGE)).startswith("550 5.7.1 Not you")
        assert not server.received


async def test_a_recipient_who_may_be_good_later_is_not_remembered(settings):
    async with (
        Mailbox(Offer(refuse={"eve@example.test": "450 4.2.0 Greylisted"})) as server,
        Client(with_backend(settings, server.port, **PATIENT)) as client,
    ):
        assert (await client.deliver(BOTH, MESSAGE)).startswith("451 4.5.1 ")
        server.offer = Offer()
        assert (await client.deliver(BOTH, MESSAGE)).startswith("250")
        assert server.received[0].recipients == tuple(BOTH)


@pytest.mark.servers
def test_postfix_refuses_one_of_two_and_swaks_gets_rid_of_the_message_all_the_same(start_postfix, start_gateway):
    postfix = start_postfix(refuse={"eve@example.test": "550 5.7.1 Not you"})
    gateway = start_gateway(backend=postfix.port, recipients=None, workers=2)
    first = swaks(gateway.port, recipients=BOTH)
    assert first.replies[-2].startswith("451 4.5.1 "), first.transcript
    second = swaks(gateway.port, "--pipeline", recipients=BOTH)
    assert "550 5.7.1 " in second.transcript and second.replies[-2].startswith("250 2.0.0 "), second.transcript
    assert [copy.recipient for copy in postfix.mailbox.wait(1)] == ["bob@example.test"]
    alone = swaks(gateway.port, sender="zoe@sender.test", recipients=["eve@example.test"])
    assert alone.status == 26 and "550 5.7.1 " in alone.replies[-2], alone.transcript
