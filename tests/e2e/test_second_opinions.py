"""Other spam engines, from the final dot to the mail store: evidence, and no more."""

import re
import time

import pytest
import tomlkit

from gatepost.config.load import parse
from gatepost.model.spam import GTUBE
from gatepost.syntax.date import rfc5322_date
from gatepost.testing.mailbox import Mailbox
from gatepost.testing.scripted import Act, Drip
from tests.adapters.engines.rspamd.scripted_rspamd import ScriptedRspamd, says
from tests.adapters.engines.telling import LETTER
from tests.e2e.one_process import Client, settings_in, with_backend
from tests.servers.loopback import free_port

SILENT = (Act.SILENCE, Drip(says(), every=5), Act.RESET)


def letter(more=b""):
    now = rfc5322_date(time.time()).encode()
    return LETTER % (now, now) + more


def asking(tmp_path, port, engines, **check):
    """The house of these tests, with these engines."""
    settings = with_backend(settings_in(tmp_path), port)
    text = tomlkit.dumps(
        {
            "gateway": {"hostname": "mx.example.test"},
            "listeners": {"inbound": {"bind": ["127.0.0.1:2525"]}},
            "backends": {"mail": {"hosts": ["127.0.0.1:1"]}},
            "domains": {"example.test": {"backend": "mail", "recipients": "any"}},
            "engines": engines,
            "checks": {
                **{name: {"enabled": False} for name, section in settings.checks.sections().items()
                   if not section.enabled},
                "second_opinion": {"engines": list(engines), **check},
            },
        }
    )  # fmt: skip
    found = parse(text, "gatepost.toml").settings
    return settings.model_copy(update={"checks": found.checks, "engines": found.engines})


class House:
    """A gateway that asks these engines, and the mail server behind it. `async with`."""

    def __init__(self, tmp_path, engines, **check):
        self.made_with = (tmp_path, engines, check)

    async def __aenter__(self):
        tmp_path, engines, check = self.made_with
        self.server = Mailbox()
        await self.server.start()
        self.client = Client(asking(tmp_path, self.server.port, engines, **check))
        await self.client.__aenter__()
        await self.client.graph.probe_backends(5)
        return self

    async def __aexit__(self, *error):
        await self.client.__aexit__(*error)
        await self.server.stop()

    async def deliver(self, content):
        """The reply, and what was found: detail by code."""
        reply = await self.client.deliver(["bob@example.test"], content)
        trace = self.client.ledger.of("trace")[-1]
        found = [finding for decision in trace.decisions for step in decision.steps for finding in step.findings]
        return reply, {finding.code: finding for finding in found}


@pytest.fixture
def real(rspamd, spamd):
    return {
        "rspamd": {"type": "rspamd", "address": f"http://127.0.0.1:{rspamd.port}"},
        "sa": {"type": "spamassassin", "address": spamd.unix},
    }


async def test_what_real_engines_call_spam_counts_in_the_level(tmp_path, real):
    async with House(tmp_path, real) as house:
        reply, found = await house.deliver(letter(GTUBE.encode() + b"\r\n"))
        assert found["second_opinion.spam"].score >= 3.0
        assert "GTUBE" in found["second_opinion.spam"].detail
        assert "spam.scl_nine" in found and reply.startswith("554 5.7.1")


async def test_what_only_another_engine_calls_spam_counts_in_the_level(tmp_path, real):
    named = re.sub(rb"(?m)^Subject: .*$", b"Subject: " + GTUBE.encode() + b"\r", letter())
    async with House(tmp_path, {"sa": real["sa"]}) as house:  # to which the subject is part of the text
        _, found = await house.deliver(named)
        assert found["second_opinion.spam"].score >= 3.0
        levels = [finding for code, finding in found.items() if code.startswith("spam.scl_")]
        assert levels and "points of evidence" in levels[0].detail


@pytest.mark.parametrize("name", ["rspamd", "sa"])
async def test_each_real_engine_knows_the_test_message_and_not_a_letter(tmp_path, real, name):
    async with House(tmp_path, {name: real[name]}) as house:
        reply, found = await house.deliver(letter())
        assert reply.startswith("250") and "second_opinion.spam" not in found
        assert "second_opinion.no_answer" not in found
        _, found = await house.deliver(letter(GTUBE.encode() + b"\r\n"))
        assert found["second_opinion.spam"].detail.startswith(f"{name} ")


async def test_an_engine_that_is_down_stops_no_mail_and_is_an_alarm(tmp_path):
    engines = {"rspamd": {"type": "rspamd", "address": f"http://127.0.0.1:{free_port()}"}}
    async with House(tmp_path, engines) as house:
        reply, found = await house.deliver(letter())
        assert reply.startswith("250") and "refused" in found["second_opinion.no_answer"].detail
        house.client.graph.watch()
        assert "engine.rspamd" in house.client.ledger.of("alarm")


@pytest.mark.parametrize("answer", SILENT, ids=["silent", "dripping", "reset"])
async def test_a_slow_engine_is_waited_for_no_longer_than_its_time(tmp_path, answer):
    async with ScriptedRspamd(answer) as server:
        engines = {"rspamd": {"type": "rspamd", "address": server.url, "timeout": "300ms"}}
        async with House(tmp_path, engines) as house:
            reply, found = await house.deliver(letter())
            assert reply.startswith("250") and "second_opinion.no_answer" in found


async def test_where_an_answer_is_wanted_the_client_comes_back(tmp_path):
    engines = {"rspamd": {"type": "rspamd", "address": f"http://127.0.0.1:{free_port()}"}}
    async with House(tmp_path, engines, if_unavailable="tempfail") as house:
        reply, found = await house.deliver(letter())
        assert reply.startswith("451 4.3.0") and "second_opinion.unavailable" in found
        assert not house.client.ledger.of("trace")[-1].handovers


async def test_an_engine_is_told_how_the_message_came_and_gets_it_as_its_recipient_will(tmp_path):
    async with ScriptedRspamd(says()) as server:
        engines = {"rspamd": {"type": "rspamd", "address": server.url}}
        async with House(tmp_path, engines) as house:
            reply, _ = await house.deliver(letter(b"..two dots\r\n"))
            assert reply.startswith("250")
        assert server.bodies[0].endswith(b"\r\n.two dots\r\n")
        head = server.heads[0].split(b"\r\n")
        assert {b"IP: 192.0.2.1", b"Helo: client.sender.test", b"From: <ann@sender.test>"} <= set(head)
        assert b"Rcpt: <bob@example.test>" in head
