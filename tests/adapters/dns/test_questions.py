import asyncio
import time

import dns.message
import pycares
import pytest
from aiodns.error import ARES_ENOMEM, DNSError
from pycares import ARecordData, PTRRecordData

from gatepost.adapters.dns import questions as module
from gatepost.adapters.dns.names import is_askable
from gatepost.adapters.dns.outcome import EMPTY, EXPIRED, Failure, Told
from gatepost.adapters.dns.questions import Questions, outcome_of
from gatepost.adapters.dns.records import RecordType
from gatepost.adapters.dns.servers import RESOLV_CONF, Servers
from gatepost.adapters.dns.settings import server_address
from tests.adapters.dns.conftest import quick
from tests.adapters.dns.ears import open_sockets, settled
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault, NameServer, Slow

NAME = "x.test"
GOOD = {NAME: {"TXT": ["text"]}}


@pytest.fixture
def other():
    with NameServer() as server:
        yield server


@pytest.fixture
async def asking():
    """Makes `Questions` to these servers."""
    made = []

    def make(*where, resolv_conf=RESOLV_CONF, **settings):
        servers = Servers(tuple(map(server_address, where)), resolv_conf)
        made.append(Questions(quick(**settings), servers))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def looked_up(asking):
    """What comes of one question at these servers, and how long it took."""

    async def ask(*where, name=NAME, kind=RecordType.TXT, **settings):
        return await told(asking(*where, **settings), name, kind)

    return ask


async def told(asking, name=NAME, kind=RecordType.TXT):
    began = time.monotonic()
    question = asking.ask(asyncio.get_running_loop(), name, kind)
    await asyncio.wait([question], timeout=10)
    return outcome_of(question), time.monotonic() - began


async def test_an_answer_ends_it(looked_up, names):
    names.names = GOOD
    outcome, _ = await looked_up(names.where)
    assert [(row.name, row.ttl, row.data.data) for row in outcome.result.answer] == [(NAME, 300, b"text")]
    assert len(names.asked) == 1


async def test_there_is_none_and_there_is_no_such_name_are_told_apart(looked_up, names):
    names.names = {**GOOD, "lost.test": {"CNAME": "nobody.test"}}
    assert (await looked_up(names.where, kind=RecordType.A))[0] == Told(EMPTY)
    assert (await looked_up(names.where, name="nobody.test"))[0] == Told(EMPTY, exists=False)
    assert (await looked_up(names.where, name="lost.test"))[0] == Told(EMPTY, exists=False)


async def test_a_truncated_answer_is_asked_for_by_tcp(looked_up, names):
    names.names = {NAME: {"TXT": [b"x" * 60_000]}}
    outcome, _ = await looked_up(names.where, timeout=1)
    assert outcome.result.answer[0].data.data == b"x" * 60_000
    assert [asked.by for asked in names.asked] == ["udp", "tcp"]


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (Fault.SILENT, EXPIRED),
        (Fault.SILENT_TCP, EXPIRED),
        (Fault.WRONG_ID, EXPIRED),
        (Fault.WRONG_NAME, EXPIRED),
        (Fault.GARBAGE, Failure("bad answer")),
        (Fault.CUT, Failure("bad answer")),
        (Fault.SERVFAIL, Failure("SERVFAIL")),
        (Fault.REFUSED, Failure("REFUSED")),
    ],
)
async def test_what_is_no_answer_is_a_failure(looked_up, names, fault, failure):
    names.names = {NAME: {"TXT": ["text" * 20], FAULT: fault}}
    outcome, took = await looked_up(names.where)
    assert outcome == failure
    assert took < 1


class Raw(asyncio.DatagramProtocol):
    """Answers with one record of these octets, whatever is asked."""

    def __init__(self, record):
        self.record = record

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, octets, address):
        asked = dns.message.from_wire(octets)
        question = octets[12:].split(b"\0", 1)[0] + b"\0"
        header = octets[:2] + bytes.fromhex("8180 0001 0001 0000 0000")
        kind = asked.question[0].rdtype.to_bytes(2)
        self.transport.sendto(header + question + kind + b"\0\1" + self.record, address)


