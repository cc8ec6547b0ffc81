"""The stages that checks are shown."""

from gatepost.model.address import Address, Domain
from gatepost.model.finding import Finding
from gatepost.model.samples import PLAIN_HEADER, TLS13, address, connect, data, fields, found, helo, mail, message, rcpt
from gatepost.model.stage import ConnectStage


def test_each_builder_takes_what_earlier_stages_have():
    at = message(client_ip="2001:db8::1", helo="x", sender="", tls=TLS13, messages_before=3, so_far=found("a.b"))
    assert (str(at.client_ip), at.helo, at.sender, at.tls, at.messages_before) == ("2001:db8::1", "x", None, TLS13, 3)
    assert tuple(at.so_far) == (Finding("a.b"),)


def test_every_stage_is_one_of_the_others():
    stages = (connect(), helo(), mail(), rcpt(), data(), message())
    assert all(isinstance(stage, ConnectStage) and stage.listener == "inbound" for stage in stages)


def test_an_address_is_cut_at_its_last_at():
    assert address('"a@b"@Example.com') == Address('"a@b"', Domain("example.com"))
    assert address("postmaster") == Address("postmaster", Domain(""))


def test_a_folded_field_is_one_field():
    first, second = fields(b"Subject: a\r\n b\r\nTo: c\r\n")
    assert (first.name, first.value, second.raw) == ("Subject", b"a b", b"To: c\r\n")


def test_a_message_measures_itself():
    at = message(PLAIN_HEADER, body=b"x" * 1200 + b"\r\n\xff\r\n", body_type="8BITMIME")
    whole = at.message
    assert whole.content.size == whole.size == len(b"".join(whole.content.chunks()))
    assert (whole.eight_bit, whole.longest_line, at.body, whole.header_octets) == (
        True,
        1202,
        "8BITMIME",
        len(PLAIN_HEADER),
    )
    assert [f.name for f in whole.fields("from")] == ["From"]


def test_recipients_of_data():
    assert data(("a@x", "b@y")).recipients == (address("a@x"), address("b@y"))
