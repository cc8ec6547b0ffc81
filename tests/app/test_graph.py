"""What the operator hears of a mail server that goes away and comes back, and of resolvers; who the checks ask."""

import pytest

from gatepost.adapters.dns.servers import DOUBT_AFTER
from gatepost.adapters.dns.settings import DnsSettings
from gatepost.ports.dns import Dns
from gatepost.ports.unavailable import Unavailable
from gatepost.testing.mailbox import Mailbox
from tests.adapters.backend.delivering import soon
from tests.e2e.one_process import Client, settings_in, with_backend
from tests.servers.names import Fault, NameServer


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


def with_resolver(settings, where):
    dns = DnsSettings.model_validate({"servers": [where], "timeout": "50ms", "tries": 1, "failure_ttl": 0})
    return settings.model_copy(update={"dns": dns})


async def test_checks_ask_the_resolver_of_the_configuration(tmp_path):
    with NameServer({"x.test": {"TXT": ["text"]}}) as names:
        async with Client(with_resolver(settings_in(tmp_path), names.where)) as client:
            assert (await client.graph.ports[Dns].txt("x.test")).records == (b"text",)
            await client.graph.close()
            with pytest.raises(Unavailable, match="closed"):
                await client.graph.ports[Dns].txt("y.test")


async def test_resolvers_that_are_silent_are_an_alarm_until_one_answers(tmp_path):
    with NameServer() as names:
        async with Client(with_resolver(settings_in(tmp_path), names.where)) as client:
            names.fault = Fault.SILENT
            for i in range(DOUBT_AFTER):
                with pytest.raises(Unavailable):
                    await client.graph.dns.a(f"n{i}.test")

            def watched(event):
                client.graph.watch()
                return "dns" in client.ledger.of(event)

            await soon(lambda: watched("alarm"))
            names.fault = None
            await soon(lambda: watched("clear"))
