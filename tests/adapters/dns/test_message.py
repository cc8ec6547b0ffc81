"""Messages are made by dnspython, whose reading of RFC 1035 is not ours."""

import struct
from ipaddress import IPv4Address

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.adapters.dns import message, records
from gatepost.adapters.dns.message import RecordType, head, query, question, read
from gatepost.adapters.dns.names import BadMessage, on_the_wire

NAME = "mail.example.com"
SOA = "example.com. 900 IN SOA ns.example.com. root.example.com. 1 2 3 4 600"


def asked(kind=RecordType.A, name=NAME):
    return question(name, on_the_wire(name), kind)


def answer(*rows, kind="A", rcode="NOERROR", authority=(), flags=0, name=NAME):
    """Each row in the text of a zone file."""
    made = dns.message.make_response(dns.message.make_query(name, kind))
    made.flags |= flags
    made.set_rcode(dns.rcode.from_text(rcode))
    made.answer = [rrset(row) for row in rows]
    made.authority = [rrset(row) for row in authority]
    return made.to_wire(want_shuffle=False)


def rrset(row):
    name, ttl, in_class, kind, rest = row.split(maxsplit=4)
    return dns.rrset.from_text(name, int(ttl), in_class, kind, rest)


# ── questions ────────────────────────────────────────────────────────────────
def test_a_query_asks_for_recursion_and_whether_it_was_validated_with_edns():
    said = dns.message.from_wire(query(0x1234, asked(RecordType.TXT), edns=True))
    assert (said.id, dns.flags.to_text(said.flags)) == (0x1234, "RD AD")
    assert said.question[0].to_text() == "mail.example.com. IN TXT"
    assert (said.edns, said.payload) == (0, 1232)


def test_a_query_can_do_without_edns():
    assert dns.message.from_wire(query(1, asked(), edns=False)).edns == -1


# ── whose answer is it? ──────────────────────────────────────────────────────
def test_an_answer_to_the_question_is_ours_whatever_its_letters():
    octets = answer(name="MAIL.Example.COM", flags=dns.flags.TC, rcode="SERVFAIL")
    assert head(octets, asked()) == message.Head(True, 2, True)


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0" * 11,
        query(1, asked(), edns=True),  # our own, come back
        answer(kind="AAAA"),
        answer(name="elsewhere.example.com"),
        answer()[:20],
        dns.message.Message().to_wire(),
    ],
)
def test_anything_else_is_not(octets):
    assert not head(octets, asked()).is_ours


def test_an_old_server_may_complain_without_saying_of_what():
    bare = struct.pack("!6H", 1, 0x8001, 0, 0, 0, 0)
    assert head(bare, asked()) == message.Head(True, 1, False)


# ── answers ──────────────────────────────────────────────────────────────────
def test_records_come_in_the_order_of_the_answer_with_the_shortest_ttl():
    rows = ("mail.example.com. 300 IN A 192.0.2.2", "Mail.example.com. 60 IN A 192.0.2.1")
    reply = read(answer(*rows), asked(), records.ipv4)
    assert reply == message.Reply((IPv4Address("192.0.2.2"), IPv4Address("192.0.2.1")), True, 60, False)


def test_aliases_are_followed_in_any_order_and_their_ttl_counts():
    rows = (
        "c.example.net. 300 IN A 192.0.2.1",
        "b.example.net. 20 IN CNAME c.example.net.",
        "mail.example.com. 300 IN CNAME b.example.net.",
    )
    reply = read(answer(*rows), asked(), records.ipv4)
    assert (reply.records, reply.ttl) == ((IPv4Address("192.0.2.1"),), 20)


def test_records_of_others_are_no_answer():
    rows = ("elsewhere.example.com. 300 IN A 192.0.2.1", "mail.example.com. 300 IN TXT x")
    assert read(answer(*rows), asked(), records.ipv4).records == ()


def test_records_of_another_class_are_no_answer():
    octets = answer("mail.example.com. 300 IN A 192.0.2.1").replace(b"\0\1\0\1\0\0\1\x2c", b"\0\1\0\3\0\0\1\x2c")
    assert read(octets, asked(), records.ipv4).records == ()


