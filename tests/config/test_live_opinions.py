"""Spam engines are shown GTUBE; who does not answer, or does not know it, is told."""

import pytest

from gatepost.config.live_opinions import probe_opinions
from gatepost.config.problems import Severity
from tests.adapters.engines.rspamd.scripted_rspamd import ScriptedRspamd, says
from tests.config.texts import loaded
from tests.servers.loopback import free_port


async def found(engine, **check):
    change = {"engines": {"other": engine}, "checks": {"second_opinion": {"engines": ["other"], **check}}}
    (problem,) = await probe_opinions(loaded(change))
    return (problem.rule, problem.severity), problem.message


async def test_a_real_rspamd_works(rspamd):
    told, message = await found({"type": "rspamd", "address": f"http://127.0.0.1:{rspamd.port}"})
    assert told == ("engine.works", Severity.INFO) and "GTUBE" in message


async def test_a_real_spamd_works(spamd):
    told, _ = await found({"type": "spamassassin", "address": spamd.unix})
    assert told == ("engine.works", Severity.INFO)


@pytest.mark.parametrize(
    ("mode", "severity", "so"),
    [("open", Severity.WARNING, "judged without it"), ("tempfail", Severity.ERROR, "holds for every message")],
)
async def test_one_that_is_down_is_told_with_what_follows(mode, severity, so):
    engine = {"type": "rspamd", "address": f"http://127.0.0.1:{free_port()}"}
    told, message = await found(engine, if_unavailable=mode)
    assert told == ("engine.silent", severity) and so in message and "refused" in message


async def test_one_that_does_not_know_it_is_warned_of():
    async with ScriptedRspamd(says(1.0)) as server:
        told, message = await found({"type": "rspamd", "address": server.url})
    assert told == ("engine.blind", Severity.WARNING) and "(1 of 15)" in message


async def test_without_one_nothing_is_told():
    assert await probe_opinions(loaded({})) == []
