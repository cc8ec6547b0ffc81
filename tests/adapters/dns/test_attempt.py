import asyncio
import struct

import dns.message
import dns.rcode
import pytest

from gatepost.adapters.dns import attempt as module
from gatepost.adapters.dns.attempt import Attempt
from gatepost.adapters.dns.message import RecordType, question
from gatepost.adapters.dns.names import on_the_wire
from gatepost.adapters.dns.servers import Server
from gatepost.adapters.dns.settings import ServerAddress
from tests.adapters.dns.ears import Puppet, settled
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault

NAME = "x.test"
ASKED = question(NAME, on_the_wire(NAME), RecordType.TXT)


class Judging:
    """A `Judge` that keeps what it is told."""

    def __init__(self):
        self.outcome = asyncio.get_running_loop().create_future()

    def told(self, attempt, octets, rcode):
        self.outcome.set_result((rcode, dns.message.from_wire(octets)))

    def failed(self, attempt, reason):
        self.outcome.set_result(reason)

    async def hear(self, seconds=2.0):
        return await asyncio.wait_for(asyncio.shield(self.outcome), seconds)


@pytest.fixture
async def attempted():
    """Begins an attempt at a port of 127.0.0.1."""
    servers = []

    def begin(port):
        servers.append(Server(ServerAddress(HOST, port)))
        judge = Judging()
        attempt = Attempt(asyncio.get_running_loop(), servers[-1], ASKED, judge)
        attempt.begin()
        return attempt, judge

    yield begin
    for server in servers:
        server.datagrams.close()


async def test_an_answer_by_udp_is_told_with_its_code(attempted, names):
    names.names = {NAME: {"TXT": ["text"]}}
    rcode, answer = await attempted(names.port)[1].hear()
    assert (rcode, answer.answer[0][0].strings) == (0, (b"text",))
    assert [asked.by for asked in names.asked] == ["udp"]


async def test_a_truncated_answer_is_asked_for_by_tcp(attempted, names):
    names.names = {NAME: {"TXT": [b"x" * 60000]}}
    attempt, judge = attempted(names.port)
    _, answer = await judge.hear()
    assert b"".join(answer.answer[0][0].strings) == b"x" * 60000
    assert [asked.by for asked in names.asked] == ["udp", "tcp"]
    assert attempt.server.streams == 0


async def test_a_server_that_is_silent_by_tcp_gives_no_answer(attempted, names):
    names.names = {NAME: {"TXT": ["x"], FAULT: Fault.SILENT_TCP}}
    attempt, judge = attempted(names.port)
    with pytest.raises(TimeoutError):
        await judge.hear(0.2)
    assert attempt.server.streams == 1
    attempt.cancel()
    assert attempt.server.streams == 0


async def test_connections_to_one_server_have_a_limit(attempted, names, monkeypatch):
    monkeypatch.setattr(module, "STREAMS", 0)
    names.names = {NAME: {"TXT": ["x"], FAULT: Fault.TRUNCATED}}
    assert await attempted(names.port)[1].hear() == "too many connections"


@pytest.mark.parametrize("fault", [Fault.WRONG_ID, Fault.WRONG_NAME, Fault.GARBAGE, Fault.SILENT])
async def test_a_datagram_that_is_not_the_answer_is_passed_over(attempted, names, fault):
    names.names = {NAME: {"TXT": ["x"], FAULT: fault}}
    attempt, judge = attempted(names.port)
    with pytest.raises(TimeoutError):
        await judge.hear(0.2)
    attempt.cancel()


async def test_the_true_answer_counts_though_a_forged_one_came_first(attempted):
    puppet = Puppet()
    _, judge = attempted(puppet.where.port)
    octets, who = await puppet.question()
    answer = dns.message.make_response(dns.message.from_wire(octets))
    forged = dns.message.make_response(dns.message.make_query("elsewhere.test", "TXT"))
    forged.id = answer.id
    puppet.say(forged.to_wire(), who)
    puppet.say(answer.to_wire(), who)
    puppet.close()
    rcode, heard = await judge.hear()
    assert (rcode, heard.question) == (0, answer.question)


async def test_by_tcp_an_answer_to_another_question_is_none(attempted, names):
    names.names = {NAME: {"TXT": ["x"], FAULT: Fault.SILENT_TCP}}
    attempt, judge = attempted(names.port)
    await settled(lambda: attempt.by_tcp)
    elsewhere = dns.message.make_response(dns.message.make_query("elsewhere.test", "TXT"))
    attempt.heard(elsewhere.to_wire())
    assert await judge.hear() == "the answer is to another question"


@pytest.mark.parametrize("is_bare", [True, False])
@pytest.mark.parametrize("rcode", [dns.rcode.FORMERR, dns.rcode.NOTIMP])
async def test_a_server_that_does_not_know_edns_is_asked_without(attempted, rcode, is_bare):
    puppet = Puppet()
    _, judge = attempted(puppet.where.port)
    octets, who = await puppet.question()
    assert dns.message.from_wire(octets).edns == 0
    bare = struct.pack("!2s5H", octets[:2], 0x8000 | rcode, 0, 0, 0, 0)
    complaint = dns.message.make_response(dns.message.from_wire(octets))
    complaint.set_rcode(rcode)
    puppet.say(bare if is_bare else complaint.to_wire(), who)
    octets, who = await puppet.question()
    plain = dns.message.from_wire(octets)
    assert plain.edns == -1
    puppet.say(dns.message.make_response(plain).to_wire(), who)
    puppet.close()
    assert (await judge.hear())[0] == 0


async def test_where_nobody_listens_the_attempt_has_failed(attempted):
    assert await attempted(free_port())[1].hear() == "connection refused"


async def test_any_answer_shows_that_the_server_is_there(attempted, names):
    names.fault = Fault.SERVFAIL
    attempt, judge = attempted(names.port)
    attempt.server.missed_one(0.0, "timed out")
    assert (await judge.hear())[0] == dns.rcode.SERVFAIL
    assert attempt.server.missed == 0
