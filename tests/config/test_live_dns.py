"""Resolvers are asked; what is wrong with them is told, with what to do."""

import pytest

from gatepost.config.live_dns import probe_resolvers
from gatepost.config.problems import Severity
from tests.config.texts import loaded
from tests.servers.loopback import free_port
from tests.servers.names import Fault, NameServer

ROOT = {"": {"NS": ["a.root-servers.test"]}}


async def found(*servers):
    change = {"dns": {"servers": list(servers), "timeout": "200ms", "deadline": "1s"}}
    return await probe_resolvers(loaded(change))


@pytest.mark.parametrize(
    ("validates", "words", "fix"),
    [(True, "and validates DNSSEC", False), (False, "but does not validate DNSSEC", True)],
)
async def test_one_that_answers_is_told_with_its_time_and_whether_it_validates(validates, words, fix):
    with NameServer(ROOT, validates=validates) as names:
        (problem,) = await found(names.where)
    assert (problem.severity, problem.section, problem.key) == (Severity.INFO, "dns", "servers")
    assert problem.message.startswith(f"{names.where} answers within ")
    assert problem.message.endswith(words)
    assert bool(problem.fix) is fix


async def test_one_that_does_not_answer_is_a_warning_that_says_what_to_do():
    with NameServer(ROOT) as names:
        names.fault = Fault.SILENT
        (problem,) = await found(names.where)
    assert problem.severity is Severity.WARNING
    expected = f"{names.where} gives no answer (timed out): nothing can be looked up of clients and senders"
    assert problem.message == expected
    assert "apt-get install unbound" in problem.fix and "[dns] servers" in problem.fix


async def test_beside_one_that_answers_another_is_only_asked_later():
    dead = f"127.0.0.1:{free_port()}"
    with NameServer(ROOT) as names:
        problems = await found(dead, names.where)
    assert [problem.rule for problem in problems] == ["dns.silent", "dns.answers"]
    assert problems[0].message == f"{dead} gives no answer (connection refused): it is asked after the others"


async def test_a_real_resolver_answers(start_unbound):
    with NameServer(ROOT) as names:
        (problem,) = await found(start_unbound(names.port).where)
    assert problem.rule == "dns.answers"
