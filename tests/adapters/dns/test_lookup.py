import asyncio
import time

import pytest

from gatepost.adapters.dns import records
from gatepost.adapters.dns.lookup import Failure, Lookup, rcode_text
from gatepost.adapters.dns.message import RecordType, Reply, question
from gatepost.adapters.dns.names import on_the_wire
from gatepost.adapters.dns.servers import Server
from gatepost.adapters.dns.settings import ServerAddress, server_address
from tests.adapters.dns.conftest import quick
from tests.adapters.dns.ears import open_sockets
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault, NameServer, Slow

NAME = "x.test"
GOOD = {NAME: {"TXT": ["text"]}}
ASKED = question(NAME, on_the_wire(NAME), RecordType.TXT)


@pytest.fixture
def other():
    with NameServer() as server:
        yield server


@pytest.fixture
async def looked_up():
    """What comes of one look-up at these servers, and how long it took."""
    made = []

    async def ask(*where, **settings):
        servers = [Server(server_address(one)) for one in where]
        made.extend(servers)
        loop = asyncio.get_running_loop()
        landed = loop.create_future()
        began = time.monotonic()
        lookup = Lookup(loop, quick(**settings), servers, ASKED, records.TXT.reading, landed.set_result)
        lookup.begin()
        outcome = await asyncio.wait_for(landed, 10)
        assert not lookup.attempts and not lookup.to_ask
        return outcome, time.monotonic() - began

    yield ask
    for server in made:
        server.datagrams.close()


async def test_an_answer_ends_it(looked_up, names):
    names.names = GOOD
    outcome, _ = await looked_up(names.where)
    assert outcome == Reply((b"text",), True, 300, False)
    assert len(names.asked) == 1


async def test_a_server_that_does_not_answer_is_asked_again(looked_up, names):
    names.fault = Fault.SILENT
    outcome, took = await looked_up(names.where, tries=3)
    assert outcome == Failure("timed out")
    assert len(names.asked) == 3
    assert 0.25 < took < 1.0


async def test_the_next_server_is_asked_when_the_first_is_silent(looked_up, names, other):
    names.fault, other.names = Fault.SILENT, GOOD
    outcome, took = await looked_up(names.where, other.where)
    assert outcome.records == (b"text",)
    assert (len(names.asked), len(other.asked)) == (1, 1)
    assert took < 0.5


async def test_servers_are_asked_in_turn(looked_up, names, other):
    names.fault = other.fault = Fault.SILENT
    await looked_up(names.where, other.where)
    assert (len(names.asked), len(other.asked)) == (2, 2)


async def test_an_answer_that_comes_late_is_as_good(looked_up, names):
    names.names = {NAME: {**GOOD[NAME], FAULT: Slow(0.15)}}  # each comes after the next question has gone out
    outcome, _ = await looked_up(names.where, tries=3)
    assert outcome.records == (b"text",)


async def test_the_deadline_ends_it_whatever_is_left_to_try(looked_up, names):
    names.fault = Fault.SILENT
    outcome, took = await looked_up(names.where, tries=10, deadline=0.35)
    assert outcome == Failure("timed out")
    assert 0.3 < took < 0.6


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault.SERVFAIL, "SERVFAIL"), (Fault.REFUSED, "REFUSED"), (Fault.CUT, "bad answer: cut off")],
)
async def test_a_server_that_answers_badly_is_not_asked_again(looked_up, names, fault, reason):
    names.names = {NAME: {"TXT": ["text" * 20], FAULT: fault}}
    outcome, took = await looked_up(names.where)
    assert outcome == Failure(reason)
    assert len(names.asked) == 1
    assert took < 0.1


async def test_but_the_next_is_at_once(looked_up, names, other):
    names.fault, other.names = Fault.SERVFAIL, GOOD
    outcome, took = await looked_up(names.where, other.where)
    assert outcome.records == (b"text",)
    assert took < 0.1


async def test_a_silent_server_is_waited_for_while_another_answers_badly(looked_up, names, other):
    names.names, other.fault = {NAME: {**GOOD[NAME], FAULT: Slow(0.15)}}, Fault.SERVFAIL
    outcome, _ = await looked_up(names.where, other.where, tries=1)
    assert outcome.records == (b"text",)


async def test_what_is_said_in_the_end_is_the_worst_that_was_heard(looked_up, names, other):
    names.fault, other.fault = Fault.SILENT, Fault.SERVFAIL
    outcome, _ = await looked_up(names.where, other.where)
    assert outcome == Failure("SERVFAIL")


async def test_where_nobody_listens_it_fails_before_the_deadline(looked_up):
    outcome, took = await looked_up(f"{HOST}:{free_port()}", f"{HOST}:{free_port()}")
    assert outcome == Failure("connection refused")
    assert took < 0.6


async def test_from_a_server_that_is_not_there_it_goes_on_at_once(looked_up, names):
    names.names = GOOD
    outcome, took = await looked_up(f"{HOST}:{free_port()}", names.where)
    assert outcome.records == (b"text",)
    assert took < 0.1


async def test_a_server_that_is_being_restarted_is_tried_again(looked_up):
    port = free_port()
    task = asyncio.get_running_loop().create_task(looked_up(f"{HOST}:{port}", tries=3))
    await asyncio.sleep(0.1)
    with NameServer(GOOD, port=port):
        outcome, _ = await task
    assert outcome.records == (b"text",)


async def test_no_way_to_any_server_is_a_failure(looked_up):
    outcome, _ = await looked_up("255.255.255.255", tries=1)
    assert isinstance(outcome, Failure) and outcome.reason


def test_a_code_without_a_name_is_told_by_its_number():
    assert (rcode_text(5), rcode_text(11)) == ("REFUSED", "rcode 11")


async def test_silence_is_counted_against_a_server(names):
    names.fault = Fault.SILENT
    server, landed = Server(ServerAddress(HOST, names.port)), asyncio.get_running_loop().create_future()
    Lookup(asyncio.get_running_loop(), quick(), [server], ASKED, records.TXT.reading, landed.set_result).begin()
    await landed
    assert (server.missed, server.reason) == (2, "timed out")
    server.datagrams.close()


async def test_nothing_is_left_open(looked_up, names):
    names.names = {NAME: {"TXT": ["x"], FAULT: Fault.SILENT_TCP}}
    before = open_sockets()
    await looked_up(names.where)
    await asyncio.sleep(0.05)
    assert open_sockets() <= before + 2  # the way to the server; the server's own end of a connection
