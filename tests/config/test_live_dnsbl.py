"""Block lists are asked for what they must have and must not have, through the resolvers of the configuration."""

import pytest

from gatepost.config.live import probe
from gatepost.config.live_dnsbl import probe_block_lists
from gatepost.config.problems import Severity
from tests.config.texts import loaded
from tests.servers.loopback import free_port
from tests.servers.names import Fault, NameServer

GOOD = {"2.0.0.127.bl.test": {"A": ["127.0.0.2"]}, "test.dbl.test": {"A": ["127.0.1.2"]}}
BL, DBL = {"zone": "bl.test"}, {"zone": "dbl.test", "what": ["sender"]}


def configured(server, *lists, **section):
    dns = {"servers": [server], "timeout": "200ms", "deadline": "1s", "tries": 1}
    return loaded({"dns": dns, "checks": {"dnsbl": {"enabled": True, "lists": list(lists), **section}}})


async def found(names, *lists, fault=None):
    with NameServer(names) as server:
        server.fault = fault
        return await probe_block_lists(configured(server.where, *lists))


async def test_lists_that_work_are_told_to_work():
    problems = await found(GOOD, BL, DBL)
    assert [(p.rule, p.severity, p.message) for p in problems] == [
        ("dnsbl.works", Severity.INFO, "bl.test works"), ("dnsbl.works", Severity.INFO, "dbl.test works"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "message", "fix"),
    [
        (
            {"*.bl.test": {"A": ["127.255.255.254"]}},
            "bl.test answers 127.255.255.254, an error (it does not answer public resolvers). It would be left alone",
            "a resolver of your own",
        ),
        (
            {"*.bl.test": {"A": ["127.0.0.2"]}},
            "bl.test has 127.0.0.1, which no list may have: it says yes to everything. It would be left alone",
            "spelled right",
        ),
        ({}, "bl.test does not have 127.0.0.2, its test entry", "test_entry"),
        ({"*.bl.test": {"A": ["203.0.113.80"]}}, "bl.test answers 203.0.113.80, which no list does", "given up"),
    ],
)
async def test_what_is_wrong_is_told_with_what_to_do(names, message, fix):
    (problem,) = await found(names, BL)
    assert (problem.rule, problem.severity) == ("dnsbl.faulty", Severity.WARNING)
    assert problem.message.startswith(message) and fix in problem.fix


async def test_the_place_in_the_file_is_told():
    problems = await found({**GOOD, "test.dbl.test": {"TXT": ["x"]}}, BL, {**DBL, "name": "Domains"})
    wrong = problems[1]
    assert (wrong.section, wrong.key, wrong.line > 0) == ("checks.dnsbl.lists #2", "zone", True)
    assert wrong.message.startswith("Domains does not have test")


async def test_a_list_without_answer_is_told():
    (problem,) = await found(GOOD, BL, fault=Fault.SERVFAIL)
    assert (problem.rule, problem.message) == ("dnsbl.silent", "bl.test gives no answer: it counts for nothing")


async def test_no_list_at_all_is_told():
    (problem,) = await probe_block_lists(configured(f"127.0.0.1:{free_port()}"))
    assert (problem.rule, problem.section, problem.key) == ("dnsbl.no-lists", "checks.dnsbl", "enabled")


async def test_lists_that_are_off_are_not_asked():
    with NameServer(GOOD) as server:
        assert await probe_block_lists(configured(server.where, BL, enabled=False)) == []
        assert server.asked == []


async def test_it_is_part_of_all_that_is_probed():
    with NameServer(GOOD) as server:
        assert "dnsbl.works" in {problem.rule for problem in await probe(configured(server.where, BL))}
