"""Engines are shown the test file; what they miss, and what they do not say, is told with what to do."""

import time

import pytest

from gatepost.config.live_engines import probe_engines
from gatepost.config.problems import Severity
from tests.adapters.engines.clamd.scripted_clamd import ScriptedClamd
from tests.config.texts import loaded
from tests.servers.loopback import free_port


async def found(address, antivirus=(), **engine):
    change = {
        "engines": {"clamav": {"type": "clamd", "address": address, **engine}},
        "checks": {"antivirus": {"engines": ["clamav"], **dict(antivirus)}},
    }
    return await probe_engines(loaded(change))


def rules(problems):
    return [problem.rule for problem in problems]


async def test_without_an_engine_it_is_told_what_one_would_add():
    (problem,) = await probe_engines(loaded({}))
    assert (problem.rule, problem.severity) == ("engine.none", Severity.INFO)
    assert "apt-get install clamav-daemon" in problem.fix


async def test_a_real_one_works(clamd):
    (problem,) = await found(clamd.unix)
    assert (problem.rule, problem.severity) == ("engine.works", Severity.INFO)
    assert problem.message.startswith("answers and finds the EICAR test file (ClamAV 1.")


async def test_a_real_one_by_icap_works(c_icap):
    change = {
        "engines": {"proxy": {"type": "icap", "address": c_icap.service(), "max_size": "4MiB"}},
        "checks": {"antivirus": {"engines": ["proxy"]}},
    }
    assert rules(await probe_engines(loaded(change))) == ["engine.works"]


async def test_a_server_that_lets_large_messages_pass_unscanned_is_found_out(c_icap):
    change = {
        "engines": {"proxy": {"type": "icap", "address": c_icap.service("limited"), "max_size": "8MiB"}},
        "checks": {"antivirus": {"engines": ["proxy"]}},
    }
    problems = await probe_engines(loaded(change))
    assert rules(problems) == ["engine.works", "engine.too-small"]
    assert problems[1].severity is Severity.ERROR


async def test_one_that_does_not_tell_of_its_limits_is_found_out(start_clamd):
    server = start_clamd(alerts=False, more="MaxFileSize 1M\nMaxScanSize 1M")
    assert rules(await found(server.unix)) == ["engine.works", "engine.too-small", "engine.shallow"]


async def test_one_that_takes_less_than_it_is_sent_is_found_out(start_clamd):
    server = start_clamd(more="StreamMaxLength 1M")
    assert rules(await found(server.where)) == ["engine.works"]  # it says so, and the message is held


async def test_one_that_is_not_there_defers_all_mail():
    (problem,) = await found(f"127.0.0.1:{free_port()}")
    assert (problem.rule, problem.severity) == ("engine.silent", Severity.ERROR)
    assert "every message is deferred" in problem.message
    (problem,) = await found(f"127.0.0.1:{free_port()}", required=False)
    assert problem.severity is Severity.WARNING


async def test_one_that_knows_nothing_is_useless():
    async with ScriptedClamd(b"stream: OK\0") as server:
        (problem,) = await found(server.where)
    assert (problem.rule, problem.severity) == ("engine.blind", Severity.ERROR)


@pytest.mark.parametrize(("days", "old"), [(1, False), (20, True)])
async def test_old_signatures_are_warned_of(days, old):
    made = time.asctime(time.gmtime(time.time() - days * 86400)).encode()
    version = b"ClamAV 1.4.3/27800/" + made + b"\0"
    async with ScriptedClamd(b"stream: Eicar FOUND\0", version=version) as server:
        problems = await found(server.where)
    assert rules(problems) == ["engine.works", *(["engine.outdated"] if old else [])]
    assert "signatures 27800" in problems[0].message
