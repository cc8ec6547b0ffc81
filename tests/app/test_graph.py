"""What the operator hears of a mail server that goes away and comes back."""

from gatepost.testing.mailbox import Mailbox
from tests.adapters.backend.delivering import soon
from tests.e2e.one_process import Client, settings_in, with_backend


async def test_a_mail_server_that_is_back_takes_its_alarm_back(tmp_path):
    server = Mailbox()
    await server.start()
    await server.stop()
    async with Client(with_backend(settings_in(tmp_path), server.port)) as client:
        await client.graph.probe_backends(5)
        key = f"backend.host_failed.mail.{server.where}"
        assert client.ledger.of("alarm") == [key] and not client.ledger.of("clear")
        await server.start(server.port)
        await soon(lambda: client.ledger.of("clear"), 20.0)
        assert client.ledger.of("alarm") == [key] and client.ledger.of("clear") == [key]
    await server.stop()