OWNER, TTL_60 = b"\xc0\x0c", bytes.fromhex("0001 0000003c")
A_ROW, PTR_ROW, TXT_ROW = (OWNER + kind.to_bytes(2) + TTL_60 for kind in (1, 12, 16))


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        pytest.param(RecordType.A, b"\xc0\x1c" + A_ROW[2:] + b"\0\4abcd", id="pointer forwards"),
        pytest.param(RecordType.PTR, PTR_ROW + b"\0\2\xc0\x24", id="pointer to itself"),
        pytest.param(RecordType.PTR, PTR_ROW + b"\0\4\x01a\xc0\x24", id="pointer loop"),
        pytest.param(RecordType.PTR, PTR_ROW + b"\0\x42\x40" + b"a" * 64 + b"\0", id="label over 63"),
    ],
)
async def test_NET_10_a_name_that_is_none_is_no_answer(looked_up, kind, record):
    assert await raw(looked_up, kind, record) == Failure("bad answer")


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        pytest.param(RecordType.A, A_ROW + b"\0\3abc", id="A with 3"),
        pytest.param(RecordType.A, A_ROW + b"\xff\xffabcd", id="past the end"),
        pytest.param(RecordType.PTR, PTR_ROW + b"\0\0", id="PTR of nothing"),
        pytest.param(RecordType.TXT, TXT_ROW + b"\0\4\5abc", id="TXT longer than its record"),
    ],
)
async def test_NET_11_data_of_another_length_are_refused(looked_up, kind, record):
    assert await raw(looked_up, kind, record) == Failure("bad answer")


