import socket
import threading

import dns.message
import pytest

from gatepost.adapters.dns.exchange import NoAnswer, exchange
from gatepost.adapters.dns.settings import ServerAddress
from tests.servers.loopback import HOST, free_port
from tests.servers.names import FAULT, Fault

NAME = "x.test"


def asked(port, seconds=0.2):
    return exchange(ServerAddress(HOST, port), dns.message.make_query(NAME, "TXT", payload=1232), seconds)


def test_an_answer_by_udp(names):
    names.names = {NAME: {"TXT": ["text"]}}
    assert asked(names.port).answer[0][0].strings == (b"text",)
    assert [question.by for question in names.asked] == ["udp"]


def test_one_that_is_cut_short_is_asked_for_by_tcp(names):
    names.names = {NAME: {"TXT": [b"x" * 60_000]}}
    assert b"".join(asked(names.port, 2).answer[0][0].strings) == b"x" * 60_000
    assert [question.by for question in names.asked] == ["udp", "tcp"]


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.SILENT_TCP, Fault.WRONG_ID, Fault.WRONG_NAME, Fault.GARBAGE])
def test_what_is_not_the_answer_is_passed_over(names, fault):
    names.names = {NAME: {"TXT": ["text"], FAULT: fault}}
    with pytest.raises(NoAnswer, match="timed out") as raised:
        asked(names.port)
    assert raised.value.is_silence


def test_where_nobody_listens_that_is_told_at_once():
    with pytest.raises(NoAnswer, match="connection refused") as raised:
        asked(free_port(), 5)
    assert raised.value.is_silence


def test_no_way_at_all_is_no_answer():
    with pytest.raises(NoAnswer, match=r".+"):
        exchange(ServerAddress("255.255.255.255", 53), dns.message.make_query(NAME, "TXT"), 0.2)


@pytest.mark.parametrize("answer", [b"", b"\0\3abc"])
def test_nonsense_by_tcp_is_a_bad_answer(answer):
    with socket.create_server((HOST, 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        where = tcp.getsockname()
        udp.bind(where)

        def serve():
            octets, who = udp.recvfrom(4096)
            cut = dns.message.make_response(dns.message.from_wire(octets))
            cut.flags |= dns.flags.TC
            udp.sendto(cut.to_wire(), who)
            connection, _ = tcp.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer, match="bad answer") as raised:
            asked(where[1], 2)
        assert not raised.value.is_silence
        thread.join()
