"""What spamd is sent: our fields on top, and no stranger's line among them."""

from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.adapters.engines.arrival import sayable
from gatepost.adapters.engines.sample import in_memory
from gatepost.adapters.engines.spamd.requests import FENCE, fields, request
from tests.adapters.engines.telling import ARRIVAL

OURS = (
    b"Return-Path: <ann@sender.test>\r\n"
    b"Received: from mx.sender.test (mx1.sender.test [203.0.113.5])\r\n"
    b"\tby mx.example.com (Gatepost) with ESMTPS id t-1\r\n"
    b"\t(envelope-from <ann@sender.test>);\r\n"
    b"\tMon, 1 Jan 2024 10:00:00 +0000\r\n"
)


def sent(octets, user="", **more):
    pieces = request(structs.replace(ARRIVAL, **more), in_memory(octets), "mx.example.com", user)
    head, _, body = b"".join(pieces).partition(b"\r\n\r\n")
    return head, body


def test_the_message_stands_below_our_fields():
    assert sent(b"From: x\r\n\r\nhello") == (
        b"SYMBOLS SPAMC/1.5\r\nContent-length: %d" % (len(OURS) + 16), OURS + b"From: x\r\n\r\nhello",
    )  # fmt: skip


def test_the_user_is_told_where_there_is_one():
    assert sent(b"x", user="filter@example.com")[0].endswith(b"\r\nUser: filter@example.com")


def test_a_client_by_ipv6_is_told_as_such():
    assert b" [IPv6:2001:db8::5])" in fields(structs.replace(ARRIVAL, ip="2001:db8::5"), "mx.example.com")


def test_what_is_not_known_is_unknown():
    said = fields(structs.replace(ARRIVAL, helo="", name="", sender="", tls=False, esmtp=False), "mx.example.com")
    assert said.startswith(b"Return-Path: <>\r\nReceived: from unknown (unknown [203.0.113.5])\r\n")
    assert b" with SMTP id t-1;\r\n" in said


def test_of_a_client_that_is_not_known_nothing_is_told():
    assert fields(structs.replace(ARRIVAL, ip=""), "mx.example.com") == b"Return-Path: <ann@sender.test>\r\n"


@pytest.mark.parametrize("start", [b" (evil", b"\tx", b" \r\n"])
def test_a_message_that_begins_with_white_space_continues_no_field_of_ours(start):
    head, body = sent(start + b"\r\nFrom: x\r\n\r\nhello")
    assert body.startswith(OURS + FENCE + start)
    assert int(head.rpartition(b" ")[2]) == len(body)


@given(st.text(st.sampled_from('a@."()<>\\;, \t\r\n\0é'), max_size=20))
def test_whatever_the_sender_is_called_there_are_two_fields_and_the_client_is_ours(local):
    said = fields(structs.replace(ARRIVAL, sender=sayable(f"{local}@sender.test")), "mx.example.com")
    parsed = message_from_bytes(said + b"\r\n")
    assert parsed.keys() == ["Return-Path", "Received"]
    assert str(parsed["Received"]).startswith("from mx.sender.test (mx1.sender.test [203.0.113.5])")
    assert said.count(b"\r\n") == said.count(b"\n")
