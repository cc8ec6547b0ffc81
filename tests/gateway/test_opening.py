"""How a connection begins: PROXY header, who the client is, whether he may come in."""

from types import SimpleNamespace

import pytest

from gatepost.gateway.opening import PROXY_TIME, Opening, arrived, names_of, plain_address
from gatepost.model.phase import Phase
from gatepost.model.reply import Reply
from gatepost.model.trace import End
from tests.gateway.house import CLIENT, EHLO, MAIL, RCPT, House, MemoryTransport, rejecting

PROXIES = {"proxy_protocol": ["192.0.2.0/24", "2001:db8::/32"]}
HEADER = b"PROXY TCP4 203.0.113.5 192.0.2.1 4567 25\r\n"


def proxied(**more):
    listener = {**PROXIES, **more.pop("listener", {})}
    return House(listener=listener, **more)


def seen(house):
    """Whom checks and traces take for the client."""
    return [(trace.client_ip, trace.client_port) for trace in house.traces]


# ── without a proxy ──────────────────────────────────────────────────────────


def test_the_peer_is_the_client():
    house = House()
    house.client().go_away()
    assert seen(house) == [(CLIENT, 4025)] and house.traces[0].server == "192.0.2.1:25"


def test_our_end_is_written_as_it_is():
    house = House()
    house.client("2001:db8::7", here=("2001:db8::1", 25, 0, 0)).go_away()
    house.client("2001:db8::7", here=("2001:db8::1", 25, 0, 0)).go_away()
    assert {trace.server for trace in house.traces} == {"[2001:db8::1]:25"}


def test_who_is_gone_already_is_not_counted():
    house = House()
    transport = MemoryTransport(house.loop, peer=None)
    opening = transport.protocol = house.door()
    house.loop.do(opening.connection_made, transport)
    assert transport.was_aborted and house.room.taken == 0 and not house.traces


def test_a_proxy_header_from_a_stranger_is_an_unknown_command():
    client = House().client()
    client.hear()
    assert client.say(HEADER) == "500 5.5.1 Command not recognized\r\n"


