"""What a stranger hears of greylisting and of bounces that answer nothing, from MAIL to the final dot."""

import tomlkit

from gatepost.config.load import parse
from gatepost.testing.mailbox import Mailbox
from tests.e2e.one_process import Client, settings_in, with_backend

CONTENT = b"From: ann@sender.test\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\nHi.\r\n"


def checking(tmp_path, port, **checks):
    """The house of these tests with checks of its own."""
    settings = with_backend(settings_in(tmp_path), port)
    text = tomlkit.dumps(
        {
            "gateway": {"hostname": "mx.example.test"},
            "listeners": {"inbound": {"bind": ["127.0.0.1:2525"]}},
            "backends": {"mail": {"hosts": ["127.0.0.1:1"]}},
            "domains": {"example.test": {"backend": "mail", "recipients": "any"}},
            "checks": {"rate": {"enabled": False}, "spf": {"enabled": False}, **checks},
        }
    )
    return settings.model_copy(update={"checks": parse(text, "gatepost.toml").settings.checks})


async def test_a_stranger_is_told_to_come_back_and_a_callback_is_answered(tmp_path):
    server = Mailbox()
    await server.start()
    async with Client(checking(tmp_path, server.port, greylist={"enabled": True, "delay": "1s"})) as client:
        said = await client.deliver(["bob@example.test"], CONTENT)
        assert said.startswith("503") or said.startswith("554")  # nobody is left to send to
        told = [line for line in client.octets.decode().splitlines() if line.startswith("451")]
        assert told and told[0].startswith("451 4.7.1 Greylisted, try again in 1 s (192.0.2.0/24 is not known yet)")
        await client.say(b"RSET\r\n")
        assert (await client.say(b"MAIL FROM:<>\r\n")).startswith("250")
        assert (await client.say(b"RCPT TO:<bob@example.test>\r\n")).startswith("250")
    await server.stop()


async def test_a_bounce_to_a_bare_address_is_refused_only_after_its_content(tmp_path):
    secrets = tmp_path / "secrets"
    secrets.write_text("0 correct horse battery staple\n")
    server = Mailbox()
    await server.start()
    async with Client(checking(tmp_path, server.port, bounce={"secret_file": str(secrets)})) as client:
        *replies, data = await client.begin(["bob@example.test"], sender="")
        assert replies[0].startswith("250") and data.startswith("354")
        said = await client.say(CONTENT + b".\r\n")
        assert said.startswith("550 5.7.1 This bounce answers no message of ours")
    await server.stop()