@pytest.mark.parametrize(("rcode", "exists"), [("NOERROR", True), ("NXDOMAIN", False)])
def test_there_is_none_holds_as_long_as_the_soa_says(rcode, exists):
    reply = read(answer(rcode=rcode, authority=[SOA]), asked(), records.ipv4)
    assert reply == message.Reply((), exists, 600, False)


def test_there_is_none_behind_an_alias_holds_no_longer_than_the_alias():
    octets = answer("mail.example.com. 20 IN CNAME gone.example.com.", rcode="NXDOMAIN", authority=[SOA])
    assert read(octets, asked(), records.ipv4) == message.Reply((), False, 20, False)


def test_without_an_soa_nobody_knows_how_long():
    octets = answer(authority=["example.com. 900 IN NS ns.example.com."])
    assert read(octets, asked(), records.ipv4).ttl is None


def test_a_ttl_with_the_highest_bit_counts_as_none():
    octets = answer("mail.example.com. 305419896 IN A 192.0.2.1").replace(b"\x12\x34\x56\x78", b"\x80\0\0\1")
    assert read(octets, asked(), records.ipv4).ttl == 0


def test_that_the_server_has_validated_is_read():
    octets = answer("mail.example.com. 300 IN A 192.0.2.1", flags=dns.flags.AD)
    assert read(octets, asked(), records.ipv4).authentic


# ── hostile ones ─────────────────────────────────────────────────────────────
def chain(length):
    return [f"n{i}.example.com. 300 IN CNAME n{i + 1}.example.com." for i in range(length)]


def test_a_chain_of_aliases_has_an_end():
    name = "n0.example.com"
    rows = [*chain(message.ALIASES), f"n{message.ALIASES}.example.com. 300 IN A 192.0.2.1"]
    assert read(answer(*rows, name=name), asked(name=name), records.ipv4).records
    with pytest.raises(BadMessage, match="CNAMEs"):
        read(answer(*chain(message.ALIASES + 1), name=name), asked(name=name), records.ipv4)


def test_a_loop_of_aliases_is_refused():
    with pytest.raises(BadMessage, match="CNAMEs"):
        read(answer("mail.example.com. 300 IN CNAME mail.example.com."), asked(), records.ipv4)


def test_more_records_than_anything_that_means_well_are_refused():
    rows = [f"mail.example.com. 300 IN A 10.0.{i >> 8}.{i & 255}" for i in range(message.RECORDS + 1)]
    assert len(read(answer(*rows[:-1]), asked(), records.ipv4).records) == message.RECORDS
    with pytest.raises(BadMessage, match="more than 500 records"):
        read(answer(*rows), asked(), records.ipv4)


def test_an_answer_truncated_by_tcp_is_refused():
    with pytest.raises(BadMessage, match="truncated"):
        read(answer(flags=dns.flags.TC), asked(), records.ipv4)


def test_wherever_an_answer_is_cut_off_it_is_refused():
    whole = answer("mail.example.com. 300 IN A 192.0.2.1", "mail.example.com. 300 IN A 192.0.2.2")
    for end in range(12 + len(asked().octets), len(whole)):
        with pytest.raises(BadMessage, match="cut off"):
            read(whole[:end], asked(), records.ipv4)


def test_NET_11_a_length_past_the_end_is_refused():
    octets = answer("mail.example.com. 300 IN A 192.0.2.1")
    with pytest.raises(BadMessage, match="cut off"):
        read(octets.replace(b"\0\4\xc0\0\2\1", b"\xff\xff\xc0\0\2\1"), asked(), records.ipv4)


HEADER = st.tuples(*[st.sampled_from([0, 1, 2, 600, 0xFFFF])] * 3)
PIECES = st.lists(
    st.sampled_from(
        [b"\xc0\x0c", b"\0\1\0\1\0\0\1\0\0\4", b"\0\5\0\1\0\0\1\0\0\2", b"\xc0\x1c", b"\0\x06\0\1", b"\0", b"\x01a"]
    )
).map(b"".join)


@given(HEADER, PIECES, st.sampled_from([records.A, records.AAAA, records.MX, records.TXT, records.PTR]))
def test_no_octets_do_more_than_be_refused(counts, pieces, kind):
    mine = asked(kind.type)
    octets = struct.pack("!6H", 1, 0x8180, 1, *counts) + mine.octets + pieces
    try:
        reply = read(octets, mine, kind.reading)
    except BadMessage:
        return
    assert len(reply.records) <= message.RECORDS