async def raw(looked_up, kind, record):
    """What comes of a question that is answered with this record."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: Raw(record), (HOST, 0))
    outcome, _ = await looked_up(f"{HOST}:{transport.get_extra_info('sockname')[1]}", kind=kind)
    transport.close()
    return outcome


@pytest.mark.parametrize(
    ("kind", "record", "content"),
    [
        pytest.param(RecordType.A, A_ROW + b"\0\x10" + b"\1" * 16, ARecordData("1.1.1.1"), id="A with 16"),
        pytest.param(RecordType.PTR, PTR_ROW + b"\0\4\x01a\0\0", PTRRecordData("a"), id="PTR longer than its name"),
    ],
)
async def test_NET_11_what_stands_behind_the_data_is_not_read(looked_up, kind, record, content):
    outcome = await raw(looked_up, kind, record)
    assert [row.data for row in outcome.result.answer] == [content]


async def test_NET_10_a_name_that_is_too_long_can_be_read_but_not_asked(looked_up):
    outcome = await raw(looked_up, RecordType.PTR, PTR_ROW + b"\1\x01" + (b"\x3f" + b"a" * 63) * 4 + b"\0")
    (row,) = outcome.result.answer
    assert not is_askable(row.data.dname)


async def test_a_server_that_does_not_answer_is_asked_again(looked_up, names):
    names.fault = Fault.SILENT
    await looked_up(names.where, tries=3)
    assert len(names.asked) == 3


async def test_the_next_server_is_asked_when_the_first_is_silent(looked_up, names, other):
    names.fault, other.names = Fault.SILENT, GOOD
    outcome, took = await looked_up(names.where, other.where)
    assert outcome.result.answer
    assert (len(names.asked), len(other.asked)) == (1, 1)
    assert took < 0.5


async def test_one_that_was_silent_is_asked_after_the_others(asking, names, other):
    names.fault, other.names = Fault.SILENT, {"*.test": {"TXT": ["text"]}}
    questions = asking(names.where, other.where)
    for i in range(10):
        outcome, _ = await told(questions, f"n{i}.test")
        assert outcome.result.answer
    assert len(names.asked) < 5


async def test_servers_are_asked_in_turn(looked_up, names, other):
    names.fault = other.fault = Fault.SILENT
    await looked_up(names.where, other.where)
    assert (len(names.asked), len(other.asked)) == (2, 2)


async def test_an_answer_that_comes_late_is_as_good(looked_up, names):
    names.names = {NAME: {**GOOD[NAME], FAULT: Slow(0.15)}}  # it comes after the next question has gone out
    outcome, _ = await looked_up(names.where, tries=3)
    assert outcome.result.answer


async def test_after_a_failure_the_next_is_asked_at_once(looked_up, names, other):
    names.fault, other.names = Fault.SERVFAIL, GOOD
    outcome, took = await looked_up(names.where, other.where)
    assert outcome.result.answer
    assert took < 0.1


async def test_where_nobody_listens_it_fails_at_once_and_the_next_is_asked(looked_up, names):
    nobody = f"{HOST}:{free_port()}"
    outcome, took = await looked_up(nobody)
    assert outcome == Failure("connection refused", is_silence=True)
    assert took < 0.3
    names.names = GOOD
    outcome, took = await looked_up(nobody, names.where)
    assert outcome.result.answer
    assert took < 0.1


async def test_no_way_to_any_server_is_a_failure(looked_up):
    outcome, _ = await looked_up("255.255.255.255", tries=1)
    assert isinstance(outcome, Failure) and outcome.reason


async def test_names_that_c_ares_does_not_take_are_asked_all_the_same(looked_up, names):
    names.names = {"jack+list.test": {"TXT": ["text"]}}
    outcome, _ = await looked_up(names.where, name="jack+list.test")
    assert outcome.result.answer[0].data.data == b"text"


async def test_unusual_names_take_no_more_than_some_threads(asking, names):
    names.names = {"*.test": {"TXT": ["text"], FAULT: Slow(0.05)}}
    questions = asking(names.where, timeout=1, deadline=5)
    outcomes = await asyncio.gather(*(told(questions, f"n+{i}.test") for i in range(40)))
    assert all(outcome.result.answer for outcome, _ in outcomes)
    assert len(questions.threads._threads) == module.THREADS


async def test_a_question_that_was_given_up_has_no_answer(asking, names):
    names.fault = Fault.SILENT
    for name in (NAME, "n+.test"):
        question = asking(names.where).ask(asyncio.get_running_loop(), name, RecordType.TXT)
        question.cancel()
        await asyncio.wait([question])
        assert outcome_of(question) == EXPIRED


async def test_a_system_without_a_socket_left_is_a_failure(asking, monkeypatch):
    def fail(*_):
        raise pycares.AresError("Failed to initialize c-ares channel")

    monkeypatch.setattr(module, "Channel", fail)
    outcome, _ = await told(asking("127.0.0.1"))
    assert outcome == Failure("no socket to be had", is_silence=True)


@pytest.mark.parametrize(
    ("error", "reason"), [(DNSError(ARES_ENOMEM, "Out of memory"), "out of memory"), (KeyError(), "keyerror")]
)
async def test_any_other_error_is_a_failure(error, reason):
    question = asyncio.get_running_loop().create_future()
    question.set_exception(error)
    assert outcome_of(question) == Failure(reason)


async def test_other_resolvers_of_the_system_are_used_from_now_on(asking, names, other, tmp_path):
    names.names = other.names = GOOD
    path = tmp_path / "resolv.conf"
    path.write_text("")
    questions = asking(resolv_conf=path)
    questions.servers.all = (server_address(names.where),)
    await told(questions)
    path.write_text("nameserver 192.0.2.1\n")
    questions.tick()
    assert questions.channel.nameservers == ["192.0.2.1"]


async def test_nothing_is_open_before_the_first_question_and_after_the_end(asking, names):
    names.names = GOOD
    before = open_sockets()
    questions = asking(names.where)
    assert (questions.channel, questions.threads) == (None, None)
    await told(questions)
    await told(questions, "n+.test")
    questions.close()
    await settled(lambda: open_sockets() == before)
