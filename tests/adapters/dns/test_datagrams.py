import asyncio

import pytest

from gatepost.adapters.dns import datagrams
from gatepost.adapters.dns.datagrams import QUESTIONS, Datagrams
from gatepost.adapters.dns.settings import ServerAddress
from tests.adapters.dns.ears import Listening, Puppet, settled
from tests.servers.loopback import HOST, free_port

REST = b"\1\0rest of a question"


@pytest.fixture
def puppet():
    puppet = Puppet()
    yield puppet
    puppet.close()


@pytest.fixture
async def ways(puppet):
    made = []

    def to(where=None):
        made.append(Datagrams(where or puppet.where))
        return made[-1]

    yield to
    for way in made:
        way.close()


def ask(way, ear):
    return way.ask(asyncio.get_running_loop(), REST, ear)


async def test_an_answer_finds_who_asked_by_its_number(ways, puppet):
    way, ears = ways(), (Listening(), Listening())
    for ear in ears:
        ask(way, ear)
    questions = [await puppet.question(), await puppet.question()]
    assert [octets[2:] for octets, _ in questions] == [REST, REST]
    for (octets, who), text in zip(reversed(questions), (b"second", b"first"), strict=True):
        puppet.say(octets[:2] + text, who)
    for ear in ears:
        await ear.hear()
    assert [ear.octets[0][2:] for ear in ears] == [b"first", b"second"]


async def test_what_is_too_short_or_has_another_number_is_dropped(ways, puppet):
    way, ear = ways(), Listening()
    ask(way, ear)
    octets, who = await puppet.question()
    for wrong in (b"", b"\0", bytes((octets[0] ^ 1,)) + octets[1:]):
        puppet.say(wrong, who)
    puppet.say(octets[:2] + b"right", who)
    await ear.hear()
    assert [heard[2:] for heard in ear.octets] == [b"right"]


async def test_what_somebody_else_sends_is_not_heard(ways, puppet):
    way, ear, other = ways(), Listening(), Puppet()
    ask(way, ear)
    octets, who = await puppet.question()
    other.say(octets[:2] + b"forged", who)
    other.close()
    with pytest.raises(TimeoutError):
        await ear.hear(0.1)


async def test_who_has_left_hears_nothing(ways, puppet):
    way, ear = ways(), Listening()
    ticket = ask(way, ear)
    octets, who = await puppet.question()
    ticket.cancel()
    puppet.say(octets[:2] + b"late", who)
    with pytest.raises(TimeoutError):
        await ear.hear(0.1)


async def test_where_nobody_listens_all_who_wait_are_told(ways):
    way, ears = ways(ServerAddress(HOST, free_port())), (Listening(), Listening())
    for ear in ears:
        ask(way, ear)
    for ear in ears:
        await ear.hear()
        assert ear.reasons == ["connection refused"]


async def test_a_refusal_of_an_earlier_question_does_not_hinder_the_next(ways):
    way, first, second = ways(ServerAddress(HOST, free_port())), Listening(), Listening()
    ask(way, first)
    ask(way, second)  # the first refusal may already be there
    await second.hear()
    assert second.reasons == ["connection refused"]


async def test_numbers_and_ports_are_not_to_be_guessed(ways, puppet):
    way = ways()
    seen = set()
    for _ in range(QUESTIONS + 1):
        ticket = ask(way, Listening())
        seen.add(await puppet.question())
        ticket.cancel()
    assert len({octets[:2] for octets, _ in seen}) > QUESTIONS * 0.95
    assert len({who for _, who in seen}) == 2


async def test_a_port_that_was_left_is_closed_when_nobody_waits_there(ways, puppet):
    way, ear = ways(), Listening()
    ticket = ask(way, ear)
    before = way.port
    octets, who = await puppet.question()
    way.renew()
    assert not before.is_closed
    puppet.say(octets[:2] + b"answer", who)
    await ear.hear()
    ticket.cancel()
    assert before.is_closed


async def test_a_port_left_without_anybody_is_closed_at_once(ways):
    way = ways()
    ask(way, Listening()).cancel()
    before = way.port
    way.renew()
    assert before.is_closed


async def test_a_refusal_closes_a_port_that_was_left(ways):
    way, ear = ways(ServerAddress(HOST, free_port())), Listening()
    ask(way, ear)
    before = way.port
    way.renew()
    await ear.hear()
    await settled(lambda: before.is_closed)


async def test_an_overdue_answer_makes_the_next_question_go_from_another_port(ways, puppet):
    way = ways()
    ask(way, Listening())
    before = way.port
    now = asyncio.get_running_loop().time()
    way.late(now)
    assert way.port is before  # it has hardly been there
    way.late(now + datagrams.RENEWED_AFTER + 1)
    ask(way, Listening())
    assert way.port is not before


async def test_no_way_at_all_is_an_os_error(ways):
    with pytest.raises(OSError, match=r".+"):
        ask(ways(ServerAddress("192.0.2.1%nowhere", 53)), Listening())
    with pytest.raises(OSError, match=r".+"):
        ask(ways(ServerAddress("255.255.255.255", 53)), Listening())


async def test_closing_twice_does_no_harm(ways):
    way = ways()
    ask(way, Listening())
    way.close()
    way.close()
