"""What is said when, and who has to go."""

from gatepost.model.reply import Reply
from tests.gateway.house import EHLO, MAIL, House

GO = Reply(421, "4.3.2", "Go")


def parted(client):
    client.loop.do(client.connection.part_with, GO)
    return client.hear()


def test_a_last_word_is_said_between_commands():
    client = House().greeted()
    assert parted(client) == "421 4.3.2 Go\r\n" and client.transport.ended


def test_a_client_that_waits_for_an_answer_gets_it_and_no_last_word_before():
    client = House(tarpit={"delay": 10, "maximum": 10}).greeted()
    client.say(b"XYZZY\r\n")
    assert parted(client) == ""
    client.loop.advance(10)
    assert client.hear().startswith("500 ")


def test_nobody_is_told_twice():
    client = House().greeted()
    parted(client)
    client.loop.do(client.connection.settle)
    client.loop.do(client.connection.end)
    assert client.hear() == "" and not client.is_closed


def test_in_a_handshake_nothing_can_be_said():
    client = House().greeted()
    client.connection.handshaking = client.connection.busy = True
    assert client.loop.do(client.connection.evict)
    assert client.hear() == "" and client.transport.was_aborted


def test_who_waits_is_not_evicted():
    client = House(tarpit={"delay": 10, "maximum": 10}).greeted()
    client.say(b"XYZZY\r\n")
    assert not client.loop.do(client.connection.evict)


def test_between_transactions_a_connection_may_have_to_make_room():
    house = House()
    client = house.client()
    queued = [len(house.admission.idle)]
    for command in (EHLO, MAIL, b"RSET\r\n", MAIL, b"NOOP\r\n", b"QUIT\r\n"):
        client.say(command)
        queued.append(len(house.admission.idle))
    assert queued == [1, 1, 0, 1, 0, 0, 0]


def test_a_client_that_has_gone_is_settled():
    client = House().greeted()
    connection = client.connection
    client.go_away()
    client.loop.do(connection.settle)
    assert not client.house.admission.idle