@pytest.mark.parametrize(
    ("text", "ip"),
    [
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_an_address_is_plain(text, ip):
    assert str(plain_address(text)) == ip


def test_a_client_has_a_name_for_counts_and_one_for_people():
    assert names_of(plain_address("2001:db8::1:2:3:4")) == ("2001:db8::/64", "2001:db8::1:2:3:4")


# ── early talkers ────────────────────────────────────────────────────────────

EARLY = rejecting(Phase.CONNECT, when=lambda at: at.spoke_early, reply=Reply(554, "", "Wait for it"))


def test_octets_that_are_there_before_the_greeting_are_noticed():
    assert House(**EARLY).client(early=True).hear() == "554 Wait for it\r\n"
    assert House(**EARLY).client().hear().startswith("220 ")


def test_a_socket_that_cannot_be_asked_has_nothing():
    transport = MemoryTransport(House().loop)
    with open("/dev/null") as null:  # no octets can wait there
        transport._extra["socket"] = SimpleNamespace(fileno=null.fileno)
        assert not arrived(transport)


def test_what_stands_behind_a_proxy_header_was_said_too_early():
    client = proxied(**EARLY).client()
    assert client.say(HEADER + EHLO) == "554 Wait for it\r\n"


# ── behind a proxy ───────────────────────────────────────────────────────────


def test_from_a_proxy_nothing_is_said_before_its_header():
    house = proxied()
    client = house.client()
    assert client.hear() == "" and house.room.taken == 0
    assert client.say(HEADER).startswith("220 ")
    client.say(EHLO, MAIL, RCPT, b"QUIT\r\n")
    assert seen(house) == [("203.0.113.5", 4567)]


def test_the_header_may_come_in_pieces_with_the_first_command_behind_it():
    client = proxied().client()
    assert client.say(HEADER[:9], HEADER[9:-1]) == ""
    assert [line[:4] for line in client.say(HEADER[-1:] + EHLO).splitlines()][:2] == ["220 ", "250-"]


def test_counts_and_caps_are_the_clients():
    house = proxied(limits={"connections_per_client": 1})
    house.client().say(HEADER)
    assert house.client().say(HEADER).startswith("421 4.7.0 ")
    assert house.client().say(HEADER.replace(b"113.5", b"113.6")).startswith("220 ")


def test_a_health_check_of_the_proxy_is_the_proxys_own():
    house = proxied()
    client = house.client()
    client.say(b"PROXY UNKNOWN\r\n")
    client.go_away()
    assert seen(house) == [(CLIENT, 4025)]


@pytest.mark.parametrize(
    "octets", [EHLO, b"PROXY nonsense\r\n", b"PROXY " + b"x" * 200, b"\r\n\r\n\0\r\nQUIT\n" + b"\xff" * 20]
)
def test_from_a_proxy_anything_else_is_cut_off_unheard(octets):
    house = proxied()
    client = house.client()
    assert client.say(octets) == "" and client.is_closed and client.transport.was_aborted
    assert house.room.taken == 0 and not house.traces


def test_a_header_that_does_not_come_is_not_waited_for():
    house = proxied()
    client = house.client()
    house.loop.advance(PROXY_TIME - 0.5)
    assert not client.is_closed
    house.loop.advance(1.0)
    assert client.is_closed and client.transport.was_aborted
    house.loop.advance(10)
    assert house.loop.is_idle


def test_a_header_that_came_in_time_leaves_its_client_alone():
    house = proxied()
    client = house.client()
    client.say(HEADER)
    house.loop.advance(3 * PROXY_TIME)
    assert not client.is_closed


def test_a_proxy_that_goes_away_is_forgotten():
    house = proxied()
    client = house.client()
    client.say_nothing_more()
    assert client.is_closed
    house.loop.advance(PROXY_TIME)
    assert house.loop.is_idle and not house.traces


def test_octets_for_nobody_are_not_read():
    opening = Opening(House().door)
    opening.data_received(b"x")
    assert opening.look(0.0) == 0.0


def test_what_the_proxy_says_of_tls_is_the_clients():
    house = proxied(finds=((Phase.MAIL, "odd.thing", lambda at: at.tls is None),))
    header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11"
    addresses = bytes((203, 0, 113, 5, 192, 0, 2, 1)) + (4567).to_bytes(2) + (25).to_bytes(2)
    version = b"\x21" + (7).to_bytes(2) + b"TLSv1.3"
    tls = b"\x20" + (5 + len(version)).to_bytes(2) + b"\x01\0\0\0\0" + version
    client = house.client()
    client.say(header + (len(addresses) + len(tls)).to_bytes(2) + addresses + tls)
    assert "STARTTLS" not in client.say(EHLO)
    client.say(MAIL, b"QUIT\r\n")
    assert house.traces[0].tls.version == "TLSv1.3" and house.traces[0].end is End.ABANDONED


def test_a_bug_while_a_connection_opens_leaves_none_that_nobody_ends():
    house = House()
    house.listener.ids.next = lambda now: 1 / 0
    client = house.client()
    assert client.is_closed and [(where, type(error)) for where, error in house.bugs] == [
        ("opening", ZeroDivisionError)
    ]
    assert house.loop.is_idle


# ── coming in ────────────────────────────────────────────────────────────────


def test_a_trusted_relay_is_not_capped():
    house = House(limits={"connections_per_client": 1}, trusted=("192.0.2.0/24",))
    assert [house.client().hear()[:3] for _ in range(3)] == ["220"] * 3


def test_without_descriptors_clients_are_told_to_come_back():
    house = House(room=1)
    assert [house.client(f"192.0.2.{n}").hear() for n in range(2)] == [
        "220 mx.example.com ESMTP\r\n", "421 4.3.2 Too busy, try again later\r\n",
    ]  # fmt: skip
