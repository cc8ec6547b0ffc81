"""What the backend gets: our fields, the header without what only the inside may say, the body as it came."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gatepost.gateway.outgoing import Outgoing, outgoing, received
from gatepost.model.message import Message
from gatepost.model.samples import TLS13, Octets, data
from gatepost.syntax.header import read_header

HOST, PREFIX = "mx.example.com", "x-gateway-"
DATE = "Mon, 1 Jan 2024 10:00:00 +0000"
OURS = b"Received: ours\r\n"


def whole(header, body=b"Hi.\r\n"):
    """A message of these octets, read as the gateway reads it."""
    octets = header + b"\r\n" + body
    fields, size, _ = read_header(octets)
    return Message(size=len(octets), header=fields, header_octets=size, content=Octets(octets))


def sent(header, *, outside=True, prefix=PREFIX):
    """The header that the backend gets, without ours."""
    payload = outgoing(whole(header), OURS, prefix, HOST, outside=outside)
    octets = b"".join(payload.chunks())
    assert len(octets) == payload.size and octets.startswith(OURS) and octets.endswith(b"\r\nHi.\r\n")
    return octets[len(OURS) :].removesuffix(b"\r\nHi.\r\n")


# ── the header is cleaned ────────────────────────────────────────────────────

INSIDE = [
    b"X-MS-Exchange-Organization-SCL: -1", b"x-ms-exchange-organization-AuthAs: Internal",
    b"X-MS-Exchange-Forest-RulesExecuted: x", b"X-MS-Exchange-CrossPremises-Foo: x", b"X-SCL: -1", b"X-Spam-Flag: NO",
    b"x-spam-status: No", b"X-Spam-Level:", b"X-Spam-Score: -9", b"X-Spam: no", b"X-Gateway-Tag: x", b"X-GATEWAY-X: y",
    b"X-SCL : -1", b"X-SCL\t: -1", b"X-SCL \t : -1", b"X-SCL\r\n : -1", b"X-SCL:\r\n -1\r\n\tand more",
    b"Authentication-Results: mx.example.com; spf=pass", b"authentication-results:MX.Example.COM;spf=pass",
    b"Authentication-Results : mx.example.com; spf=pass", b"Authentication-Results: mx.example.com 1; spf=pass",
    b"Authentication-Results:\r\n\tmx.example.com;\r\n\tspf=pass",
    b"Authentication-Results: \"mx.example.com\"; spf=pass",
    b"Authentication-Results: (a (nested) comment) mx.example.com; spf=pass",
    b"Authentication-Results: (one)\r\n (two \\) still) mx.example.com; spf=pass",
    b"Authentication-Results: mx.example.com(comment); spf=pass", b"Authentication-Results: mx.example.com",
    b"Authentication-Results: \"mx\\.example.com\"; spf=pass", b"Authentication-Results: mx.example.com.; spf=pass",
    b"Authentication-Results\r\n : mx.example.com; spf=pass",
]  # fmt: skip

OTHERS = [
    b"X-MS-Exchange-Calendar: x", b"X-Spammer: x", b"X-Mailer: y", b"X-Gateways: x", b"A-Gateway-Tag: x", b"SCL: 1",
    b"Authentication-Results: mx.example.net; spf=pass", b"Authentication-Results: other; x=mx.example.com",
    b"Authentication-Results: (mx.example.com) other; spf=pass", b"Authentication-Results:",
    b"Authentication-Results: ;",
    b"Authentication-Results: (never closed mx.example.com; spf=pass",
    b"ARC-Authentication-Results: i=1; mx.example.com",
    b"Authentication-Results: notmx.example.com; x", b"no field at all", b": nameless", b"Subject: X-SCL: 1",
]  # fmt: skip


@pytest.mark.parametrize("field", INSIDE)
def test_by_what_the_inside_would_believe_a_stranger_is_taken_out(field):
    header = b"From: a@b.example\r\n" + field + b"\r\nSubject: x\r\n"
    assert sent(header) == b"From: a@b.example\r\nSubject: x\r\n"


@pytest.mark.parametrize("field", INSIDE)
def test_from_the_inside_everything_passes(field):
    assert sent(field + b"\r\n", outside=False) == field + b"\r\n"


@pytest.mark.parametrize("field", OTHERS)
def test_everything_else_passes_as_it_came(field):
    header = b"From: a@b.example\r\n" + field + b"\r\nX-SCL: 5\r\n"
    assert sent(header) == b"From: a@b.example\r\n" + field + b"\r\n"


@pytest.mark.parametrize("name", [b"Mailgate-Tag", b"MAILGATE-x", b"mailgate-Tag "])
def test_our_own_prefix_is_ours_whatever_it_begins_with(name):
    header = b"From: a@b.example\r\n" + name + b": forged\r\nMailgates: x\r\n"
    assert sent(header, prefix="mailgate-") == b"From: a@b.example\r\nMailgates: x\r\n"


def test_a_header_of_nothing_else_is_emptied():
    assert sent(b"X-SCL: 1\r\nX-Spam-Flag: NO\r\n") == b""


def test_a_message_with_nothing_to_take_out_is_handed_on_as_it_is_kept():
    before = whole(b"From: a@b.example\r\nX-Mailer: x\r\n")
    assert outgoing(before, OURS, PREFIX, HOST, outside=True) == Outgoing(OURS, before.content)


def test_dots_stay_stuffed():
    assert sent(b"..X: y\r\nX-SCL: 1\r\nSubject: a\r\n") == b"..X: y\r\nSubject: a\r\n"


FIELDS = st.lists(st.sampled_from([*INSIDE, *OTHERS]), max_size=8)


@given(FIELDS)
def test_what_is_left_is_what_was_there_less_what_was_taken_out(fields):
    header = b"".join(b"%s\r\n" % field for field in fields)
    assert sent(b"A: b\r\n" + header) == b"A: b\r\n" + b"".join(b"%s\r\n" % f for f in fields if f not in INSIDE)


def tagged(header, *, outside=True):
    payload = outgoing(whole(header), OURS, PREFIX, HOST, outside=outside, subject_tag=b"[EXTERNAL]")
    octets = b"".join(payload.chunks())
    assert len(octets) == payload.size and octets.endswith(b"\r\nHi.\r\n")
    return octets.removesuffix(b"\r\nHi.\r\n")


def test_the_subject_of_mail_from_strangers_can_be_tagged():
    assert tagged(b"A: 1\r\nSUBJECT:  Hello\r\n you\r\nB: 2\r\n") == (
        OURS + b"A: 1\r\nSUBJECT: [EXTERNAL] Hello\r\n you\r\nB: 2\r\n"
    )


def test_a_reply_to_a_tagged_message_is_not_tagged_again():
    assert tagged(b"Subject: Re: [EXTERNAL] Hello\r\n") == OURS + b"Subject: Re: [EXTERNAL] Hello\r\n"


def test_a_message_without_a_subject_gets_the_tag_alone():
    assert tagged(b"A: 1\r\n") == OURS + b"Subject: [EXTERNAL]\r\nA: 1\r\n"
    assert tagged(b"") == OURS + b"Subject: [EXTERNAL]\r\n"


def test_tagging_takes_out_what_the_inside_trusts_as_ever():
    assert b"X-Gateway-Tag" not in tagged(b"X-Gateway-Tag: ok\r\nSubject: Hello\r\n")


def test_tagging_takes_it_out_where_nothing_else_is_left():
    assert tagged(b"X-MS-Exchange-Organization-SCL: -1\r\n") == OURS + b"Subject: [EXTERNAL]\r\n"


def test_a_tag_where_nobody_would_see_it_does_not_count():
    hidden = b"Subject: Your invoice" + b" " * 60 + b"[EXTERNAL]\r\n"
    assert tagged(hidden).startswith(OURS + b"Subject: [EXTERNAL] Your invoice")


# ── the content is passed on ─────────────────────────────────────────────────


class Pieces:
    def __init__(self, *pieces):
        self.pieces = pieces
        self.size = sum(map(len, pieces))

    def chunks(self):
        yield from self.pieces


@given(st.lists(st.binary(max_size=5), max_size=8), st.integers(0, 50))
def test_the_old_header_is_skipped_however_the_content_is_kept(pieces, skip):
    content = Pieces(*pieces)
    skip = min(skip, content.size)
    payload = Outgoing(b"ours", content, skip, b"new")
    octets = b"".join(payload.chunks())
    assert octets == b"oursnew" + b"".join(pieces)[skip:] and payload.size == len(octets)
    assert octets[payload.ours :] == octets[4:]


# ── Received ─────────────────────────────────────────────────────────────────


def line(at, client="192.0.2.99"):
    return received(at, client, HOST, DATE).decode().replace("\r\n\t", " ")


def test_it_names_client_host_protocol_transaction_and_date():
    assert line(data(("a@x.example", "b@x.example"))) == (
        f"Received: from client.example.net ([192.0.2.99]) by {HOST} with ESMTP id t-1; {DATE}\r\n"
    )


def test_a_single_recipient_is_named_several_are_not():
    assert " for <a@x.example>;" in line(data(("a@x.example",)))
    assert " for " not in line(data(("a@x.example", "b@x.example")))
    assert " for " not in line(data(("ä@x.example",)))


@pytest.mark.parametrize(
    ("changes", "protocol"),
    [
        ({"esmtp": False}, "SMTP"), ({"esmtp": True}, "ESMTP"), ({"tls": TLS13}, "ESMTPS"), ({"user": "ann"}, "ESMTPA"),
        ({"tls": TLS13, "user": "ann"}, "ESMTPSA"), ({"smtputf8": True, "tls": TLS13}, "UTF8SMTPS"),
        ({"esmtp": False, "tls": TLS13}, "SMTP"),
    ],
)  # fmt: skip
def test_the_protocol_is_named_as_registered(changes, protocol):
    assert f" with {protocol} id " in line(structs.replace(data(), **changes))


def test_tls_is_told():
    said = line(structs.replace(data(), tls=TLS13))
    assert " (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256 bits)) by " in said


def test_an_ipv6_client_is_a_literal_of_its_kind():
    assert "([IPv6:2001:db8::1])" in line(data(), str(ip_address("2001:db8::1")))


@given(st.sampled_from(["client.example", "[192.0.2.1]", "é.example", "a" * 200]), st.booleans())
def test_it_is_one_folded_field_of_ascii_whatever_the_client_called_itself(helo, has_tls):
    at = structs.replace(data(), helo=helo, tls=TLS13 if has_tls else None)
    octets = received(at, "192.0.2.99", HOST, DATE)
    assert octets.isascii() and octets.endswith(b"\r\n")
    (field,), _, malformed = read_header(octets)
    assert field.name == "Received" and not malformed
